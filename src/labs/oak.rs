//! The oak: the world of both flying labs, its wind, and how a flight through it is drawn.
//!
//! Twenty by eleven cells, seen from the side. A drone starts on a pad in the grass, the cat sits in
//! the crown at the end of a corridor one cell wide. Here is what a move does and how far it is to
//! her; what a move is worth, and who flies, is the business of the labs.

use super::exercise::Key;
use super::random::Stream;

/// Cells from left to right.
pub const WIDTH: usize = 20;
/// Cells from the ground up.
pub const HEIGHT: usize = 11;
/// Cells in all: the length of tables indexed by [`Cell::index`].
pub const CELLS: usize = WIDTH * HEIGHT;
/// Where the cat is.
pub const CAT: Cell = Cell(123);
/// Where the drone starts.
pub const PAD: Cell = Cell(18);
/// The lowest cell of the gap in the crown, through which the only way to the cat leads.
pub const GAP: Cell = Cell(88);
/// Distance of a cell from which there is no way to the cat.
pub const NO_WAY: u8 = u8::MAX;

/// Top row first; `.` air, `#` leaves, `=` branch, `|` trunk, `_` grass, `C` cat, `P` pad.
const MAP: [&[u8; WIDTH]; HEIGHT] = [
    b"....................",
    b"...#######..........",
    b".###########........",
    b".##......####.......",
    b".##C####.####.......",
    b".#======.###........",
    b"..###||#.##.........",
    b".....||.............",
    b".....||.............",
    b".....||.............",
    b"__________________P_",
];

/// A cell of the map, 20 y + x, with y = 0 at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell(u8);

/// What a cell is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matter {
    /// A drone can be here.
    Air,
    /// Leaves of the crown.
    Leaves,
    /// Branch or trunk.
    Wood,
    /// The ground.
    Grass,
    /// The cat.
    Cat,
    /// The pad: a drone can be here too.
    Pad,
}

/// How a flight ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Into the cat's cell.
    Rescued,
    /// Into leaves, wood or grass.
    Crashed,
    /// Off the sides or the top of the map.
    Away,
}

/// Where a move leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// To a cell, air or the pad; the flight goes on.
    At(Cell),
    /// To its end.
    End(Ending),
}

/// Twentieths of a chance that a drone in the open is pushed one cell further; no more than 20 in
/// all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wind {
    /// To the right.
    pub right: u32,
    /// To the left.
    pub left: u32,
    /// Upwards.
    pub up: u32,
    /// Downwards.
    pub down: u32,
}

/// A move as it was flown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flown {
    /// Where it led, gust included.
    pub to: Step,
    /// Where a gust pushed it after the move, if one did.
    pub gust: Option<Key>,
}

impl Cell {
    /// The cell at a place, if it is on the map.
    pub fn at(x: i32, y: i32) -> Option<Cell> {
        let on_map = (0..WIDTH as i32).contains(&x) && (0..HEIGHT as i32).contains(&y);
        on_map.then_some(Cell((y * WIDTH as i32 + x) as u8))
    }

    /// Cells from the left edge.
    pub fn x(self) -> i32 {
        i32::from(self.0) % WIDTH as i32
    }

    /// Cells above the ground.
    pub fn y(self) -> i32 {
        i32::from(self.0) / WIDTH as i32
    }

    /// Index into tables of [`CELLS`] entries.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// What it is made of.
    pub fn matter(self) -> Matter {
        match self.glyph() {
            b'#' => Matter::Leaves,
            b'=' | b'|' => Matter::Wood,
            b'_' => Matter::Grass,
            b'C' => Matter::Cat,
            b'P' => Matter::Pad,
            _ => Matter::Air,
        }
    }

    /// Out of the wind: the pad, and the inside of the crown (x ≤ 10, 4 ≤ y ≤ 7).
    pub fn sheltered(self) -> bool {
        self == PAD || self.in_crown()
    }

    /// Within the calm inside of the crown.
    pub fn in_crown(self) -> bool {
        self.x() <= 10 && (4..=7).contains(&self.y())
    }

    /// Its character in [`MAP`].
    fn glyph(self) -> u8 {
        MAP[HEIGHT - 1 - self.index() / WIDTH][self.index() % WIDTH]
    }
}

/// What is at a place, on the map or off it: beyond the edges there is air above the ground and
/// grass at y ≤ 0.
pub fn matter(x: i32, y: i32) -> Matter {
    match Cell::at(x, y) {
        Some(cell) => cell.matter(),
        None if y > 0 => Matter::Air,
        None => Matter::Grass,
    }
}

/// How far a key moves: cells to the right and up.
pub fn delta(key: Key) -> (i32, i32) {
    match key {
        Key::Hover => (0, 0),
        Key::Up => (0, 1),
        Key::Down => (0, -1),
        Key::Left => (-1, 0),
        Key::Right => (1, 0),
    }
}

/// Where a move by itself leads, before any gust. On the pad everything but up is waiting.
pub fn still(from: Cell, key: Key) -> Step {
    if from == PAD && key != Key::Up {
        return Step::At(PAD);
    }
    let (dx, dy) = delta(key);
    match Cell::at(from.x() + dx, from.y() + dy) {
        None => Step::End(Ending::Away),
        Some(to) => match to.matter() {
            Matter::Air | Matter::Pad => Step::At(to),
            Matter::Cat => Step::End(Ending::Rescued),
            Matter::Leaves | Matter::Wood | Matter::Grass => Step::End(Ending::Crashed),
        },
    }
}

impl Wind {
    /// None at all.
    pub const CALM: Wind = Wind { right: 0, left: 0, up: 0, down: 0 };
    /// Of the drones lab.
    pub const DRONES: Wind = Wind { right: 2, left: 1, up: 1, down: 1 };
    /// Of the imitation lab, a street further.
    pub const IMITATION: Wind = Wind { right: 3, left: 2, up: 2, down: 1 };

    /// The gusts and their twentieths, in the order in which a die of twenty is read.
    fn gusts(self) -> [(Key, u32); 4] {
        [(Key::Right, self.right), (Key::Left, self.left), (Key::Up, self.up), (Key::Down, self.down)]
    }
}

/// The oak in a wind, with what is asked of it often kept in tables.
#[derive(Clone, Debug)]
pub struct Oak {
    wind: Wind,
    next: Vec<[Step; 5]>,
    states: Vec<Cell>,
    distance: Vec<u8>,
}

impl Oak {
    /// The oak in a wind.
    pub fn new(wind: Wind) -> Oak {
        let cells = || (0..CELLS as u8).map(Cell);
        let next: Vec<[Step; 5]> = cells().map(|from| Key::ALL.map(|key| still(from, key))).collect();
        let states: Vec<Cell> =
            cells().filter(|cell| matches!(cell.matter(), Matter::Air | Matter::Pad)).collect();

        let mut distance = vec![NO_WAY; CELLS];
        distance[CAT.index()] = 0;
        let mut reached = 0;
        loop {
            let before: Vec<Cell> = states
                .iter()
                .copied()
                .filter(|from| distance[from.index()] == NO_WAY)
                .filter(|from| {
                    next[from.index()].iter().any(|step| match step {
                        Step::At(to) => distance[to.index()] == reached,
                        Step::End(ending) => *ending == Ending::Rescued && reached == 0,
                    })
                })
                .collect();
            if before.is_empty() {
                break;
            }
            reached += 1;
            for from in before {
                distance[from.index()] = reached;
            }
        }
        Oak { wind, next, states, distance }
    }

    /// The 142 cells where a drone can be, air and the pad, by index.
    pub fn states(&self) -> &[Cell] {
        &self.states
    }

    /// Fewest moves to the cat through air in a calm (breadth first): 23 from the pad, 48 at most;
    /// [`NO_WAY`] inside of things.
    pub fn distance(&self, cell: Cell) -> u8 {
        self.distance[cell.index()]
    }

    /// max(0, 1 − d/24): 1 at the cat, near 0 at the pad, 0 farther off.
    pub fn closeness(&self, cell: Cell) -> f64 {
        (1.0 - f64::from(self.distance(cell)) / 24.0).max(0.0)
    }

    /// Flies a move. In the open a gust may push the drone one cell further, at the cost of one
    /// number from `gusts`; out of the wind none is drawn.
    pub fn fly(&self, from: Cell, key: Key, gusts: &mut Stream) -> Flown {
        let to = self.next[from.index()][key as usize];
        let Step::At(cell) = to else {
            return Flown { to, gust: None };
        };
        if cell.sheltered() {
            return Flown { to, gust: None };
        }
        let mut die = gusts.below(20);
        for (gust, twentieths) in self.wind.gusts() {
            if die < twentieths {
                return Flown { to: self.next[cell.index()][gust as usize], gust: Some(gust) };
            }
            die -= twentieths;
        }
        Flown { to, gust: None }
    }

    /// Where a move can lead and with what probability; at most five ways, the probabilities sum
    /// to 1.
    pub fn outcomes(&self, from: Cell, key: Key) -> Vec<(f64, Step)> {
        let to = self.next[from.index()][key as usize];
        let Step::At(cell) = to else {
            return vec![(1.0, to)];
        };
        if cell.sheltered() {
            return vec![(1.0, to)];
        }
        let gusts = self.wind.gusts();
        let calm = 20 - gusts.iter().map(|(_, twentieths)| twentieths).sum::<u32>();
        let mut ways = vec![(f64::from(calm) / 20.0, to)];
        for (gust, twentieths) in gusts {
            if twentieths > 0 {
                ways.push((f64::from(twentieths) / 20.0, self.next[cell.index()][gust as usize]));
            }
        }
        ways
    }
}

/// The way a drone took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Where it was after each move that did not end the flight.
    pub cells: Vec<Cell>,
    /// The place that ended it (perhaps off the map), and how.
    pub end: Option<(i32, i32, Ending)>,
}

impl Trail {
    /// Notes a move.
    pub fn push(&mut self, from: Cell, key: Key, flown: Flown) {
        match flown.to {
            Step::At(cell) => self.cells.push(cell),
            Step::End(ending) => {
                let (dx, dy) = delta(key);
                let (gx, gy) = flown.gust.map_or((0, 0), delta);
                self.end = Some((from.x() + dx + gx, from.y() + dy + gy, ending));
            }
        }
    }

    /// Moves flown.
    pub fn moves(&self) -> usize {
        self.cells.len() + usize::from(self.end.is_some())
    }

    /// How it ended, if it did.
    pub fn ending(&self) -> Option<Ending> {
        self.end.map(|(_, _, ending)| ending)
    }

    /// What happened, in words; `it` is who flew: "It takes off …".
    pub fn described(&self, it: &str, oak: &Oak) -> String {
        let moves = counted(self.moves(), "move");
        let nearest = self.cells.iter().map(|&cell| oak.distance(cell)).min().unwrap_or(NO_WAY);
        let nearest = counted(nearest.min(oak.distance(PAD)).into(), "move");
        match self.end {
            Some((_, _, Ending::Rescued)) => format!("{it} reaches the cat after {moves}."),
            Some((x, y, Ending::Crashed)) => {
                let (what, place) = (named(matter(x, y)), place(x, y));
                format!(
                    "{it} crashes into {what} {place} after {moves}, never nearer to the cat than {nearest}."
                )
            }
            Some((x, _, Ending::Away)) => {
                let edge = if x < 0 {
                    "over the left edge"
                } else if x >= WIDTH as i32 {
                    "over the right edge"
                } else {
                    "over the top"
                };
                format!("{it} leaves {edge} after {moves}, never nearer to the cat than {nearest}.")
            }
            None if self.cells.iter().all(|&cell| cell == PAD) => {
                format!("{it} stays on the pad for {moves}.")
            }
            None => {
                format!("{it} is still under way after {moves}, never nearer to the cat than {nearest}.")
            }
        }
    }

    /// The oak with this way through it: eleven rows of twenty characters. `·` visited once or
    /// twice, `o` more often, `O` 20 times and more, `@` the cat if rescued; leaves are `%`.
    pub fn map(&self) -> Vec<String> {
        let mut visits = [0u32; CELLS];
        for cell in &self.cells {
            visits[cell.index()] += 1;
        }
        let rescued = self.ending() == Some(Ending::Rescued);
        let glyph = |cell: Cell| match (cell.glyph(), visits[cell.index()]) {
            (b'.', 0) => ' ',
            (b'.', 1..=2) => '·',
            (b'.', 3..=19) => 'o',
            (b'.', _) => 'O',
            (b'#', _) => '%',
            (b'C', _) if rescued => '@',
            (other, _) => char::from(other),
        };
        let row = |y| (0..WIDTH).map(|x| glyph(Cell((y * WIDTH + x) as u8))).collect();
        (0..HEIGHT).rev().map(row).collect()
    }
}

/// Maps beside each other, titles above, four columns between: 68 columns for three.
pub fn side_by_side(panels: &[(&str, &Trail)]) -> Vec<String> {
    let mut rows = vec![String::new(); HEIGHT + 1];
    for (at, (title, trail)) in panels.iter().enumerate() {
        let lines = std::iter::once(title.to_string()).chain(trail.map());
        for (row, line) in rows.iter_mut().zip(lines) {
            let gap = ((WIDTH + 4) * at).saturating_sub(row.chars().count());
            row.extend(std::iter::repeat_n(' ', gap));
            row.push_str(&line);
        }
    }
    rows.iter().map(|row| row.trim_end().to_string()).collect()
}

/// A map at two columns a cell, which comes nearer to the shape of a tree: 40 columns.
pub fn widened(map: &[String]) -> Vec<String> {
    let wide = |row: &String| {
        let beside = if row.contains('_') { '_' } else { ' ' };
        let second = |glyph| if "%=|".contains(glyph) { glyph } else { beside };
        let doubled: String = row.chars().flat_map(|glyph| [glyph, second(glyph)]).collect();
        doubled.trim_end().to_string()
    };
    map.iter().map(wide).collect()
}

/// What something is called in a sentence.
pub fn named(matter: Matter) -> &'static str {
    match matter {
        Matter::Air => "air",
        Matter::Leaves => "leaves",
        Matter::Wood => "wood",
        Matter::Grass => "grass",
        Matter::Cat => "the cat",
        Matter::Pad => "the pad",
    }
}

/// A number of things: `1 move`, `2 moves`.
pub fn counted(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// A place in words.
fn place(x: i32, y: i32) -> String {
    let height = if y == 0 { "on the ground".to_string() } else { format!("at height {y}") };
    let off = x - CAT.x();
    let cells = counted(off.unsigned_abs() as usize, "cell");
    match off {
        0 => format!("{height}, in line with the cat"),
        ..0 => format!("{height}, {cells} to the left of the cat"),
        1.. => format!("{height}, {cells} to the right of the cat"),
    }
}

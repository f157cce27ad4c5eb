//! Teachers, the rows of data they leave, and the clone: it does what was done in the recorded view
//! nearest to what it sees.

use super::eye::{Light, PIXELS, Sensor, View, see};
use crate::labs::drones::planning::{Model, Policy, Reward};
use crate::labs::exercise::Key;
use crate::labs::oak::{self, Cell, Ending, Oak, PAD, Step, Trail, Wind};
use crate::labs::random::Stream;

/// Name of the lab in its streams.
pub const LAB: &str = "imitate";
/// Moves after which a flight is over: the battery.
pub const LIMIT: usize = 80;
/// Flights of a test.
pub const FLIGHTS: u32 = 20;

/// The street's oak, and who flies it perfectly.
#[derive(Clone, Debug)]
pub struct World {
    /// The oak in this street's wind.
    pub oak: Oak,
    /// The optimal policy for a million for the cat, nothing for the air, ten thousand for a crash.
    pub expert: Policy,
}

/// Who flies the demonstrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teacher {
    /// Presses the expert's keys.
    Steady,
    /// 15 per cent of keys at random, unless the key would by itself end the flight.
    Wobbly,
    /// 35 per cent of keys at random.
    Reckless,
}

/// What is known by heart: views, what was done in each, and where it was recorded. Views that look
/// alike are kept in groups, so that most need not be looked at again.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    rows: Vec<Row>,
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Row {
    view: View,
    key: Key,
    cell: Cell,
}

/// Rows about as far from the first of them as the noise makes two pictures of one thing.
#[derive(Clone, Debug)]
struct Group {
    members: Vec<usize>,
    centre: View,
    radius: f64,
}

/// How much two views of a group may differ, as a sum of squares: 20 levels a pixel.
const ALIKE: u32 = 20 * 20 * PIXELS as u32;

/// The recorded view nearest to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// What was done there.
    pub key: Key,
    /// Where it was recorded.
    pub cell: Cell,
    /// Sum over pixels of squared differences of levels.
    pub squared: u32,
}

/// A move of the clone.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// Where it was.
    pub from: Cell,
    /// What it did, and after which picture.
    pub nearest: Nearest,
}

/// A flight with all that was seen on it.
#[derive(Clone, Debug, Default)]
pub struct Flight {
    /// Where it went.
    pub trail: Trail,
    /// The clone's moves, in order.
    pub moves: Vec<Move>,
}

impl World {
    /// Builds the oak and plans the expert's policy.
    pub fn new() -> World {
        World::in_wind(Wind::IMITATION)
    }

    /// The same in another wind.
    pub fn in_wind(wind: Wind) -> World {
        let oak = Oak::new(wind);
        let reward = Reward { air: 0.0, ..Reward::COMIC };
        let expert = Model::new(&oak, &reward).optimal().policy;
        World { oak, expert }
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

impl Teacher {
    /// The teacher's key in a cell: one `chance`, and a key by lot if it slips.
    pub fn press(self, world: &World, cell: Cell, hand: &mut Stream) -> Key {
        let slips = match self {
            Teacher::Steady => 0.0,
            Teacher::Wobbly => 0.15,
            Teacher::Reckless => 0.35,
        };
        let right = world.expert.key(cell);
        if !hand.chance(slips) {
            return right;
        }
        let slip = Key::ALL[hand.below(5) as usize];
        let fatal = matches!(oak::still(cell, slip), Step::End(_));
        if self == Teacher::Wobbly && fatal { right } else { slip }
    }
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none: then there is no clone.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Learns a row by heart.
    pub fn push(&mut self, view: View, key: Key, cell: Cell) {
        let index = self.rows.len();
        self.rows.push(Row { view, key, cell });
        for group in &mut self.groups {
            let squared = squared(&group.centre, &view);
            if squared <= ALIKE {
                group.radius = group.radius.max(f64::from(squared).sqrt());
                group.members.push(index);
                return;
            }
        }
        self.groups.push(Group { members: vec![index], centre: view, radius: 0.0 });
    }

    /// Learns all rows of another list, in order.
    pub fn append(&mut self, other: Rows) {
        for Row { view, key, cell } in other.rows {
            self.push(view, key, cell);
        }
    }

    /// The nearest row (Cover & Hart 1967), the earliest of equals; hovering on the pad if there is
    /// none. A group is passed over if by the triangle inequality all of it is farther than what was
    /// found (Fukunaga & Narendra 1975), which changes no answer.
    pub fn nearest(&self, view: &View) -> Nearest {
        let distance = |group: &Group| f64::from(squared(view, &group.centre)).sqrt();
        let distances: Vec<f64> = self.groups.iter().map(distance).collect();
        let closest = (0..distances.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
        let (mut least, mut found) = (u32::MAX, None);
        let all = closest.into_iter().chain((0..distances.len()).filter(|&at| Some(at) != closest));
        for at in all {
            let group = &self.groups[at];
            if distances[at] - group.radius > f64::from(least).sqrt() + 1e-6 {
                continue;
            }
            for &index in &group.members {
                let squared = squared(view, &self.rows[index].view);
                if (squared, Some(index)) < (least, found) {
                    (least, found) = (squared, Some(index));
                }
            }
        }
        match found.map(|index| &self.rows[index]) {
            Some(row) => Nearest { key: row.key, cell: row.cell, squared: least },
            None => Nearest { key: Key::Hover, cell: PAD, squared: u32::MAX },
        }
    }
}

/// Sum of squared differences.
fn squared(one: &View, other: &View) -> u32 {
    let mut sum = 0;
    for (&a, &b) in one.iter().zip(other) {
        let difference = u32::from(a.abs_diff(b));
        sum += difference * difference;
    }
    sum
}

impl Nearest {
    /// Distance per pixel, in levels: root of the mean of squares.
    pub fn levels(&self) -> f64 {
        (f64::from(self.squared) / PIXELS as f64).sqrt()
    }
}

impl Flight {
    /// Whether it brought her down.
    pub fn rescued(&self) -> bool {
        self.trail.ending() == Some(Ending::Rescued)
    }
}

/// What is flown, seen and written down with three dice of its own.
struct Dice {
    wind: Stream,
    eye: Stream,
}

impl Dice {
    fn new(seed: u64, wind: &str, eye: &str, index: u64) -> Dice {
        Dice { wind: Stream::new(seed, LAB, wind, index), eye: Stream::new(seed, LAB, eye, index) }
    }
}

/// The n-th student's demonstration (streams `hand`, `demoeye`, `demowind`, index n).
pub fn demonstrate(
    world: &World,
    teacher: Teacher,
    (light, sensor): (Light, Sensor),
    seed: u64,
    n: u32,
) -> (Trail, Rows) {
    let mut hand = Stream::new(seed, LAB, "hand", n.into());
    let dice = Dice::new(seed, "demowind", "demoeye", n.into());
    record(world, (light, sensor), dice, |cell, _| Some(teacher.press(world, cell, &mut hand)))
}

/// The player's own demonstration: the keys of the n-th exercise (streams `demoeye` and `demowind`,
/// index 1000 + n). It ends with the flight, with the keys, or with the battery.
pub fn own_demonstration(
    world: &World,
    keys: &[Key],
    (light, sensor): (Light, Sensor),
    seed: u64,
    n: u32,
) -> (Trail, Rows) {
    let dice = Dice::new(seed, "demowind", "demoeye", 1000 + u64::from(n));
    record(world, (light, sensor), dice, |_, at| keys.get(at).copied())
}

fn record(
    world: &World,
    (light, sensor): (Light, Sensor),
    mut dice: Dice,
    mut press: impl FnMut(Cell, usize) -> Option<Key>,
) -> (Trail, Rows) {
    let (mut trail, mut rows, mut cell) = (Trail::default(), Rows::default(), PAD);
    for at in 0..LIMIT {
        let Some(key) = press(cell, at) else { break };
        rows.push(see(cell, light, sensor, &mut dice.eye), key, cell);
        let flown = world.oak.fly(cell, key, &mut dice.wind);
        trail.push(cell, key, flown);
        match flown.to {
            Step::At(next) => cell = next,
            Step::End(_) => break,
        }
    }
    (trail, rows)
}

/// A flight of DAgger's with a student at the stick (Ross, Gordon & Bagnell 2011): the student's key
/// is written down at every step, and flown with probability `share`; else the clone's is. Streams
/// `corrhand`, `stick`, `dageye`, `dagwind`, index `flight`.
pub fn correct(
    world: &World,
    known: &Rows,
    teacher: Teacher,
    share: f64,
    (light, sensor): (Light, Sensor),
    seed: u64,
    flight: u32,
) -> Rows {
    let mut hand = Stream::new(seed, LAB, "corrhand", flight.into());
    let mut stick = Stream::new(seed, LAB, "stick", flight.into());
    let mut dice = Dice::new(seed, "dagwind", "dageye", flight.into());
    let (mut rows, mut cell) = (Rows::default(), PAD);
    for _ in 0..LIMIT {
        let taught = teacher.press(world, cell, &mut hand);
        let view = see(cell, light, sensor, &mut dice.eye);
        let key = if stick.chance(share) { taught } else { known.nearest(&view).key };
        rows.push(view, taught, cell);
        match world.oak.fly(cell, key, &mut dice.wind).to {
            Step::At(next) => cell = next,
            Step::End(_) => break,
        }
    }
    rows
}

/// The same with the player's own keys, all of them flown.
pub fn own_correction(
    world: &World,
    keys: &[Key],
    (light, sensor): (Light, Sensor),
    seed: u64,
    flight: u32,
) -> Rows {
    let dice = Dice::new(seed, "dagwind", "dageye", flight.into());
    record(world, (light, sensor), dice, |_, at| keys.get(at).copied()).1
}

/// Twenty flights of the clone, each in its own wind (streams `flywind`, `flyeye`, index flight):
/// the same wind whatever the light.
pub fn test(world: &World, known: &Rows, light: Light, sensor: Sensor, seed: u64) -> Vec<Flight> {
    flights(world, light, sensor, seed, |cell, view| {
        let nearest = known.nearest(view);
        (nearest.key, Move { from: cell, nearest })
    })
}

/// The same twenty winds with the expert at the stick, and what the clone would have done.
pub fn shadow(world: &World, known: &Rows, light: Light, sensor: Sensor, seed: u64) -> Vec<Flight> {
    flights(world, light, sensor, seed, |cell, view| {
        (world.expert.key(cell), Move { from: cell, nearest: known.nearest(view) })
    })
}

fn flights(
    world: &World,
    light: Light,
    sensor: Sensor,
    seed: u64,
    fly: impl Fn(Cell, &View) -> (Key, Move),
) -> Vec<Flight> {
    let mut flights = Vec::with_capacity(FLIGHTS as usize);
    for index in 0..FLIGHTS {
        let mut dice = Dice::new(seed, "flywind", "flyeye", index.into());
        let (mut flight, mut cell) = (Flight::default(), PAD);
        for _ in 0..LIMIT {
            let view = see(cell, light, sensor, &mut dice.eye);
            let (key, noted) = fly(cell, &view);
            flight.moves.push(noted);
            let flown = world.oak.fly(cell, key, &mut dice.wind);
            flight.trail.push(cell, key, flown);
            match flown.to {
                Step::At(next) => cell = next,
                Step::End(_) => break,
            }
        }
        flights.push(flight);
    }
    flights
}

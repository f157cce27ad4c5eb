//! Flying the drone by hand: the flight exercise, and correcting a pair of flights.
//!
//! The wind is the imitation lab's and depends on the seed and the exercise's ordinal alone, so what
//! was flown here is what the lab takes as a demonstration, gust for gust.

use super::{Accepted, Key, Refusal};
use crate::labs::Picture;
use crate::labs::oak::{self, CAT, Cell, Ending, GAP, Matter, Oak, PAD, Step, Trail, Wind};
use crate::labs::random::Stream;

/// Moves in a full battery; the imitation lab's limit for a flight.
pub const BATTERY: usize = 80;
/// Bytes of a typed line beyond which it is not read.
const LINE: usize = 400;

/// How a flight by hand ends; indices into the outcomes of [`super::Kind::Fly`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlightEnd {
    /// The drone reached the cat.
    Rescued,
    /// It hit wood, leaves or grass, or its battery was empty.
    Crashed,
    /// It left the garden.
    Away,
    /// The stick was handed back: what was flown is no demonstration.
    Declined,
}

/// A flight by hand.
#[derive(Clone, Debug)]
pub struct Flight {
    oak: Oak,
    gusts: Stream,
    at: Cell,
    keys: Vec<Key>,
    trail: Trail,
    end: Option<FlightEnd>,
}

impl Flight {
    /// The drone on its pad; `n` is the ordinal of the exercise (stream `demowind`, index 1000 + n).
    pub fn begin(seed: u64, n: u32) -> Flight {
        Flight::in_wind(wind(seed, n))
    }

    fn in_wind(gusts: Stream) -> Flight {
        Flight {
            oak: Oak::new(Wind::IMITATION),
            gusts,
            at: PAD,
            keys: vec![],
            trail: Trail::default(),
            end: None,
        }
    }

    /// Flies a typed line: `3 up`, `up 3`, `u3`, `uu r`, `left, 2 down`, `wait`. A gust or the end of
    /// the flight stops the rest, which is not recorded. Refused, with nothing flown: what is no
    /// move, more moves than the battery has left, and anything after the end.
    pub fn read(&mut self, line: &str) -> Result<Accepted, Refusal> {
        if self.end.is_some() {
            return Err(Refusal("The flight is over.".to_string()));
        }
        let left = BATTERY - self.keys.len();
        let keys = parse(line, left)?;
        let mut accepted = Accepted { keys: String::new(), says: vec![] };
        let mut idle: Option<(Key, usize)> = None;
        for (flown, &key) in keys.iter().enumerate() {
            accepted.keys.push(key.letter());
            let from = self.at;
            let gust = self.press(key);
            if key != Key::Hover && gust.is_none() && self.end.is_none() && self.at == from {
                idle = Some((idle.map_or(key, |(first, _)| first), idle.map_or(0, |(_, n)| n) + 1));
            }
            let rest = keys.len() - flown - 1;
            if let Some(gust) = gust {
                accepted.says.push(gust_in_words(gust, rest));
            }
            if let Some(end) = self.end {
                accepted.says.push(self.end_in_words(end));
            }
            if gust.is_some() || self.end.is_some() {
                break;
            }
        }
        if let Some((key, moves)) = idle {
            accepted.says.insert(0, nothing_done(key, moves));
        }
        Ok(accepted)
    }

    /// Hands the stick back. After the end it changes nothing.
    pub fn decline(&mut self) {
        self.end.get_or_insert(FlightEnd::Declined);
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<FlightEnd> {
        self.end
    }

    /// All keys flown: a demonstration for the imitation lab, unless declined.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Moves the battery is still good for.
    pub fn battery(&self) -> usize {
        BATTERY - self.keys.len()
    }

    /// The oak with the drone, `D` (`X` where it came down), and its trail; in words: where the cat
    /// and the way to her are from the drone, and what is next to it, so that it can be flown unseen.
    pub fn picture(&self) -> Picture {
        let place = match (self.end, self.trail.end) {
            (None, _) => Some((self.at.x(), self.at.y(), 'D')),
            (Some(FlightEnd::Crashed), Some((x, y, _))) => Some((x, y, 'X')),
            (Some(FlightEnd::Crashed), None) => Some((self.at.x(), self.at.y(), 'X')),
            _ => None,
        };
        let mut map = self.trail.map();
        if let Some((x, y, mark)) = place {
            let row = &mut map[oak::HEIGHT - 1 - y as usize];
            let marked = |(at, glyph)| if at == x as usize { mark } else { glyph };
            *row = row.chars().enumerate().map(marked).collect();
        }
        Picture { rows: oak::widened(&map), described: self.described() }
    }

    /// Presses a key; says where a gust then pushed the drone, if one did.
    fn press(&mut self, key: Key) -> Option<Key> {
        let flown = self.oak.fly(self.at, key, &mut self.gusts);
        self.keys.push(key);
        self.trail.push(self.at, key, flown);
        match flown.to {
            Step::At(cell) => self.at = cell,
            Step::End(Ending::Rescued) => self.end = Some(FlightEnd::Rescued),
            Step::End(Ending::Crashed) => self.end = Some(FlightEnd::Crashed),
            Step::End(Ending::Away) => self.end = Some(FlightEnd::Away),
        }
        if self.end.is_none() && self.keys.len() == BATTERY {
            self.end = Some(FlightEnd::Crashed);
        }
        flown.gust
    }

    fn end_in_words(&self, end: FlightEnd) -> String {
        match (end, self.trail.end) {
            (FlightEnd::Rescued, _) => {
                format!("It has the cat, after {}.", oak::counted(self.keys.len(), "move"))
            }
            (FlightEnd::Crashed, Some((x, y, _))) => {
                format!("It flies into {}.", oak::named(oak::matter(x, y)))
            }
            (FlightEnd::Crashed, None) => {
                format!("{BATTERY} moves: the battery is empty, and it comes down hard.")
            }
            (FlightEnd::Away, _) => "It leaves the garden.".to_string(),
            (FlightEnd::Declined, _) => "You hand the stick back.".to_string(),
        }
    }

    fn described(&self) -> String {
        match self.end {
            Some(FlightEnd::Declined) => return self.end_in_words(FlightEnd::Declined),
            Some(_) => return self.trail.described("The drone", &self.oak),
            None => {}
        }
        let around = |key: Key| {
            let (dx, dy) = oak::delta(key);
            let (x, y) = (self.at.x() + dx, self.at.y() + dy);
            match Cell::at(x, y) {
                None => "the edge of the garden",
                Some(_) => oak::named(oak::matter(x, y)),
            }
        };
        let on_pad = self.at.matter() == Matter::Pad;
        let place = if on_pad { "on its pad" } else { "in the air" };
        let neighbours = if on_pad {
            "Only up leads anywhere from here.".to_string()
        } else {
            format!(
                "Next to it: up {}, down {}, left {}, right {}.",
                around(Key::Up),
                around(Key::Down),
                around(Key::Left),
                around(Key::Right)
            )
        };
        let wind = if self.at.sheltered() { "No wind here." } else { "The wind can push it here." };
        let moves = usize::from(self.oak.distance(self.at));
        let battery = oak::counted(self.battery(), "move");
        format!(
            "The drone is {place}. The cat is {}, {} by the shortest way. {} {neighbours} {wind} \
             The battery is good for {battery}.",
            bearing(self.at, CAT),
            oak::counted(moves, "move"),
            self.way(),
        )
    }

    /// The rest of the way in words: to the gap, or along the corridor.
    fn way(&self) -> String {
        let runs = self.shortest();
        let in_words: Vec<String> =
            runs.iter().map(|(key, count)| format!("{count} {}", key.name())).collect();
        let gap = if self.at.in_crown() && self.oak.distance(self.at) <= self.oak.distance(GAP) {
            "It is inside the crown.".to_string()
        } else {
            let under = Cell::at(GAP.x(), GAP.y() - 1).unwrap_or(GAP);
            match bearing(self.at, under).as_str() {
                "here" => "The gap in the crown is right above.".to_string(),
                bearing => format!("The place under the gap in the crown is {bearing}."),
            }
        };
        format!("{gap} A shortest way: {}.", in_words.join(", "))
    }

    /// A shortest way to the cat, equal keys together; of equal ways the one that turns least soon.
    fn shortest(&self) -> Vec<(Key, u32)> {
        let mut runs: Vec<(Key, u32)> = vec![];
        let mut at = self.at;
        while at != CAT {
            let nearer = |key: Key| match oak::still(at, key) {
                Step::At(cell) if self.oak.distance(cell) < self.oak.distance(at) => Some(cell),
                Step::End(Ending::Rescued) => Some(CAT),
                _ => None,
            };
            let straight_on = runs.last().map(|&(key, _)| key).filter(|&key| nearer(key).is_some());
            let key = straight_on.or_else(|| Key::ALL.into_iter().find(|&key| nearer(key).is_some()));
            let Some((key, cell)) = key.and_then(|key| Some((key, nearer(key)?))) else {
                break;
            };
            match runs.last_mut() {
                Some((last, count)) if *last == key => *count += 1,
                _ => runs.push((key, 1)),
            }
            at = cell;
        }
        runs
    }
}

/// A pair of flights flown by hand in place of the clone, for DAgger's first round.
#[derive(Clone, Debug)]
pub struct Corrections {
    flights: [Flight; 2],
    now: usize,
    declined: bool,
}

/// How correcting ends; indices into the outcomes of [`super::Kind::Correct`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionsEnd {
    /// Both flights came to an end, whichever.
    Done,
    /// The stick was handed back: nothing is taken.
    Declined,
}

impl Corrections {
    /// The first of the two on its pad (stream `dagwind`, indices 0 and 1).
    pub fn begin(seed: u64) -> Corrections {
        let flight = |index| Flight::in_wind(Stream::new(seed, "imitate", "dagwind", index));
        Corrections { flights: [flight(0), flight(1)], now: 0, declined: false }
    }

    /// Flies a typed line as [`Flight::read`]. The end of the first flight also ends the line; the
    /// next line flies the second.
    pub fn read(&mut self, line: &str) -> Result<Accepted, Refusal> {
        if self.end().is_some() {
            return Err(Refusal("Both flights are over.".to_string()));
        }
        let mut accepted = self.flights[self.now].read(line)?;
        if self.now == 0 && self.flights[0].end().is_some() {
            self.now = 1;
            accepted.says.push("The second drone is on the pad.".to_string());
        }
        Ok(accepted)
    }

    /// Hands the stick back. After the end it changes nothing.
    pub fn decline(&mut self) {
        self.declined = self.declined || self.end().is_none();
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<CorrectionsEnd> {
        if self.declined {
            Some(CorrectionsEnd::Declined)
        } else {
            self.flights[1].end().map(|_| CorrectionsEnd::Done)
        }
    }

    /// How each flight ended so far.
    pub fn ends(&self) -> [Option<FlightEnd>; 2] {
        [self.flights[0].end(), self.flights[1].end()]
    }

    /// The keys of both flights: the player's corrections for the imitation lab, if done.
    pub fn keys(&self) -> [Vec<Key>; 2] {
        [self.flights[0].keys().to_vec(), self.flights[1].keys().to_vec()]
    }

    /// The flight under way, or the last.
    pub fn picture(&self) -> Picture {
        let mut picture = self.flights[self.now].picture();
        let which = ["The first of two flights.", "The second of two flights."][self.now];
        picture.described = format!("{which} {}", picture.described);
        picture
    }
}

/// The wind of the n-th flight exercise (stream `demowind`, index 1000 + n).
pub fn wind(seed: u64, n: u32) -> Stream {
    Stream::new(seed, "imitate", "demowind", 1000 + u64::from(n))
}

/// Reads a whole flight as one line of moves, with no wind to stop it.
///
/// # Errors
/// What is no move, or more than a battery of moves.
pub fn keys(line: &str) -> Result<Vec<Key>, Refusal> {
    parse(line, BATTERY)
}

/// Where something is from somewhere, in words.
fn bearing(from: Cell, to: Cell) -> String {
    let part = |cells: i32, less: &str, more: &str| match cells {
        0 => None,
        _ => Some(format!("{} {}", cells.abs(), if cells < 0 { less } else { more })),
    };
    let sideways = part(to.x() - from.x(), "left", "right");
    let upward = part(to.y() - from.y(), "down", "up");
    match (sideways, upward) {
        (Some(sideways), Some(upward)) => format!("{sideways} and {upward}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "here".to_string(),
    }
}

fn gust_in_words(gust: Key, rest: usize) -> String {
    let pushed = match gust {
        Key::Up => "A gust lifts it one further up.",
        Key::Down => "A gust presses it one further down.",
        Key::Left => "A gust pushes it one further left.",
        Key::Right => "A gust pushes it one further right.",
        Key::Hover => "A gust shakes it.",
    };
    match rest {
        0 => pushed.to_string(),
        1 => format!("{pushed} The last move of your line is not flown."),
        _ => format!("{pushed} The other {rest} moves of your line are not flown."),
    }
}

/// Only on the pad does a move lead nowhere; it costs all the same.
fn nothing_done(key: Key, moves: usize) -> String {
    let cost = oak::counted(moves, "move");
    let name = key.name();
    let what = if moves == 1 { format!("`{name}` does nothing") } else { "That does nothing".to_string() };
    format!("{what} on the pad; only `up` leads off it. It cost {cost} of the battery.")
}

/// Reads a line of moves into at most `left` keys.
///
/// Words and letters may be mixed, separated by blanks, commas or nothing. A number belongs to the move
/// that it touches (`5l`, `l5`); one that touches none, or two, to the move after it in a part that
/// begins with a number, to the move before it in a part that ends with one. Else it could be either,
/// and the line is refused: a flight is not guessed.
fn parse(line: &str, left: usize) -> Result<Vec<Key>, Refusal> {
    if line.len() > LINE {
        return Err(Refusal(format!("That line is too long; at most {LINE} bytes are read.")));
    }
    let mut keys = vec![];
    let line = line.to_lowercase();
    let parts = line
        .split([',', ';', '.'])
        .flat_map(|part| part.split(" then "))
        .flat_map(|part| part.split(" and "));
    for part in parts {
        read_part(&tokens(part)?, &mut keys)?;
        if keys.len() > left {
            break;
        }
    }
    if keys.is_empty() {
        return Err(Refusal(
            "Say where to fly: up, down, left, right or hover, such as `3 up` or `uul`.".to_string(),
        ));
    }
    if keys.len() > left {
        let moves = oak::counted(left, "more move");
        return Err(Refusal(format!("The battery is good for {moves} only; nothing was flown.")));
    }
    Ok(keys)
}

/// A number or a move of a typed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Times(usize, Touch),
    Move(Key),
}

/// Which neighbour a number touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Before,
    After,
    Neither,
}

/// Splits a part of a line; words that only join (`and`, `then`, `fly`) are left out.
fn tokens(part: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = vec![];
    let mut rest = part.trim_start();
    let mut touching = false;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let same = |c: char| {
            if digits { c.is_ascii_digit() } else { !c.is_ascii_digit() && !c.is_whitespace() }
        };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let word = rest[..end].to_lowercase();
        let after = &rest[end..];
        rest = after.trim_start();
        let (before, touches) = (touching, after.starts_with(|c: char| !c.is_whitespace()));
        touching = touches;
        if digits {
            // More than a battery is too much, however much more.
            let times = word.parse().unwrap_or(usize::MAX);
            let touch = match (before, touches) {
                (true, false) => Touch::Before,
                (false, true) => Touch::After,
                _ => Touch::Neither,
            };
            tokens.push(Token::Times(times.min(BATTERY + 1), touch));
            continue;
        }
        match word.as_str() {
            "up" | "climb" | "rise" | "↑" => tokens.push(Token::Move(Key::Up)),
            "down" | "sink" | "descend" | "↓" => tokens.push(Token::Move(Key::Down)),
            "left" | "←" => tokens.push(Token::Move(Key::Left)),
            "right" | "→" => tokens.push(Token::Move(Key::Right)),
            "hover" | "wait" | "stay" => tokens.push(Token::Move(Key::Hover)),
            "and" | "then" | "fly" | "go" | "move" | "times" | "time" | "x" | "×" | "cells" | "cell" => {}
            letters => match letters.chars().map(Key::of).collect::<Option<Vec<Key>>>() {
                Some(keys) => tokens.extend(keys.into_iter().map(Token::Move)),
                None => {
                    let known =
                        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
                    match known.iter().position(|&name| name == letters) {
                        Some(at) => tokens.push(Token::Times(at + 1, Touch::Neither)),
                        None => return Err(unknown(letters)),
                    }
                }
            },
        }
    }
    Ok(tokens)
}

/// A word that is no move; of a long one only the beginning is repeated, and nothing that could
/// control a terminal.
fn unknown(word: &str) -> Refusal {
    let shown: String =
        word.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation()).take(20).collect();
    let what = if shown.is_empty() { "That".to_string() } else { format!("`{shown}`") };
    Refusal(format!("{what} is no move; say up, down, left, right or hover, such as `3 up` or `uul`."))
}

/// A number between two moves, and the two ways to write what it could mean.
fn either(before: Key, times: usize, after: Option<&Token>) -> Refusal {
    let before = before.name();
    let how = match after {
        Some(Token::Move(after)) => {
            let after = after.name();
            format!("`{before} {times}, {after}` or `{before}, {times} {after}`")
        }
        _ => format!("`{before} {times}`, with a comma after it, or `{before},` and what {times} belongs to"),
    };
    Refusal(format!("`{times}` could belong to the move before it or to the one after it. Write {how}."))
}

fn read_part(tokens: &[Token], keys: &mut Vec<Key>) -> Result<(), Refusal> {
    let number_first = matches!(tokens.first(), Some(Token::Times(..)));
    let number_last = matches!(tokens.last(), Some(Token::Times(..)));
    let needs_move = || Err(Refusal("A number needs its move: say `3 up`, or `up 3`.".to_string()));
    let mut at = 0;
    while at < tokens.len() {
        let (key, times, used) = match (tokens[at], tokens.get(at + 1)) {
            (Token::Times(_, Touch::Before), _) => return needs_move(),
            (Token::Times(times, _), Some(&Token::Move(key))) => (key, times, 2),
            (Token::Move(key), Some(&Token::Times(times, Touch::Before))) => (key, times, 2),
            (Token::Move(key), Some(&Token::Times(times, Touch::Neither))) if !number_first => {
                if !number_last {
                    return Err(either(key, times, tokens.get(at + 2)));
                }
                (key, times, 2)
            }
            (Token::Move(key), _) => (key, 1, 1),
            (Token::Times(..), _) => return needs_move(),
        };
        if times == 0 {
            return Err(Refusal(format!("0 {} is no move: say how often, from 1.", key.name())));
        }
        keys.extend(std::iter::repeat_n(key, times));
        if keys.len() > BATTERY {
            return Ok(());
        }
        at += used;
    }
    Ok(())
}

//! What somebody does by hand, where nobody is there to do it: for sweeps.
//!
//! A simulated player has dice of its own (stream `player`), which no experiment uses.

use super::crowd::photographs::{self, GOLD};
use super::exercise::{Key, Kind, Session};
use super::imitation::cloning::{LAB, LIMIT, Teacher, World};
use super::oak::{PAD, Step};
use super::random::Stream;
use super::{Inputs, exercise};

/// Hands that label and fly the same way at every seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hands {
    /// The ten gold photographs are labelled, each wrongly with this probability; `None`: they are
    /// not labelled.
    pub gold: Option<f64>,
    /// Flights with these keys, whatever the wind; the exercises 0, 1 and so on.
    pub flights: Vec<Vec<Key>>,
    /// After those, flights by somebody who slips on 15 % of the keys, but never fatally.
    pub flown: u32,
}

impl Hands {
    /// What they do at a seed.
    pub fn inputs(&self, seed: u64) -> Inputs {
        let typed = self.flights.iter().cloned();
        let steered = (0..self.flown).map(|n| fly(seed, self.flights.len() as u32 + n));
        Inputs {
            gold: self.gold.map(|errs| label(seed, errs)),
            flights: (0..).zip(typed.chain(steered)).collect(),
            corrections: None,
        }
    }
}

/// The true labels of the gold photographs, each turned with probability `errs` (stream `player` of
/// the crowd, one `chance` a photograph).
pub fn label(seed: u64, errs: f64) -> [bool; GOLD] {
    let mut dice = Stream::new(seed, "crowd", "player", 0);
    photographs::gold(seed).map(|photograph| photograph.cat != dice.chance(errs))
}

/// The keys of a wobbly player in the n-th flight exercise (stream `player` of imitation, index n; the
/// wind is that of [`exercise::fly::Flight`]). At most a battery of them.
pub fn fly(seed: u64, n: u32) -> Vec<Key> {
    steer(Teacher::Wobbly, seed, n, exercise::fly::wind(seed, n))
}

/// The keys of a teacher in a wind; stream `player`, index n.
fn steer(teacher: Teacher, seed: u64, n: u32, mut gusts: Stream) -> Vec<Key> {
    let world = World::new();
    let mut hand = Stream::new(seed, LAB, "player", n.into());
    let (mut keys, mut cell) = (Vec::new(), PAD);
    while keys.len() < LIMIT {
        let key = teacher.press(&world, cell, &mut hand);
        keys.push(key);
        match world.oak.fly(cell, key, &mut gusts).to {
            Step::At(next) => cell = next,
            Step::End(_) => break,
        }
    }
    keys
}

/// A kept way of doing an exercise, for whoever wants to show how it can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sample {
    /// Every label right; the expert's keys.
    Perfect,
    /// Three labels of ten wrong on average; 15 % of the keys slip, but never fatally.
    Careless,
    /// Straight up, whatever is there; every label wrong.
    Headlong,
    /// Up twice, then away from the oak. Labels as `Headlong`.
    Astray,
}

impl Sample {
    /// All of them, the best first.
    pub const ALL: [Sample; 4] = [Sample::Perfect, Sample::Careless, Sample::Headlong, Sample::Astray];

    /// The keys, a string for each photograph or flight of the n-th exercise of this kind.
    fn keys(self, kind: Kind, seed: u64, n: u32) -> Vec<String> {
        let flight = |wind: Stream, index: u32| {
            let teacher = match self {
                Sample::Perfect => Teacher::Steady,
                Sample::Careless => Teacher::Wobbly,
                Sample::Headlong => return "u".repeat(LIMIT),
                Sample::Astray => return format!("uu{}", "l".repeat(LIMIT - 2)),
            };
            steer(teacher, seed, index, wind).into_iter().map(Key::letter).collect()
        };
        match kind {
            Kind::Label => {
                let errs = match self {
                    Sample::Perfect => 0.0,
                    Sample::Careless => 0.3,
                    Sample::Headlong | Sample::Astray => 1.0,
                };
                vec![label(seed, errs).map(|cat| if cat { 'c' } else { 'n' }).iter().collect()]
            }
            Kind::Fly => vec![flight(exercise::fly::wind(seed, n), n)],
            Kind::Correct => {
                (0..2).map(|i| flight(Stream::new(seed, LAB, "dagwind", i), CORRECTED + i as u32)).collect()
            }
        }
    }

    /// Does an exercise: the session as it ended, and the lines that were typed. `None` where it does
    /// not end so.
    pub fn perform(self, kind: Kind, seed: u64, n: u32) -> Option<(Session, Vec<String>)> {
        let mut session = Session::begin(kind, seed, n);
        let mut lines = Vec::new();
        for keys in self.keys(kind, seed, n) {
            let mut left = keys.as_str();
            // A gust stops a line, the end of a flight leaves the rest of it over.
            while !left.is_empty() && session.outcome().is_none() {
                let accepted = session.accept(left).ok()?.keys;
                left = left.get(accepted.len()..)?;
                lines.push(accepted);
            }
        }
        session.outcome().map(|_| (session, lines))
    }
}

/// Ordinals of the hand that flies corrections.
const CORRECTED: u32 = 1000;

//! What somebody does by hand, where nobody is there to do it: for sweeps.
//!
//! A simulated player has dice of its own (stream `player`), which no experiment uses.

use super::crowd::photographs::{self, GOLD};
use super::exercise::Key;
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
    let world = World::new();
    let mut hand = Stream::new(seed, LAB, "player", n.into());
    let mut gusts = exercise::fly::wind(seed, n);
    let (mut keys, mut cell) = (Vec::new(), PAD);
    while keys.len() < LIMIT {
        let key = Teacher::Wobbly.press(&world, cell, &mut hand);
        keys.push(key);
        match world.oak.fly(cell, key, &mut gusts).to {
            Step::At(next) => cell = next,
            Step::End(_) => break,
        }
    }
    keys
}

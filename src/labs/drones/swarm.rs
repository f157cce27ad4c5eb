//! A swarm of twenty drones that fly a policy, and what to call what they do.

use super::planning::Policy;
use crate::labs::oak::{Cell, Ending, Oak, PAD, Step, Trail};
use crate::labs::random::Stream;

/// Drones in a swarm.
pub const DRONES: u32 = 20;
/// Seconds that a drone flies.
pub const SECONDS: usize = 300;
/// Steps at the end by which a drone still in the air is judged.
const LAST: usize = 99;
/// Of those, steps that came closer which make it orbiting.
const CLOSER: usize = 30;

/// What a drone did, and what most of a swarm did; in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Brought her down.
    Rescued,
    /// Crashed.
    Crashed,
    /// Left the garden.
    Fled,
    /// Is paid a bonus, and at least 30 of its last 99 steps came closer to her.
    Orbiting,
    /// Is in the air for none of these reasons.
    Hovering,
    /// Was in the air for less than half of the time.
    Grounded,
}

/// What a swarm did.
#[derive(Clone, Debug)]
pub struct Swarm {
    /// Drones of each class, in order.
    pub counts: [u32; 6],
    /// The most frequent class, the first of equals.
    pub class: Class,
    /// Seconds a rescue took, median; 0 without one.
    pub seconds: u32,
    /// Seconds after which a drone had left, median; 0 if none left.
    pub gone_after: u32,
    /// Moves to the cat over the last 99 steps of the drones still in the air, median; 0 without.
    pub pace: u32,
    /// Of those steps, those that came closer, median of drones; 0 without.
    pub closer: u32,
    /// The way of the first drone.
    pub first: Trail,
}

const CLASSES: [Class; 6] =
    [Class::Rescued, Class::Crashed, Class::Fled, Class::Orbiting, Class::Hovering, Class::Grounded];

/// Flies a policy from the pad, twenty times, each drone in its own wind (stream `fly`, index
/// drone); `bonus` says whether coming closer is paid.
pub fn fly(oak: &Oak, policy: &Policy, bonus: bool, seed: u64) -> Swarm {
    let mut counts = [0; 6];
    let (mut seconds, mut gone, mut paces, mut closers) = (vec![], vec![], vec![], vec![]);
    let mut first = None;
    for drone in 0..DRONES {
        let mut gusts = Stream::new(seed, "drones", "fly", drone.into());
        let trail = flight(oak, policy, &mut gusts);
        let class = judge(oak, &trail, bonus);
        counts[class as usize] += 1;
        match class {
            Class::Rescued => seconds.push(trail.moves() as u32),
            Class::Fled => gone.push(trail.moves() as u32),
            Class::Orbiting | Class::Hovering => {
                closers.push(closer(oak, last(&trail)) as u32);
                paces.extend(last(&trail)[1..].iter().map(|&cell| u32::from(oak.distance(cell))));
            }
            Class::Crashed | Class::Grounded => {}
        }
        first.get_or_insert(trail);
    }
    let mut class = Class::Rescued;
    for other in CLASSES {
        if counts[other as usize] > counts[class as usize] {
            class = other;
        }
    }
    Swarm {
        counts,
        class,
        seconds: median(seconds),
        gone_after: median(gone),
        pace: median(paces),
        closer: median(closers),
        first: first.unwrap_or_default(),
    }
}

fn flight(oak: &Oak, policy: &Policy, gusts: &mut Stream) -> Trail {
    let mut trail = Trail::default();
    let mut cell = PAD;
    while trail.moves() < SECONDS {
        let key = policy.key(cell);
        let flown = oak.fly(cell, key, gusts);
        trail.push(cell, key, flown);
        match flown.to {
            Step::At(next) => cell = next,
            Step::End(_) => break,
        }
    }
    trail
}

fn judge(oak: &Oak, trail: &Trail, bonus: bool) -> Class {
    match trail.ending() {
        Some(Ending::Rescued) => Class::Rescued,
        Some(Ending::Crashed) => Class::Crashed,
        Some(Ending::Away) => Class::Fled,
        None => {
            let in_air = trail.cells.iter().filter(|&&cell| cell != PAD).count();
            if 2 * in_air < SECONDS {
                Class::Grounded
            } else if bonus && closer(oak, last(trail)) >= CLOSER {
                Class::Orbiting
            } else {
                Class::Hovering
            }
        }
    }
}

/// The last hundred places of a flight that lasted: 99 steps.
fn last(trail: &Trail) -> &[Cell] {
    &trail.cells[trail.cells.len().saturating_sub(LAST + 1)..]
}

fn closer(oak: &Oak, cells: &[Cell]) -> usize {
    cells.windows(2).filter(|pair| oak.distance(pair[1]) < oak.distance(pair[0])).count()
}

/// The lower of the two in the middle if there are two; 0 of nothing.
fn median(mut numbers: Vec<u32>) -> u32 {
    numbers.sort_unstable();
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

//! Tabular Q-learning: what trial and error finds out, from a reward and nothing else.

use super::planning::Reward;
use crate::labs::exercise::Key;
use crate::labs::oak::{CELLS, Cell, Ending, Oak, PAD, Step};
use crate::labs::random::Stream;

/// Steps after which a practice flight is cut off.
pub const LIMIT: u32 = 200;

/// Values of actions, one row a cell, and how they are corrected by experience (Watkins 1989).
#[derive(Clone, Debug)]
pub struct Learner {
    /// Discounted points expected of each action in each cell.
    pub values: Vec<[f64; 5]>,
    /// How far each step corrects a value: 0.2 here.
    pub rate: f64,
    /// What a point is worth a second later.
    pub gamma: f64,
}

impl Learner {
    /// All values equal.
    pub fn new(start: f64, gamma: f64) -> Learner {
        Learner { values: vec![[start; 5]; CELLS], rate: 0.2, gamma }
    }

    /// Corrects the value of an action by what it paid and where it led.
    pub fn learn(&mut self, from: Cell, key: Key, pay: f64, to: Step) {
        let after = match to {
            Step::At(cell) => self.values[cell.index()].iter().copied().fold(f64::MIN, f64::max),
            Step::End(_) => 0.0,
        };
        let value = &mut self.values[from.index()][key as usize];
        *value += self.rate * (pay + self.gamma * after - *value);
    }
}

/// How a swarm practises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lessons {
    /// Share of moves at random.
    pub epsilon: f64,
    /// Value of everything untried.
    pub start: f64,
    /// Start from the branch outward (reverse curriculum: Florensa et al. 2017) instead of the pad.
    pub ladder: bool,
    /// Practice flights.
    pub episodes: u32,
}

/// What came of practice.
#[derive(Clone, Debug)]
pub struct Practice {
    /// What was learned.
    pub learner: Learner,
    /// How each flight ended; `None` where it was cut off.
    pub ends: Vec<Option<Ending>>,
    /// Fewest moves to the cat from any place reached; 0 after a rescue.
    pub nearest: u8,
    /// Different cells seen.
    pub visited: u32,
}

/// Practises: ε-greedy, ties broken by the dice of stream `explore`, gusts from `wind`, places to
/// start on the ladder from `start`.
pub fn practise(oak: &Oak, reward: &Reward, lessons: &Lessons, seed: u64) -> Practice {
    let mut explore = Stream::new(seed, "drones", "explore", 0);
    let mut gusts = Stream::new(seed, "drones", "wind", 0);
    let mut starts = Stream::new(seed, "drones", "start", 0);
    let mut learner = Learner::new(lessons.start, reward.gamma);
    let mut ends = Vec::with_capacity(lessons.episodes as usize);
    let mut nearest = u8::MAX;
    let mut seen = [false; CELLS];

    for episode in 0..lessons.episodes {
        let mut cell = if lessons.ladder { rung(oak, lessons, episode, &mut starts) } else { PAD };
        seen[cell.index()] = true;
        nearest = nearest.min(oak.distance(cell));
        let mut key = choose(&learner.values[cell.index()], lessons.epsilon, &mut explore);
        let mut end = None;
        for _ in 0..LIMIT {
            let to = oak.fly(cell, key, &mut gusts).to;
            learner.learn(cell, key, reward.pay(oak, cell, to), to);
            match to {
                Step::At(next) => cell = next,
                Step::End(ending) => {
                    end = Some(ending);
                    break;
                }
            }
            seen[cell.index()] = true;
            nearest = nearest.min(oak.distance(cell));
            key = choose(&learner.values[cell.index()], lessons.epsilon, &mut explore);
        }
        if end == Some(Ending::Rescued) {
            nearest = 0;
        }
        ends.push(end);
    }
    let visited = seen.iter().map(|&seen| u32::from(seen)).sum();
    Practice { learner, ends, nearest, visited }
}

/// Where a flight of the reverse curriculum starts: at a distance that grows from 1 to 23 over the
/// first half of practice, within three of it; then on the pad.
fn rung(oak: &Oak, lessons: &Lessons, episode: u32, starts: &mut Stream) -> Cell {
    let reach = 1 + 46 * episode / lessons.episodes;
    if reach > 23 {
        return PAD;
    }
    let within = |cell: &&Cell| {
        let distance = u32::from(oak.distance(**cell));
        **cell != PAD && distance <= reach && distance + 3 > reach
    };
    let count = oak.states().iter().filter(within).count();
    let nth = starts.below(count as u32) as usize;
    oak.states().iter().filter(within).nth(nth).copied().unwrap_or(PAD)
}

/// An ε-greedy action; of several with exactly the greatest value one by lot.
fn choose(row: &[f64; 5], epsilon: f64, dice: &mut Stream) -> Key {
    if epsilon > 0.0 && dice.chance(epsilon) {
        return Key::ALL[dice.below(5) as usize];
    }
    let greatest = row.iter().copied().fold(f64::MIN, f64::max);
    let ties = row.iter().filter(|&&value| value == greatest).count() as u32;
    let nth = if ties > 1 { dice.below(ties) as usize } else { 0 };
    let mut greatest_keys = Key::ALL.iter().zip(row).filter(|&(_, &value)| value == greatest);
    greatest_keys.nth(nth).map_or(Key::Hover, |(&key, _)| key)
}

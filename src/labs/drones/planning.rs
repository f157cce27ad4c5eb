//! Rewards, what a policy is worth, and the best policy for a reward: the true model, no learning.

use crate::labs::exercise::Key;
use crate::labs::oak::{CAT, CELLS, Cell, Ending, Oak, PAD, Step};

/// Points for coming closer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shaping {
    /// None.
    None,
    /// This many points × closeness for every step that ends closer to the cat than it began,
    /// nothing taken back (as in Randløv & Alstrøm 1998).
    Bonus(f64),
    /// γ Φ(next) − Φ(now) with Φ = this many points × closeness, 0 once the flight is over (Ng,
    /// Harada & Russell 1999).
    Potential(f64),
}

/// A reward function; points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reward {
    /// For a step that ends in the air.
    pub air: f64,
    /// Taken for a crash.
    pub crash: f64,
    /// For the rescue.
    pub rescue: f64,
    /// For coming closer.
    pub shaping: Shaping,
    /// What a point is worth a second later; below 1.
    pub gamma: f64,
    /// Whether leaving costs as much as a crash. Without, it pays `air` for ever, at once.
    pub fence: bool,
}

impl Reward {
    /// The comic's: a million for the cat, a point a second, ten thousand for a crash.
    pub const COMIC: Reward = Reward {
        air: 1.0,
        crash: 10_000.0,
        rescue: 1_000_000.0,
        shaping: Shaping::None,
        gamma: 0.99,
        fence: false,
    };

    /// What crossing the edge of the garden pays, all at once.
    pub fn leaving(&self) -> f64 {
        if self.fence { -self.crash } else { self.air / (1.0 - self.gamma) }
    }

    /// Φ of a cell, 0 unless the shaping is `Potential`.
    pub fn potential(&self, oak: &Oak, cell: Cell) -> f64 {
        match self.shaping {
            Shaping::Potential(points) => points * oak.closeness(cell),
            Shaping::None | Shaping::Bonus(_) => 0.0,
        }
    }

    /// What a step pays.
    pub fn pay(&self, oak: &Oak, from: Cell, to: Step) -> f64 {
        let plain = match to {
            Step::At(PAD) => 0.0,
            Step::At(_) => self.air,
            Step::End(Ending::Rescued) => self.rescue,
            Step::End(Ending::Crashed) => -self.crash,
            Step::End(Ending::Away) => self.leaving(),
        };
        match self.shaping {
            Shaping::None => plain,
            Shaping::Bonus(points) => {
                let end = match to {
                    Step::At(cell) => cell,
                    Step::End(Ending::Rescued) => CAT,
                    Step::End(Ending::Crashed | Ending::Away) => return plain,
                };
                if oak.distance(end) < oak.distance(from) {
                    plain + points * oak.closeness(end)
                } else {
                    plain
                }
            }
            Shaping::Potential(_) => {
                let next = match to {
                    Step::At(cell) => self.potential(oak, cell),
                    Step::End(_) => 0.0,
                };
                plain + self.gamma * next - self.potential(oak, from)
            }
        }
    }
}

/// A key for every cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy(Vec<Key>);

impl Policy {
    /// The same key everywhere.
    pub fn constant(key: Key) -> Policy {
        Policy(vec![key; CELLS])
    }

    /// The key with the greatest value in each cell, the first of equals; one row of values a cell.
    pub fn greedy(values: &[[f64; 5]]) -> Policy {
        let mut policy = Policy::constant(Key::Hover);
        for (key, row) in policy.0.iter_mut().zip(values) {
            *key = Key::ALL[best(row)];
        }
        policy
    }

    /// The key in a cell.
    pub fn key(&self, cell: Cell) -> Key {
        self.0[cell.index()]
    }
}

/// The index of the greatest value, the first of equals.
fn best(row: &[f64; 5]) -> usize {
    let mut best = 0;
    for action in 1..row.len() {
        if row[action] > row[best] {
            best = action;
        }
    }
    best
}

/// A policy and its values, one a cell, 0 where no drone can be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to do.
    pub policy: Policy,
    /// What it is worth from each cell, discounted.
    pub values: Vec<f64>,
    /// Sweeps of value iteration it took.
    pub sweeps: u32,
}

/// The oak as a Markov decision process for one reward, in tables.
pub struct Model {
    states: Vec<Cell>,
    by_distance: Vec<Cell>,
    gamma: f64,
    ways: Vec<[Ways; 5]>,
}

/// Expected pay of an action, and where it leads with what probability if the flight goes on.
#[derive(Clone, Default)]
struct Ways {
    pay: f64,
    next: Vec<(f64, usize)>,
}

/// Sweeps after which value iteration gives way to policy iteration.
const SWEEPS: u32 = 100;
/// Improvements after which policy iteration stops, converged or not; it has never taken a tenth.
const IMPROVEMENTS: u32 = 200;

impl Model {
    /// The tables for a reward.
    pub fn new(oak: &Oak, reward: &Reward) -> Model {
        let mut ways = vec![<[Ways; 5]>::default(); CELLS];
        for &from in oak.states() {
            for key in Key::ALL {
                let entry = &mut ways[from.index()][key as usize];
                for (probability, to) in oak.outcomes(from, key) {
                    entry.pay += probability * reward.pay(oak, from, to);
                    if let Step::At(cell) = to {
                        entry.next.push((probability, cell.index()));
                    }
                }
            }
        }
        let mut by_distance = oak.states().to_vec();
        by_distance.sort_by_key(|&cell| oak.distance(cell));
        Model { states: oak.states().to_vec(), by_distance, gamma: reward.gamma, ways }
    }

    /// What each action is worth in each cell if `values` is what follows; 0 where no drone can be.
    pub fn action_values(&self, values: &[f64]) -> Vec<[f64; 5]> {
        let mut rows = vec![[0.0; 5]; CELLS];
        for &cell in &self.states {
            rows[cell.index()] = self.row(values, cell);
        }
        rows
    }

    fn row(&self, values: &[f64], cell: Cell) -> [f64; 5] {
        let mut row = [0.0; 5];
        for (value, ways) in row.iter_mut().zip(&self.ways[cell.index()]) {
            *value = ways.pay;
            for &(probability, to) in &ways.next {
                *value += self.gamma * probability * values[to];
            }
        }
        row
    }

    /// The best policy (Bellman 1957): value iteration in place, nearest cells first, until the
    /// largest change is below a thousand millionth of the largest value; if a hundred sweeps do
    /// not suffice, policy iteration from there. Values are within the tolerance of the optimum.
    pub fn optimal(&self) -> Plan {
        let mut values = vec![0.0; CELLS];
        for sweeps in 1..=SWEEPS {
            let (mut change, mut largest) = (0.0f64, 0.0f64);
            for &cell in &self.by_distance {
                let row = self.row(&values, cell);
                let value = row[best(&row)];
                change = change.max((value - values[cell.index()]).abs());
                largest = largest.max(value.abs());
                values[cell.index()] = value;
            }
            if change < 1e-9 * largest {
                return Plan { policy: Policy::greedy(&self.action_values(&values)), values, sweeps };
            }
        }
        let start = Policy::greedy(&self.action_values(&values));
        Plan { sweeps: SWEEPS, ..self.improve(start) }
    }

    /// The best policy by policy iteration with exact evaluation (Howard 1960). An action is changed
    /// only for a gain above 10⁻⁹ + 10⁻¹² × its value, so that rounding can't make it go round.
    pub fn improve(&self, start: Policy) -> Plan {
        let mut policy = start;
        let mut values = self.worth(&policy);
        for _ in 0..IMPROVEMENTS {
            let mut changed = false;
            for &cell in &self.states {
                let row = self.row(&values, cell);
                let (now, then) = (policy.key(cell) as usize, best(&row));
                if row[then] - row[now] > 1e-9 + 1e-12 * row[now].abs() {
                    policy.0[cell.index()] = Key::ALL[then];
                    changed = true;
                }
            }
            if !changed {
                break;
            }
            values = self.worth(&policy);
        }
        Plan { policy, values, sweeps: 0 }
    }

    /// What a policy is worth from each cell, discounted: V = r + γPV, solved by Gaussian
    /// elimination. No pivoting is needed: I − γP is strictly diagonally dominant.
    pub fn worth(&self, policy: &Policy) -> Vec<f64> {
        let n = self.states.len();
        let mut unknown = vec![0; CELLS];
        for (at, cell) in self.states.iter().enumerate() {
            unknown[cell.index()] = at;
        }
        let mut rows = vec![vec![0.0; n + 1]; n];
        for (at, (&cell, row)) in self.states.iter().zip(&mut rows).enumerate() {
            let ways = &self.ways[cell.index()][policy.key(cell) as usize];
            row[at] = 1.0;
            row[n] = ways.pay;
            for &(probability, to) in &ways.next {
                row[unknown[to]] -= self.gamma * probability;
            }
        }
        for at in 0..n {
            let (above, below) = rows.split_at_mut(at + 1);
            let pivot = &above[at];
            for row in below {
                let factor = row[at] / pivot[at];
                if factor != 0.0 {
                    for (entry, &other) in row[at..].iter_mut().zip(&pivot[at..]) {
                        *entry -= factor * other;
                    }
                }
            }
        }
        let mut values = vec![0.0; CELLS];
        let mut solved = vec![0.0; n];
        for at in (0..n).rev() {
            let mut rest = rows[at][n];
            for later in at + 1..n {
                rest -= rows[at][later] * solved[later];
            }
            solved[at] = rest / rows[at][at];
            values[self.states[at].index()] = solved[at];
        }
        values
    }
}

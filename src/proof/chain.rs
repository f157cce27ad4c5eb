//! A small absorbing Markov chain, solved directly.
//!
//! States are taken out one after the other (Grassmann, Taksar and Heyman 1985). That a state is left is the
//! sum of the ways out of it, never one less the way back, so nothing is subtracted, no pivot is sought, and every
//! digit holds however seldom the chain is left (O'Cinneide 1993).

/// A chain of so many states; what leaves it is not told apart.
pub(super) struct Chain {
    states: usize,
    /// Row by row, the probability of each move within. Once taken out: of state k, its row right of it and its column
    /// below it, as they stood then.
    moves: Vec<f64>,
    /// The probability of leaving from each state; then of going on to what was not yet taken out, or leaving.
    out: Vec<f64>,
}

impl Chain {
    /// What it takes to solve a chain of so many states: most rows have few entries, and each is added many at a
    /// time.
    pub fn steps(states: usize) -> usize {
        states * states * states.div_ceil(16)
    }

    /// No moves yet.
    pub fn new(states: usize) -> Chain {
        Chain { states, moves: vec![0.0; states * states], out: vec![0.0; states] }
    }

    /// Adds a move; what leads back to its own state needs no word.
    pub fn add(&mut self, from: usize, to: Option<usize>, chance: f64) {
        match to {
            Some(to) if to == from => {}
            Some(to) => self.moves[from * self.states + to] += chance,
            None => self.out[from] += chance,
        }
    }

    /// Takes all states out; `None` where one of them is never left.
    pub fn solved(mut self) -> Option<Chain> {
        let n = self.states;
        for k in 0..n {
            let (above, below) = self.moves.split_at_mut((k + 1) * n);
            let row = &above[k * n + k + 1..];
            let leaves = self.out[k];
            let total = leaves + row.iter().sum::<f64>();
            if total <= 0.0 {
                return None;
            }
            self.out[k] = total;
            for (i, lower) in below.chunks_exact_mut(n).enumerate() {
                let back = lower[k];
                if back > 0.0 {
                    let part = back / total;
                    lower[k + 1..].iter_mut().zip(row).for_each(|(to, chance)| *to += part * chance);
                    self.out[k + 1 + i] += part * leaves;
                }
            }
        }
        Some(self)
    }

    /// From what is gained at once on leaving from each state, what is gained from each at last.
    pub fn values(&self, gains: &mut [f64]) {
        let n = self.states;
        for k in 0..n {
            for i in k + 1..n {
                gains[i] += self.moves[i * n + k] / self.out[k] * gains[k];
            }
        }
        for k in (0..n).rev() {
            let on: f64 = (k + 1..n).map(|j| self.moves[k * n + j] * gains[j]).sum();
            gains[k] = (gains[k] + on) / self.out[k];
        }
    }

    /// From the mass that enters at each state, the expected visits of each; several at once.
    pub fn visits<const L: usize>(&self, mass: &mut [[f64; L]]) {
        let n = self.states;
        for k in 0..n {
            for j in k + 1..n {
                let part = self.moves[k * n + j] / self.out[k];
                if part > 0.0 {
                    let here = mass[k];
                    mass[j].iter_mut().zip(here).for_each(|(to, here)| *to += here * part);
                }
            }
        }
        for k in (0..n).rev() {
            for j in k + 1..n {
                let back = self.moves[j * n + k];
                if back > 0.0 {
                    let there = mass[j];
                    mass[k].iter_mut().zip(there).for_each(|(to, there)| *to += there * back);
                }
            }
            mass[k].iter_mut().for_each(|here| *here /= self.out[k]);
        }
    }
}

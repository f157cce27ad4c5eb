//! Absorbing Markov chains, solved directly: small ones, and larger ones of few moves.
//!
//! States are taken out one after the other (Grassmann, Taksar and Heyman 1985). That a state is left is the
//! sum of the ways out of it, never one less the way back, so nothing is subtracted, no pivot is sought, and every
//! digit holds however seldom the chain is left (O'Cinneide 1993).

use super::course::Steps;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

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

/// Most moves that a sparse chain may come to have.
const ROOM: usize = 1 << 22;

/// The same, of the moves alone that there are. The state that is taken out next is the one with the fewest ways through
/// it (Markowitz 1957), so that few moves come to be between others.
#[derive(Default)]
pub(super) struct Sparse {
    /// From each state; once it is taken out, those to states that were not.
    moves: Vec<Vec<(u32, f64)>>,
    /// The probability of leaving from each state; then of going on to what was not yet taken out, or leaving.
    out: Vec<f64>,
    /// The states in the order in which they were taken out, and the moves that led to them from others then.
    taken: Vec<(u32, Vec<(u32, f64)>)>,
}

impl Sparse {
    /// No moves yet.
    pub fn new(states: usize) -> Sparse {
        Sparse { moves: vec![Vec::new(); states], out: vec![0.0; states], taken: Vec::new() }
    }

    /// Adds a move; what leads back to its own state needs no word.
    pub fn add(&mut self, from: usize, to: Option<usize>, chance: f64) {
        match to {
            Some(to) if to == from => {}
            Some(to) => self.moves[from].push((to as u32, chance)),
            None => self.out[from] += chance,
        }
    }

    /// Takes all states out; `None` where one of them is never left, or where it takes too many steps or comes to
    /// have too many moves.
    pub fn solved(mut self, steps: &Steps, most: usize) -> Option<Sparse> {
        let states = self.moves.len();
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); states];
        for (from, moves) in self.moves.iter_mut().enumerate() {
            moves.sort_unstable_by_key(|(to, _)| *to);
            moves.dedup_by(|next, first| {
                let same = next.0 == first.0;
                first.1 += if same { next.1 } else { 0.0 };
                same
            });
            moves.iter().for_each(|(to, _)| before[*to as usize].push(from as u32));
        }
        // Of these lists states that were taken out are not struck off, only no longer counted.
        let mut count: Vec<usize> = before.iter().map(Vec::len).collect();
        let ways = |count: &[usize], moves: &[Vec<(u32, f64)>], state: u32| {
            count[state as usize] * moves[state as usize].len()
        };
        let mut next: BinaryHeap<Reverse<(usize, u32)>> =
            (0..states as u32).map(|state| Reverse((ways(&count, &self.moves, state), state))).collect();
        let mut is_taken = vec![false; states];
        let mut room = self.moves.iter().map(Vec::len).sum::<usize>();
        let mut merged = Vec::new();
        while let Some(Reverse((cost, state))) = next.pop() {
            let k = state as usize;
            if is_taken[k] || cost != ways(&count, &self.moves, state) {
                continue;
            }
            is_taken[k] = true;
            let row = std::mem::take(&mut self.moves[k]);
            let leaves = self.out[k];
            let total = leaves + row.iter().map(|(_, chance)| chance).sum::<f64>();
            if total <= 0.0 {
                return None;
            }
            let mut came = Vec::new();
            let ways_here = std::mem::take(&mut before[k]);
            if !steps.take(1 + ways_here.len() + row.len()) {
                return None;
            }
            for from in ways_here {
                let i = from as usize;
                if is_taken[i] {
                    continue;
                }
                let Ok(at) = self.moves[i].binary_search_by_key(&state, |(to, _)| *to) else { continue };
                if !steps.take(self.moves[i].len() + row.len()) {
                    return None;
                }
                let (_, back) = self.moves[i].remove(at);
                came.push((from, back));
                let part = back / total;
                self.out[i] += part * leaves;
                let mut add_way = |to: u32, from: u32| {
                    before[to as usize].push(from);
                    count[to as usize] += 1;
                };
                // Both are in order.
                merged.clear();
                let mut more = row.iter().filter(|(to, _)| *to != from).peekable();
                for (to, chance) in &self.moves[i] {
                    while let Some((new, way)) = more.next_if(|(new, _)| new < to) {
                        merged.push((*new, part * way));
                        add_way(*new, from);
                    }
                    let both = more.next_if(|(new, _)| new == to).map_or(0.0, |(_, way)| part * way);
                    merged.push((*to, chance + both));
                }
                for (new, way) in more {
                    merged.push((*new, part * way));
                    add_way(*new, from);
                }
                room += merged.len() + 1 - self.moves[i].len();
                std::mem::swap(&mut self.moves[i], &mut merged);
            }
            if room > most.min(ROOM) {
                return None;
            }
            row.iter().for_each(|(to, _)| count[*to as usize] -= 1);
            for (other, _) in came.iter().chain(&row) {
                next.push(Reverse((ways(&count, &self.moves, *other), *other)));
            }
            self.moves[k] = row;
            self.out[k] = total;
            self.taken.push((state, came));
        }
        Some(self)
    }

    /// From what is gained at once in each state, what is gained from each at last.
    pub fn values(&self, gains: &mut [f64]) {
        for (state, came) in &self.taken {
            let gain = gains[*state as usize] / self.out[*state as usize];
            came.iter().for_each(|(from, back)| gains[*from as usize] += back * gain);
        }
        for (state, _) in self.taken.iter().rev() {
            let k = *state as usize;
            let on: f64 = self.moves[k].iter().map(|(to, chance)| chance * gains[*to as usize]).sum();
            gains[k] = (gains[k] + on) / self.out[k];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chains of many shapes, solved in both ways.
    #[test]
    fn both_ways_to_solve_a_chain_agree() {
        let mut dice = 7u64;
        let mut below = |n: usize| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            (dice >> 20) as usize % n
        };
        for states in 1..60 {
            let (mut dense, mut sparse) = (Chain::new(states), Sparse::new(states));
            for from in 0..states {
                // Each can get one nearer to the end, and to some others.
                let to: Vec<usize> = (0..1 + below(4)).map(|_| below(states)).collect();
                let each = 1.0 / (to.len() + 1) as f64;
                for to in to.iter().map(|to| Some(*to)).chain([from.checked_sub(1)]) {
                    dense.add(from, to, each);
                    sparse.add(from, to, each);
                }
            }
            let (dense, sparse) = (dense.solved(), sparse.solved(&Steps::new(usize::MAX), ROOM));
            let (Some(dense), Some(sparse)) = (dense, sparse) else { unreachable!("each is left") };
            let gains: Vec<f64> = (0..states).map(|i| (i * i) as f64).collect();
            let mut values = gains.clone();
            sparse.values(&mut values);
            for (start, value) in values.into_iter().enumerate() {
                let mut visits = vec![[0.0]; states];
                visits[start] = [1.0];
                dense.visits(&mut visits);
                let gained: f64 = visits.iter().zip(&gains).map(|([visits], gain)| visits * gain).sum();
                assert!((value - gained).abs() <= 1e-12 * gained, "{states} states: {value} {gained}");
            }
        }
        let mut never = Sparse::new(2);
        never.add(0, Some(1), 1.0);
        never.add(1, Some(0), 1.0);
        assert!(never.solved(&Steps::new(1000), ROOM).is_none());
    }
}

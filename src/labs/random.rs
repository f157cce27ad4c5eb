//! Seeded streams of random numbers, the same on every platform and in every release.
//!
//! One stream per component: adding a component shifts no other. Only `next_u32` and `next_u64` of
//! ChaCha8 are used; how they are mapped to numbers is written out here, since the distributions
//! of libraries are not promised to give the same values in their next release.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers for one component of one experiment.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of a component; `lab` and `component` are at most eight ASCII characters, `index`
    /// tells worker from worker, team from team, flight from flight.
    pub fn new(seed: u64, lab: &str, component: &str, index: u64) -> Stream {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (slot, byte) in key[8..16].iter_mut().zip(lab.bytes()) {
            *slot = byte;
        }
        for (slot, byte) in key[16..24].iter_mut().zip(component.bytes()) {
            *slot = byte;
        }
        key[24..].copy_from_slice(&index.to_le_bytes());
        Stream(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in 0..n.
    pub fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// True with probability p.
    pub fn chance(&mut self, p: f64) -> bool {
        f64::from(self.0.next_u32()) < p * 4_294_967_296.0
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// Nearly normal, mean 0, variance 1, within ±4.9: the sum of eight bytes (no `ln`, no `cos`).
    pub fn bell(&mut self) -> f64 {
        let sum: i32 = self.0.next_u64().to_le_bytes().iter().map(|&byte| i32::from(byte)).sum();
        f64::from(sum - 1020) / 209.0215290372236
    }

    /// Fisher and Yates, from the end.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i as u32 + 1) as usize;
            items.swap(i, j);
        }
    }
}

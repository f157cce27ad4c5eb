//! What a proof is busy with, how much it may still do, and whether somebody asked it to stop.

use super::explore::Progress;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

/// A part of a proof, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub enum Phase {
    /// States are looked for.
    States(Progress),
    /// They are put in order.
    Graph,
    /// What holds of them is decided: so many claims of so many.
    Claims(usize, usize),
    /// The values that texts hang on are followed through them: so much of all.
    Following(f64),
    /// Questions about texts are answered: so many of so many.
    Texts(usize, usize),
    /// The odds are solved: so much of all.
    Odds(f64),
    /// The longest game is looked for.
    Longest,
}

/// How a proof hears that it shall stop, and tells how far it has come.
#[derive(Clone, Copy)]
pub struct Course<'c> {
    /// Set to stop.
    pub stop: &'c AtomicBool,
    /// Told now and then.
    pub progress: &'c (dyn Fn(Phase) + Sync),
}

impl Course<'_> {
    /// Whether to stop.
    #[inline]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells how far it has come.
    pub fn tell(&self, now: Phase) {
        (self.progress)(now);
    }
}

/// How much one part of a proof may still do. Everything that may take long is counted by what it does, never by a
/// clock, so what is left undecided is the same on every machine.
#[derive(Debug)]
pub(super) struct Steps(Cell<usize>);

impl Steps {
    /// So many: each about a look at a state, or at a move.
    pub fn new(steps: usize) -> Steps {
        Steps(Cell::new(steps))
    }

    /// Takes some; false, and none are left, where there are not so many.
    pub fn take(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Takes all that are left.
    pub fn spend(&self) {
        self.0.set(0);
    }

    /// How many are left.
    pub fn left(&self) -> usize {
        self.0.get()
    }

    /// Whether none are left.
    pub fn are_spent(&self) -> bool {
        self.left() == 0
    }
}

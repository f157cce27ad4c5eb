//! How many witnesses are given: a story with very many faults gets the shortest lists of moves for the
//! first of them, and no proof spends its time or memory on lists that nobody reads.

use super::Proof;
use super::graph::{NOWHERE, Node};
use crate::engine::Move;
use crate::story::Story;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most moves of all witnesses together.
const MOST_MOVES: usize = 1 << 20;
/// Most witnesses that have to be searched for.
const MOST_SEARCHES: usize = 200;

/// What is left to be given.
#[derive(Debug)]
pub(super) struct Allowance {
    moves: AtomicUsize,
    searches: AtomicUsize,
}

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance { moves: AtomicUsize::new(MOST_MOVES), searches: AtomicUsize::new(MOST_SEARCHES) }
    }
}

impl Allowance {
    /// Whether one more may be searched for.
    pub fn search(&self) -> bool {
        take(&self.searches, 1)
    }
}

fn take(left: &AtomicUsize, n: usize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(n)).is_ok()
}

impl Proof {
    /// The shortest list of moves to a state, and one move more, as it is shown; `None` once too many
    /// have been given.
    pub(super) fn witness(
        &self,
        story: &Story,
        node: Node,
        last: Option<(Node, Move)>,
    ) -> Option<Vec<String>> {
        let depth = if node == NOWHERE { 0 } else { self.graph.depth(node) };
        if !take(&self.allowance.moves, depth + 1) {
            return None;
        }
        let mut path = if node == NOWHERE { Vec::new() } else { self.graph.path(node) };
        path.extend(last);
        Some(self.names(story, &path))
    }

    /// A list that was searched for, as it is shown.
    pub(super) fn found(&self, story: &Story, path: Option<Vec<(Node, Move)>>) -> Option<Vec<String>> {
        let path = path?;
        take(&self.allowance.moves, path.len() + 1).then(|| self.names(story, &path))
    }
}

//! The explored control graph: states, the moves between them, and where each was found from.

use super::course::Course;
use super::explore::{Ended, Later};
use crate::engine::{Move, Refused};
use crate::story::{ArmId, ChoiceId};

/// Index of an explored state, in the order of discovery: breadth first, moves in the file's order.
pub type Node = u32;

/// No state.
pub const NOWHERE: Node = u32::MAX;

/// A move between two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it leads.
    pub to: Node,
    /// What was done on the way: index into [`Graph::scripts`].
    pub script: u32,
}

/// One thing done in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// A choice is taken.
    Choose(ChoiceId),
    /// The world answers.
    World(u8),
    /// An arm is taken.
    Arm(ArmId),
    /// An event interrupts.
    Event(u32),
}

/// A step that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From here; [`NOWHERE`] before the first state.
    pub node: Node,
    /// By this move.
    pub by: Option<Move>,
    /// What was done on the way, each thing once; first what was done on other ways to the same.
    pub done: Box<[Token]>,
    /// Why.
    pub why: Refused,
}

impl Fault {
    /// What was done last.
    pub fn after(&self) -> Option<Token> {
        self.done.last().copied()
    }

    /// Takes in what was done on another way to the same fault.
    pub(super) fn join(&mut self, other: &Fault) {
        let is_new = |token: &Token| !self.done.contains(token);
        let new: Vec<Token> = other.done.iter().copied().filter(is_new).collect();
        if !new.is_empty() {
            self.done = new.iter().chain(&self.done).copied().collect();
        }
    }
}

/// All that was explored.
#[derive(Debug)]
pub struct Graph {
    pub(super) words: usize,
    pub(super) keys: Vec<u64>,
    pub(super) parents: Vec<Node>,
    /// For each state that was looked at, where its edges begin; one more at the end.
    pub(super) first: Vec<u32>,
    pub(super) edges: Vec<Edge>,
    /// Lists of things done in one step; the first is that before the first state.
    pub scripts: Vec<Box<[Token]>>,
    /// Where each level begins; one more at the end.
    pub levels: Vec<Node>,
    /// Steps that are refused: of each kind, place and move the first that was found.
    pub faults: Vec<Fault>,
    /// How the exploration ended.
    pub ended: Ended,
    /// Bytes held while exploring, the hash table included.
    pub bytes: usize,
}

impl Graph {
    /// How many states.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// True before the first state.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// Bytes held once it is explored.
    pub(super) fn held(&self) -> usize {
        let lists = 8 * self.keys.len() + 4 * (self.parents.len() + self.first.len()) + 8 * self.edges.len();
        // They grow by a quarter.
        lists + lists / 4
    }

    /// Bytes of what is worked out on it.
    pub(super) fn bytes_of(&self, later: Later) -> usize {
        later.state * self.len() + later.edge * self.edges.len()
    }

    /// How many of the states were looked at: all, but where a budget was spent.
    pub fn looked_at(&self) -> usize {
        self.first.len() - 1
    }

    /// How many moves between them.
    pub fn transitions(&self) -> usize {
        self.edges.len()
    }

    /// All states.
    pub fn nodes(&self) -> std::ops::Range<Node> {
        0..self.parents.len() as Node
    }

    /// The words of a state.
    pub fn key(&self, node: Node) -> &[u64] {
        &self.keys[node as usize * self.words..][..self.words]
    }

    /// The moves of a state that are not refused, in the file's order.
    #[inline]
    pub fn edges(&self, node: Node) -> &[Edge] {
        &self.edges[self.edge_range(node)]
    }

    /// Where a state's moves stand among all.
    #[inline]
    pub(super) fn edge_range(&self, node: Node) -> std::ops::Range<usize> {
        match self.first.get(node as usize..node as usize + 2) {
            Some([from, to]) => *from as usize..*to as usize,
            // Found, but not looked at before the budget was spent.
            _ => 0..0,
        }
    }

    /// The move that a script begins with.
    pub fn move_of(&self, script: u32) -> Option<Move> {
        match self.scripts.get(script as usize)?.first()? {
            Token::Choose(choice) => Some(Move::Choose(*choice)),
            Token::World(outcome) => Some(Move::World(*outcome)),
            Token::Arm(_) | Token::Event(_) => None,
        }
    }

    /// How many moves lead to a state at least.
    pub fn depth(&self, node: Node) -> usize {
        self.levels.partition_point(|from| *from <= node).saturating_sub(1)
    }

    /// The shortest list of moves to a state, with the state that each is made in; of several the one
    /// that was found first.
    pub fn path(&self, node: Node) -> Vec<(Node, Move)> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(parent) = self.parents.get(at as usize).copied().filter(|parent| *parent != NOWHERE) {
            let by = self.edges(parent).iter().find(|edge| edge.to == at);
            path.extend(by.and_then(|edge| self.move_of(edge.script)).map(|by| (parent, by)));
            at = parent;
        }
        path.reverse();
        path
    }

    /// Whether every state was looked at.
    pub fn is_whole(&self) -> bool {
        self.looked_at() == self.len()
    }

    /// The states that were found and not looked at.
    pub fn frontier(&self) -> std::ops::Range<Node> {
        self.looked_at() as Node..self.len() as Node
    }

    /// For each state the states that lead to it: offsets and sources; `None` where somebody asked to stop.
    pub fn reversed(&self, course: &Course) -> Option<Reversed> {
        let mut first = vec![0u32; self.len() + 1];
        for edge in &self.edges {
            first[edge.to as usize + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut sources = vec![0; self.edges.len()];
        for node in self.nodes() {
            if node % 4096 == 0 && course.is_stopped() {
                return None;
            }
            for edge in self.edges(node) {
                let at = &mut next[edge.to as usize];
                sources[*at as usize] = node;
                *at += 1;
            }
        }
        Some(Reversed { first, sources })
    }
}

/// The graph backwards.
#[derive(Debug, Default)]
pub struct Reversed {
    first: Vec<u32>,
    sources: Vec<Node>,
}

impl Reversed {
    /// The states that lead to one.
    pub fn before(&self, node: Node) -> &[Node] {
        match self.first.get(node as usize..node as usize + 2) {
            Some([from, to]) => &self.sources[*from as usize..*to as usize],
            // The graph was not put in order.
            _ => &[],
        }
    }

    /// All states from which one of some can be reached.
    pub fn sweep(&self, from: impl IntoIterator<Item = Node>) -> Vec<bool> {
        let mut reached = vec![false; self.first.len().saturating_sub(1)];
        let mut todo = Vec::new();
        for node in from {
            if !std::mem::replace(&mut reached[node as usize], true) {
                todo.push(node);
            }
        }
        while let Some(node) = todo.pop() {
            for before in self.before(node) {
                if !std::mem::replace(&mut reached[*before as usize], true) {
                    todo.push(*before);
                }
            }
        }
        reached
    }
}

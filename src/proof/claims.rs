//! Claims: what an author promises, decided on the explored graph.
//!
//! A promise is a set of states, built bottom up as in Clarke, Emerson and Sistla (1986): `And`, `Or`,
//! `Not` are set operations; `CanReach(x)` is EF x, one reverse sweep; `Within(n, x)` is EF x with at
//! most n choices on the way (answers of the world are free), a reverse search with costs 0 and 1.
//! `Likely(x, p)` reads the graph as a Markov decision process: the player picks the best choice, and
//! the best end of what is done by hand, the world draws by its weights; value iteration (Bellman
//! 1957) from below, so that what is said to be likely is. It goes through the strongly connected components
//! backwards, in each until no value grows by more than 1e-12, or for 10,000 rounds.
//!
//! `AtStart`, `Always` and `Never` are about the states in which the player chooses.

use super::Course;
use super::components::Components;
use super::graph::{Graph, Node, Reversed};
use crate::engine::Move;
use crate::story::{Claim, Promise, Quantified, SceneId, Story, Way};
use std::collections::VecDeque;

const ROUNDS: usize = 10_000;
const SMALL: f64 = 1e-12;

/// What claims are decided on.
pub(super) struct Ground<'g> {
    /// The story over its control facts.
    pub control: &'g Story,
    /// Its graph.
    pub graph: &'g Graph,
    /// The graph backwards.
    pub reversed: &'g Reversed,
    /// Its components.
    pub components: &'g Components,
    /// The probability of each of its moves.
    pub chances: &'g [f64],
    /// What is found once it is stopped means nothing.
    pub course: &'g Course<'g>,
}

impl Ground<'_> {
    /// A state in which the claim fails, and the fewest moves that lead to it; `None` if it holds.
    pub fn fails(&self, claim: &Claim) -> Option<(Node, Vec<(Node, Move)>)> {
        let holds = self.set(&claim.promise);
        let wanted = match claim.of {
            Quantified::AtStart => {
                return self.starts().into_iter().find(|(node, _)| !holds[*node as usize]);
            }
            Quantified::Always => true,
            Quantified::Never => false,
        };
        let fails = |node: &Node| self.player_chooses(*node) && holds[*node as usize] != wanted;
        self.graph.nodes().find(fails).map(|node| (node, self.graph.path(node)))
    }

    fn scene(&self, node: Node) -> SceneId {
        SceneId(self.control.layout.scene.get(self.graph.key(node)))
    }

    fn player_chooses(&self, node: Node) -> bool {
        matches!(self.control.scene(self.scene(node)).way, Way::Choices(_))
    }

    /// The first states in which the player chooses: one, but where the world answers before; with its answers.
    fn starts(&self) -> Vec<(Node, Vec<(Node, Move)>)> {
        let mut found = Vec::new();
        let mut seen = std::collections::HashSet::from([0]);
        let mut todo = VecDeque::from([(0, Vec::new())]);
        while let Some((node, path)) = todo.pop_front() {
            if self.player_chooses(node) {
                found.push((node, path));
                continue;
            }
            for edge in self.graph.edges(node).iter().filter(|edge| seen.insert(edge.to)) {
                let by = self.graph.move_of(edge.script).map(|by| (node, by));
                todo.push_back((edge.to, path.iter().copied().chain(by).collect()));
            }
        }
        found
    }

    fn each(&self, holds: impl Fn(Node) -> bool) -> Vec<bool> {
        self.graph.nodes().map(holds).collect()
    }

    /// The states in which a promise holds.
    pub fn set(&self, promise: &Promise) -> Vec<bool> {
        match promise {
            Promise::And(all) => self.fold(all, true, |a, b| a && b),
            Promise::Or(all) => self.fold(all, false, |a, b| a || b),
            Promise::Not(inner) => self.set(inner).into_iter().map(|holds| !holds).collect(),
            Promise::At(scene) => self.each(|node| self.scene(node) == *scene),
            Promise::Act(act) => self.each(|node| self.control.scene(self.scene(node)).act == Some(*act)),
            Promise::Ending(endings) => self.each(|node| match self.control.scene(self.scene(node)).way {
                Way::Ending(ending) => endings.contains(&ending),
                _ => false,
            }),
            Promise::Offers(choices) => self.each(|node| {
                self.graph.edges(node).iter().any(|edge| match self.graph.move_of(edge.script) {
                    Some(Move::Choose(choice)) => choices.contains(&choice),
                    _ => false,
                })
            }),
            Promise::Fact(condition) => {
                self.each(|node| crate::engine::holds(self.control, condition, self.graph.key(node)))
            }
            Promise::CanReach(inner) => {
                let there = self.set(inner);
                self.reversed.sweep(self.graph.nodes().filter(|node| there[*node as usize]))
            }
            Promise::Within(most, inner) => self.within(*most, &self.set(inner)),
            Promise::Likely(inner, p) => {
                self.best(&self.set(inner)).into_iter().map(|best| best >= *p).collect()
            }
        }
    }

    fn fold(&self, all: &[Promise], start: bool, with: impl Fn(bool, bool) -> bool) -> Vec<bool> {
        let mut holds = vec![start; self.graph.len()];
        for inner in all {
            holds.iter_mut().zip(self.set(inner)).for_each(|(a, b)| *a = with(*a, b));
        }
        holds
    }

    /// States from which some are reached in at most so many choices.
    fn within(&self, most: u32, there: &[bool]) -> Vec<bool> {
        let mut cost = vec![u32::MAX; self.graph.len()];
        let mut todo = VecDeque::new();
        for node in self.graph.nodes().filter(|node| there[*node as usize]) {
            cost[node as usize] = 0;
            todo.push_back((node, 0));
        }
        while let Some((node, at)) = todo.pop_front() {
            if at > cost[node as usize] {
                continue;
            }
            for before in self.reversed.before(node) {
                let chosen = self.player_chooses(*before);
                let next = at + u32::from(chosen);
                if next <= most && next < cost[*before as usize] {
                    cost[*before as usize] = next;
                    if chosen {
                        todo.push_back((*before, next));
                    } else {
                        todo.push_front((*before, next));
                    }
                }
            }
        }
        cost.into_iter().map(|cost| cost != u32::MAX).collect()
    }

    /// For each state a lower bound of the best player's probability of getting to some states.
    pub fn best(&self, there: &[bool]) -> Vec<f64> {
        let mut best: Vec<f64> = there.iter().map(|there| f64::from(u8::from(*there))).collect();
        let can = self.reversed.sweep(self.graph.nodes().filter(|node| there[*node as usize]));
        // Backwards: what a component leads to is known when it comes to it.
        for component in (0..self.components.len()).rev() {
            let members = self.components.members(component);
            if component % 4096 == 0 && self.course.is_stopped() {
                break;
            }
            for _ in 0..ROUNDS {
                if members.len() > 64 && self.course.is_stopped() {
                    break;
                }
                let mut grown = 0.0f64;
                for node in members.iter().rev() {
                    let i = *node as usize;
                    if there[i] || !can[i] {
                        continue;
                    }
                    let edges = self.graph.edges(*node);
                    let value = match self.control.scene(self.scene(*node)).way {
                        Way::Lab { .. } => {
                            let chances = &self.chances[self.graph.edge_range(*node)];
                            edges.iter().zip(chances).map(|(edge, p)| p * best[edge.to as usize]).sum()
                        }
                        _ => edges.iter().map(|edge| best[edge.to as usize]).fold(0.0, f64::max),
                    };
                    grown = grown.max(value - best[i]);
                    best[i] = best[i].max(value);
                }
                if grown < SMALL {
                    break;
                }
            }
        }
        best
    }
}

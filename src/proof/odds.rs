//! The odds of each ending for a player who picks by the declared weights, against the world's.
//!
//! The explored graph with these weights is a Markov chain (Kemeny and Snell 1960). The expected number
//! of visits of each state is solved forward: mass is pushed through the strongly connected components in
//! the order in which they lead to each other. A component of up to some hundred states is solved directly, a
//! larger one round after round until less than 1e-13 of it is still under way (a block Gauss-Seidel iteration from
//! below). What is left after many rounds bounds the error of every probability here; where it is much, the
//! odds are not settled. Mass that enters a trap is counted as never ending.
//!
//! The world's weights are counted: `labs/odds.ron` holds, for settings of the labs' knobs, how often
//! each outcome was found among some hundreds of seeds. Where a setting was not measured, all possible
//! outcomes weigh the same, and the report says so. What is done by hand ends in each way alike.

use super::chain::Chain;
use super::graph::{Edge, Graph, NOWHERE, Node};
use super::pack::Control;
use super::{Course, Phase, Proof, Steps};
use crate::engine::{self, Move};
use crate::labs::odds::Odds as Measured;
use crate::labs::{Lab, Setting};
use crate::story::{EndingId, SceneId, Story, Way};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Mutex;

/// Mass under way at which the solve ends.
const TOLERANCE: f64 = 1e-13;
/// Most rounds in one component.
const ROUNDS: usize = 20_000;
/// Rounds after which a component is solved directly, if it has at most so many states.
const FEW: usize = 50;
const DIRECT: usize = 400;
/// With more mass left under way than this, odds are not settled.
const SETTLED: f64 = 1e-8;
/// A game this short is worth knowing.
pub const SHORT: usize = 8;

/// How the world answers.
#[derive(Debug, Default)]
pub struct Weights {
    counts: HashMap<(Lab, Vec<u8>), Vec<u32>>,
    /// Settings that were asked for and not measured.
    missing: Mutex<BTreeSet<(Lab, Vec<u8>)>>,
    asked: Mutex<BTreeSet<(Lab, Vec<u8>)>>,
}

impl Weights {
    /// Those that were measured.
    pub fn measured() -> Weights {
        Measured::built_in().map(|odds| Weights::from_odds(&odds)).unwrap_or_default()
    }

    /// All possible answers alike.
    pub fn uniform() -> Weights {
        Weights::default()
    }

    /// The weights of some odds: of games in which nothing is done by hand.
    pub fn from_odds(odds: &Measured) -> Weights {
        let mut weights = Weights::default();
        for (lab, rows) in
            [(Lab::Crowd, &odds.crowd), (Lab::Drones, &odds.drones), (Lab::Imitation, &odds.imitation)]
        {
            for (setting, counts) in rows {
                weights.counts.insert((lab, setting.clone()), counts.clone());
            }
        }
        weights
    }

    /// How many of the settings that a story reaches were measured, and how many it reaches.
    pub fn coverage(&self) -> (usize, usize) {
        let count = |set: &Mutex<BTreeSet<_>>| set.lock().map(|set| set.len()).unwrap_or(0);
        let (missing, asked) = (count(&self.missing), count(&self.asked));
        (asked - missing, asked)
    }

    /// The probability of each move of a graph, in its order; `None` where somebody asked to stop.
    pub(super) fn chances(&self, control: &Story, graph: &Graph, course: &Course) -> Option<Vec<f64>> {
        let mut chances = Vec::with_capacity(graph.transitions());
        let mut moves = Vec::new();
        for node in graph.nodes() {
            moves.clear();
            let by = |edge: &Edge| graph.move_of(edge.script).unwrap_or(Move::Type);
            moves.extend(graph.edges(node).iter().map(by));
            chances.extend(self.of(control, graph.key(node), &moves));
            if node % 4096 == 0 && course.is_stopped() {
                return None;
            }
        }
        Some(chances)
    }

    /// The probability of each of a state's moves.
    pub(super) fn of(&self, story: &Story, words: &[u64], moves: &[Move]) -> Vec<f64> {
        let counts = match &story.scene(SceneId(story.layout.scene.get(words))).way {
            Way::Lab { lab, .. } => {
                let key = (*lab, engine::setting_of(story, words, *lab).0);
                let counts = self.counts.get(&key);
                if let (Ok(mut missing), Ok(mut asked)) = (self.missing.lock(), self.asked.lock())
                    && !asked.contains(&key)
                {
                    if counts.is_none() {
                        missing.insert(key.clone());
                    }
                    asked.insert(key);
                }
                counts
            }
            _ => None,
        };
        let mut weights: Vec<f64> = moves
            .iter()
            .map(|by| match by {
                Move::Choose(choice) => story.choice(*choice).weight,
                Move::World(outcome) => match counts {
                    Some(counts) => f64::from(counts.get(usize::from(*outcome)).copied().unwrap_or(0)),
                    None => 1.0,
                },
                Move::Type => 0.0,
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        if sum > 0.0 {
            weights.iter_mut().for_each(|weight| *weight /= sum);
        } else {
            let alike = 1.0 / weights.len().max(1) as f64;
            weights.fill(alike);
        }
        weights
    }
}

/// The settings at which a story's experiments can be asked, sorted.
pub fn settings(control: &Control, graph: &Graph) -> Vec<(Lab, Setting)> {
    let story = &control.story;
    let mut found = BTreeSet::new();
    for node in graph.nodes() {
        let words = graph.key(node);
        if let Way::Lab { lab, .. } = &story.scene(SceneId(story.layout.scene.get(words))).way {
            found.insert((*lab, engine::setting_of(story, words, *lab)));
        }
    }
    found.into_iter().collect()
}

/// What happens to the random player.
#[derive(Clone, Debug)]
pub struct Odds {
    /// Probability of each ending.
    pub endings: Vec<f64>,
    /// Probability of getting where no ending can be reached.
    pub never: f64,
    /// Expected number of moves, the player's and the world's.
    pub moves: f64,
    /// Expected number of the player's moves.
    pub player_moves: f64,
    /// Probability that the game ends within [`SHORT`] moves.
    pub short: f64,
    /// Mass still under way when the solve ended: no probability here is further off.
    pub residual: f64,
    /// Most rounds that the solve took in one component.
    pub rounds: usize,
    /// Settings of labs that were measured, of those reached.
    pub coverage: (usize, usize),
}

impl Odds {
    /// Whether so little is still under way that its figures hold.
    pub fn is_settled(&self) -> bool {
        self.residual <= SETTLED
    }
}

/// Solves the odds, in at most so many steps; how far it has come where somebody asked to stop.
pub(super) fn solve(
    proof: &Proof,
    coverage: (usize, usize),
    steps: usize,
    course: &Course,
) -> Result<Odds, Phase> {
    let way = |node: Node| way(proof, node);
    let mut odds = Odds {
        endings: vec![0.0; proof.control.story.endings.len()],
        never: 0.0,
        moves: 0.0,
        player_moves: 0.0,
        short: 0.0,
        residual: 1.0,
        rounds: 0,
        coverage,
    };
    let tell = |done| course.tell(Phase::Odds(done));
    let ends = ends(proof);
    let pushed = push(proof, &ends, [0], (TOLERANCE, steps), course, &tell, |node, [here]| match way(node) {
        Way::Ending(ending) => odds.endings[ending.index()] += here,
        _ if !ends[node as usize] => odds.never += here,
        way => {
            odds.moves += here;
            if !matches!(way, Way::Lab { .. }) {
                odds.player_moves += here;
            }
        }
    });
    let ([left], rounds) = pushed.map_err(Phase::Odds)?;
    // No sum is more exact than its digits.
    (odds.residual, odds.rounds) = (left.max(f64::EPSILON), rounds);
    odds.short = short(&proof.graph, &|node| &proof.chances[proof.graph.edge_range(node)], &way);
    Ok(odds)
}

/// The probability of each ending, and of none; `None` where they are not settled.
pub(super) type Solved = Option<(Vec<f64>, f64)>;

/// States from which odds are solved at once: what is read of a move is used for each of them.
pub(super) const LANES: usize = 16;
/// Bytes that it takes for each state.
pub(super) const LANES_BYTES: usize = 8 * LANES + 1;

/// The probability of each ending from some states on, and of none; `None` for a state from which they are not
/// settled. Nothing at all where somebody asked to stop.
pub(super) fn from<const L: usize>(
    proof: &Proof,
    starts: [Node; L],
    steps: usize,
    course: &Course,
    tell: &dyn Fn(f64),
) -> Option<[Solved; L]> {
    let ends = ends(proof);
    let mut endings = vec![[0.0; L]; proof.control.story.endings.len()];
    let mut never = [0.0; L];
    let add = |to: &mut [f64; L], here: &[f64; L]| {
        to.iter_mut().zip(here).for_each(|(to, here)| *to += here);
    };
    let pushed =
        push(proof, &ends, starts, (1e-9, steps), course, tell, |node, here| match way(proof, node) {
            Way::Ending(ending) => add(&mut endings[ending.index()], &here),
            _ if !ends[node as usize] => add(&mut never, &here),
            _ => {}
        });
    let (left, _) = pushed.ok()?;
    Some(std::array::from_fn(|lane| {
        (left[lane] <= SETTLED).then(|| (endings.iter().map(|of| of[lane]).collect(), never[lane]))
    }))
}

fn way(proof: &Proof, node: Node) -> &Way {
    &proof.control.story.scene(proof.scene(node)).way
}

/// From which states an ending is reached with some probability: not by what weighs nothing.
fn ends(proof: &Proof) -> Vec<bool> {
    let graph = &proof.graph;
    if proof.chances.iter().all(|chance| *chance > 0.0) {
        return proof.ends.clone();
    }
    let mut ends: Vec<bool> = graph.nodes().map(|node| matches!(way(proof, node), Way::Ending(_))).collect();
    let mut todo: Vec<Node> = graph.nodes().filter(|node| ends[*node as usize]).collect();
    while let Some(node) = todo.pop() {
        for before in
            proof.reversed.before(node).iter().copied().filter(|before| proof.ends[*before as usize])
        {
            let chances = &proof.chances[graph.edge_range(before)];
            let mut edges = graph.edges(before).iter().zip(chances);
            if !ends[before as usize] && edges.any(|(edge, chance)| edge.to == node && *chance > 0.0) {
                ends[before as usize] = true;
                todo.push(before);
            }
        }
    }
    ends
}

fn add<const L: usize>(to: &mut [f64; L], from: &[f64; L]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

/// Pushes mass from a state on, component after component, through each until what is left in it is a
/// small part of what came to it, or the steps are spent; tells of all that comes to each state. What is left, and the
/// most rounds that one took; how far it has come where somebody asked to stop. Several states may be started from at once, each by itself.
fn push<const L: usize>(
    proof: &Proof,
    ends: &[bool],
    starts: [Node; L],
    (tolerance, steps): (f64, usize),
    course: &Course,
    tell: &dyn Fn(f64),
    mut arrives: impl FnMut(Node, [f64; L]),
) -> Result<([f64; L], usize), f64> {
    let Proof { graph, components, .. } = proof;
    let mut mass = vec![[0.0f64; L]; graph.len()];
    for (lane, start) in starts.iter().enumerate() {
        mass[*start as usize][lane] = 1.0;
    }
    let chances = |node: Node| {
        let chances = &proof.chances[graph.edge_range(node)];
        graph.edges(node).iter().zip(chances)
    };
    let steps = Steps::new(steps);
    let (mut left, mut rounds, mut work) = ([0.0; L], 0, 0usize);
    let first = starts.iter().map(|start| components.of(*start)).min().unwrap_or(0);
    for component in first..components.len() {
        let members = components.members(component);
        let sum = |mass: &[[f64; L]]| {
            let mut sum = [0.0; L];
            members.iter().for_each(|node| add(&mut sum, &mass[*node as usize]));
            sum
        };
        let came = sum(&mass);
        // All that ever comes to components adds up to a few moves, so these parts stay below the tolerance.
        let most = came.map(|came| came * tolerance / 1000.0);
        let mut here = came;
        let mut round = 0;
        work += 1;
        while (0..L).any(|lane| here[lane] > most[lane]) && round < ROUNDS && !steps.are_spent() {
            let whole = round == FEW
                && members.len() <= DIRECT
                && steps.take(Chain::steps(members.len()))
                && visits(proof, ends, component, &mut mass);
            round += 1;
            work += if whole { members.len() * members.len() } else { members.len() };
            let mut looked_at = members.len();
            if work > 1 << 14 {
                work = 0;
                let done = component as f64 / components.len() as f64;
                tell(done);
                if course.is_stopped() {
                    return Err(done);
                }
            }
            let within = |to: Node| whole && components.of(to) == component && ends[to as usize];
            for node in members {
                let here = std::mem::replace(&mut mass[*node as usize], [0.0; L]);
                if here == [0.0; L] {
                    continue;
                }
                arrives(*node, here);
                if ends[*node as usize] {
                    looked_at += graph.edges(*node).len();
                    // All that goes round within is among the visits.
                    for (edge, chance) in chances(*node).filter(|(edge, _)| !within(edge.to)) {
                        add(&mut mass[edge.to as usize], &here.map(|here| here * chance));
                    }
                }
            }
            steps.take(looked_at);
            here = sum(&mass);
        }
        add(&mut left, &here);
        rounds = rounds.max(round);
    }
    Ok((left, rounds))
}

/// From the mass that is in a component, all visits that its states will ever get; false where that cannot be told.
fn visits<const L: usize>(proof: &Proof, ends: &[bool], component: usize, mass: &mut [[f64; L]]) -> bool {
    let graph = &proof.graph;
    let members = proof.components.members(component).iter().copied();
    let members: Vec<Node> = members.filter(|node| ends[*node as usize]).collect();
    let mut chain = Chain::new(members.len());
    for (i, node) in members.iter().enumerate() {
        let chances = &proof.chances[graph.edge_range(*node)];
        for (edge, chance) in graph.edges(*node).iter().zip(chances) {
            // The states of a component come in order.
            chain.add(i, members.binary_search(&edge.to).ok(), *chance);
        }
    }
    let Some(chain) = chain.solved() else { return false };
    let mut here: Vec<[f64; L]> = members.iter().map(|node| mass[*node as usize]).collect();
    chain.visits(&mut here);
    for (node, here) in members.iter().zip(here) {
        mass[*node as usize] = here;
    }
    true
}

/// The probability of an ending within a few moves, move by move.
fn short<'s>(graph: &Graph, chances: &dyn Fn(Node) -> &'s [f64], way: &dyn Fn(Node) -> &'s Way) -> f64 {
    let mut now: BTreeMap<Node, f64> = BTreeMap::from([(0, 1.0)]);
    let mut ended = 0.0;
    for left in (0..=SHORT).rev() {
        let mut next: BTreeMap<Node, f64> = BTreeMap::new();
        for (node, mass) in now {
            if let Way::Ending(_) = way(node) {
                ended += mass;
            } else if left > 0 {
                for (edge, chance) in graph.edges(node).iter().zip(chances(node)) {
                    *next.entry(edge.to).or_default() += mass * chance;
                }
            }
        }
        now = next;
    }
    ended
}

/// The first state found of each ending.
pub fn endings(control: &Control, graph: &Graph) -> Vec<Option<Node>> {
    let story = &control.story;
    let mut found = vec![None; story.endings.len()];
    for node in graph.nodes() {
        if let Way::Ending(EndingId(ending)) =
            story.scene(SceneId(story.layout.scene.get(graph.key(node)))).way
        {
            found[ending as usize].get_or_insert(node);
        }
    }
    found
}

/// How long games can get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Longest {
    /// So many moves.
    Moves(usize),
    /// For ever, along these states and back to the first.
    Cycle(Vec<Node>),
}

/// The longest game that ends, or a cycle that can be left to an ending, a shortest one through the first state that
/// lies on any. `None` where somebody asked to stop.
pub(super) fn longest(proof: &Proof, course: &Course) -> Option<Longest> {
    let Proof { graph, components, ends, .. } = proof;
    let mut first = NOWHERE;
    for component in 0..components.len() {
        let members = components.members(component);
        let node = members[0];
        let circles = members.len() > 1 || graph.edges(node).iter().any(|edge| edge.to == node);
        if circles && ends[node as usize] {
            first = first.min(node);
        }
    }
    if first != NOWHERE {
        return cycle(proof, first, course).map(Longest::Cycle);
    }
    // Without a cycle every component is one state, and they come in the order of moves.
    let mut longest = vec![0u32; graph.len()];
    let mut most = 0;
    for component in 0..components.len() {
        if component % 4096 == 0 && course.is_stopped() {
            return None;
        }
        let node = components.members(component)[0];
        if ends[node as usize] {
            let here = longest[node as usize];
            most = most.max(here);
            for edge in graph.edges(node) {
                let there = &mut longest[edge.to as usize];
                *there = (*there).max(here + 1);
            }
        }
    }
    Some(Longest::Moves(most as usize))
}

/// A shortest cycle through a state; `None` where somebody asked to stop.
fn cycle(proof: &Proof, start: Node, course: &Course) -> Option<Vec<Node>> {
    let Proof { graph, components, .. } = proof;
    let mut from = vec![NOWHERE; graph.len()];
    let mut todo = VecDeque::from([start]);
    while let Some(node) = todo.pop_front().filter(|_| !course.is_stopped()) {
        for edge in graph.edges(node) {
            if edge.to == start {
                let mut cycle = vec![node];
                let mut at = node;
                while at != start {
                    at = from[at as usize];
                    cycle.push(at);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if components.of(edge.to) == components.of(start) && from[edge.to as usize] == NOWHERE {
                from[edge.to as usize] = node;
                todo.push_back(edge.to);
            }
        }
    }
    None
}

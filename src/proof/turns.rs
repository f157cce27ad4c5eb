//! How the odds move along a playthrough.
//!
//! After each move the odds of every ending are solved forward from the state that was reached, as in
//! [`super::odds`]. How much a move changed is the total variation distance between the odds before
//! and after it: half of the sum of all differences, the largest difference in the chance of any set of
//! endings. The moves that changed most are the turning points.

use super::graph::Node;
use super::{Budget, Course, Phase, Proof, odds};
use crate::engine::Move;
use crate::journal::Entry;
use crate::story::Story;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// At most so many moves are called turning points.
pub const MOST: usize = 3;
/// A move that changes less is none.
pub const LEAST: f64 = 0.05;

/// The odds after a move.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its index in the playthrough; `None` before the first move.
    pub entry: Option<usize>,
    /// The move: the id of a choice, or an answer as `crowd: GoodDetector`.
    pub name: String,
    /// Whether the world made it.
    pub world: bool,
    /// Whether the odds from here are settled; else they and the change say nothing.
    pub settled: bool,
    /// Probability of each ending from here.
    pub odds: Vec<f64>,
    /// Probability of none.
    pub never: f64,
    /// Total variation distance to the odds before it.
    pub change: f64,
    /// One of those that changed most.
    pub turning: bool,
}

/// The odds along a playthrough, the beginning first; `None` where somebody asked to stop. What is typed in an
/// exercise changes nothing until the exercise ends, and is left out.
///
/// # Errors
/// The index of the first move that the proof does not know.
pub fn along(
    story: &Story,
    proof: &Proof,
    entries: &[Entry],
    budget: &Budget,
    threads: usize,
    course: &Course,
) -> Result<Option<Vec<Turn>>, usize> {
    let mut places: Vec<(Option<usize>, String, bool, Node)> =
        vec![(None, "(the beginning)".to_owned(), false, 0)];
    let mut at: Node = 0;
    if proof.graph.is_empty() {
        return Err(0);
    }
    for (i, entry) in entries.iter().enumerate() {
        let fits = |by: Move| match (by, entry) {
            (Move::Choose(choice), Entry::Choose(id)) => story.str(story.choice(choice).id) == id,
            (Move::World(_), Entry::World(outcome, _)) => {
                proof.name(story, at, by).split_once(": ").is_some_and(|(_, name)| name == outcome)
            }
            _ => false,
        };
        if let Entry::Type(_) = entry {
            continue;
        }
        let edge = proof.graph.edges(at).iter().find_map(|edge| {
            let by = proof.graph.move_of(edge.script)?;
            fits(by).then_some((by, edge.to))
        });
        let (by, to) = edge.ok_or(i)?;
        places.push((Some(i), proof.name(story, at, by), matches!(entry, Entry::World(..)), to));
        at = to;
    }
    // Many at once where there is memory for it.
    let wide = proof.bytes() + odds::LANES_BYTES * proof.graph.len() * threads <= budget.bytes;
    let threads = if wide { threads } else { 1 };
    let lanes: Vec<_> = places.chunks(if wide { odds::LANES } else { 1 }).collect();
    let solved: Mutex<BTreeMap<usize, Vec<odds::Solved>>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let work = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(here) = lanes.get(i) else { return };
            // Where fewer are left, the last is solved more than once.
            let start = |lane: usize| here[lane.min(here.len() - 1)].3;
            let tell = |part: f64| {
                let finished = done.load(Ordering::Relaxed) as f64;
                course.tell(Phase::Odds((finished + part) / lanes.len() as f64));
            };
            let odds = if wide {
                let starts: [Node; odds::LANES] = std::array::from_fn(start);
                odds::from(proof, starts, budget.steps, course, &tell).map(Vec::from)
            } else {
                odds::from(proof, [start(0)], budget.steps, course, &tell).map(Vec::from)
            };
            let Some(mut odds) = odds else { return };
            odds.truncate(here.len());
            done.fetch_add(1, Ordering::Relaxed);
            if let Ok(mut solved) = solved.lock() {
                solved.insert(i, odds);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(lanes.len()) {
            scope.spawn(work);
        }
        work();
    });
    if course.is_stopped() {
        return Ok(None);
    }
    let solved = solved.into_inner().unwrap_or_default().into_values().flatten();
    let mut turns: Vec<Turn> = Vec::with_capacity(places.len());
    for ((entry, name, world, _), solved) in places.iter().zip(solved) {
        let settled = solved.is_some();
        let (odds, never) = solved.unwrap_or_else(|| (vec![0.0; story.endings.len()], 0.0));
        let before = turns.last().filter(|before| before.settled && settled);
        let change = before.map_or(0.0, |before| distance(before, &odds, never));
        let (entry, name, world) = (*entry, name.clone(), *world);
        turns.push(Turn { entry, name, world, settled, odds, never, change, turning: false });
    }
    let mut order: Vec<usize> = (0..turns.len()).collect();
    order.sort_by(|a, b| turns[*b].change.total_cmp(&turns[*a].change).then(a.cmp(b)));
    for i in order.into_iter().take(MOST) {
        turns[i].turning = turns[i].change >= LEAST;
    }
    Ok(Some(turns))
}

fn distance(before: &Turn, odds: &[f64], never: f64) -> f64 {
    let differences: f64 = before.odds.iter().zip(odds).map(|(a, b)| (a - b).abs()).sum();
    (differences + (before.never - never).abs()) / 2.0
}

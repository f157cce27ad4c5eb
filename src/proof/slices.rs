//! What control does not decide: conditions of texts, figures, ranges.
//!
//! For each question the set of facts that it asks for, closed over what their effects read, is a
//! *slice*. Its values are propagated over the kept control graph to the least fixed point (Kildall
//! 1973). This is exact: what a step does to a slice depends on the step and the slice alone, and
//! nothing in it influences which steps are made. Questions over the same facts share a slice, and
//! many small slices share a machine word, one bit for each value.

use super::graph::{Graph, Node, Token};
use super::pack;
use crate::engine::{self, Refused, State, Watch};
use crate::story::{FactId, SceneId, Story, Way};
use smallvec::SmallVec;
use std::collections::{HashMap, VecDeque};

/// Most values of a slice that are followed.
const MOST_VALUES: usize = 1 << 14;
/// Most bytes that the values of one batch of slices may take.
const MOST_BYTES: usize = 1 << 30;
/// Most pairs of state and value in the search for a witness.
const MOST_PAIRS: usize = 4_000_000;

/// The words of a slice's values; the last holds a bit for each lab that has run.
pub type Words = SmallVec<[u64; 3]>;

/// A state, and the number of a slice's value in it.
type Pair = (Node, u32);

/// Which scene each arm belongs to.
pub fn owners(story: &Story) -> Vec<SceneId> {
    let mut owners = vec![SceneId(0); story.arm_ids().len()];
    for (i, scene) in story.scenes.iter().enumerate() {
        let mut own = |arms: crate::story::Arms| {
            arms.ids().for_each(|arm| owners[arm.index()] = SceneId(i as u32));
        };
        match &scene.way {
            Way::Auto(arms) => own(*arms),
            Way::Lab { arms, .. } => arms.iter().flatten().copied().for_each(own),
            Way::Exercise { arms, .. } => arms.iter().copied().for_each(own),
            Way::Choices(_) | Way::Ending(_) => {}
        }
    }
    owners
}

/// Some facts, closed, and all values that they can have together.
#[derive(Debug)]
pub struct Slice {
    /// The story over these facts alone.
    pub story: Story,
    labs: bool,
    values: Vec<Words>,
    numbers: HashMap<Words, u32>,
    /// For each script what it does to each value; `None` for nothing.
    kinds: Vec<Option<usize>>,
    moves: Vec<Vec<u32>>,
    /// Too many values.
    pub too_large: bool,
}

struct Left<'l> {
    now: Token,
    left: &'l mut Vec<(FactId, Token)>,
}

impl Watch for Left<'_> {
    fn leaves(&mut self, fact: FactId) -> Result<(), Refused> {
        self.left.push((fact, self.now));
        Ok(())
    }
}

impl Slice {
    /// The slice of some facts, and of which labs have run if `labs`.
    pub fn of(
        story: &Story,
        graph: &Graph,
        owners: &[SceneId],
        asked: impl IntoIterator<Item = FactId>,
        labs: bool,
    ) -> Slice {
        let mut facts = vec![false; story.facts.len()];
        asked.into_iter().for_each(|fact| facts[story.base(fact).index()] = true);
        pack::close(story, &mut facts);
        let projected = story.project(|fact| facts[fact.index()]);
        let mut slice = Slice {
            story: projected,
            labs,
            values: Vec::new(),
            numbers: HashMap::new(),
            kinds: Vec::new(),
            moves: Vec::new(),
            too_large: false,
        };
        slice.find_values(graph, owners);
        slice
    }

    fn find_values(&mut self, graph: &Graph, owners: &[SceneId]) {
        let mut kinds: HashMap<Vec<Token>, usize> = HashMap::new();
        let mut effects: Vec<Vec<Token>> = Vec::new();
        for script in &graph.scripts {
            let acts: Vec<Token> = script.iter().copied().filter(|token| self.does(*token, owners)).collect();
            self.kinds.push((!acts.is_empty()).then(|| {
                *kinds.entry(acts.clone()).or_insert_with(|| {
                    effects.push(acts);
                    effects.len() - 1
                })
            }));
        }
        let mut start = self.start();
        self.run(&graph.scripts[0], &mut start, owners, &mut Vec::new());
        self.number(start);
        self.moves = vec![Vec::new(); effects.len()];
        let mut next = 0;
        while next < self.values.len() {
            if self.values.len() > MOST_VALUES || next * effects.len() > 20_000_000 {
                self.too_large = true;
                return;
            }
            for (kind, acts) in effects.iter().enumerate() {
                let mut value = self.values[next].clone();
                self.run(acts, &mut value, owners, &mut Vec::new());
                let to = self.number(value);
                self.moves[kind].push(to);
            }
            next += 1;
        }
    }

    fn number(&mut self, value: Words) -> u32 {
        let values = &mut self.values;
        *self.numbers.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            values.len() as u32 - 1
        })
    }

    /// Whether something done changes the slice.
    fn does(&self, token: Token, owners: &[SceneId]) -> bool {
        match token {
            Token::Choose(choice) => !self.story.choice(choice).then.is_empty(),
            Token::Arm(arm) => {
                !self.story.arm(arm).then.is_empty()
                    || (self.labs && matches!(self.story.scene(owners[arm.index()]).way, Way::Lab { .. }))
            }
            Token::World(_) | Token::Event(_) => false,
        }
    }

    /// Does what was done to a value; says which facts would have left their range.
    pub fn run(
        &self,
        tokens: &[Token],
        value: &mut Words,
        owners: &[SceneId],
        left: &mut Vec<(FactId, Token)>,
    ) {
        for token in tokens {
            let then = match token {
                Token::Choose(choice) => &self.story.choice(*choice).then,
                Token::Arm(arm) => {
                    if self.labs
                        && let Way::Lab { lab, .. } = self.story.scene(owners[arm.index()]).way
                        && let Some(ran) = value.last_mut()
                    {
                        *ran |= 1 << lab as u8;
                    }
                    &self.story.arm(*arm).then
                }
                Token::World(_) | Token::Event(_) => continue,
            };
            // The watch lets every fact stop at the end of its range, so nothing is refused.
            let _ = engine::apply(&self.story, then, value, &mut Left { now: *token, left });
        }
    }

    /// The value before anything is done.
    pub fn start(&self) -> Words {
        let mut start = Words::from_slice(State::start(&self.story).words());
        start.push(0);
        start
    }

    /// The number of values.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// A value.
    pub fn value(&self, number: u32) -> &Words {
        &self.values[number as usize]
    }

    fn step(&self, script: u32, value: u32) -> u32 {
        match self.kinds[script as usize] {
            Some(kind) => self.moves[kind][value as usize],
            None => value,
        }
    }

    /// The shortest list of moves to a state and value, or to a step made with a value, that is looked
    /// for; `None` where the search grows too large.
    pub fn witness(
        &self,
        graph: &Graph,
        mut at: impl FnMut(Node, u32) -> bool,
        mut on: impl FnMut(u32, u32) -> bool,
    ) -> Option<Vec<(Node, engine::Move)>> {
        // Where each pair was found from, and by which script.
        let mut found: HashMap<Pair, Option<(Pair, u32)>> = HashMap::new();
        let mut todo = VecDeque::from([(0, 0)]);
        found.insert((0, 0), None);
        while let Some((node, value)) = todo.pop_front() {
            if found.len() > MOST_PAIRS {
                return None;
            }
            let back = |last: Option<u32>| {
                let mut path: Vec<(Node, engine::Move)> =
                    last.and_then(|script| graph.move_of(script)).map(|by| (node, by)).into_iter().collect();
                let mut here = (node, value);
                while let Some(Some((before, script))) = found.get(&here) {
                    path.extend(graph.move_of(*script).map(|by| (before.0, by)));
                    here = *before;
                }
                path.reverse();
                path
            };
            if at(node, value) {
                return Some(back(None));
            }
            for edge in graph.edges(node) {
                if on(edge.script, value) {
                    return Some(back(Some(edge.script)));
                }
            }
            for edge in graph.edges(node) {
                let next = (edge.to, self.step(edge.script, value));
                if let std::collections::hash_map::Entry::Vacant(entry) = found.entry(next) {
                    entry.insert(Some(((node, value), edge.script)));
                    todo.push_back(next);
                }
            }
        }
        None
    }
}

/// What values a slice has where.
#[derive(Debug, Default)]
pub struct Found {
    /// In the states of each scene.
    pub by_scene: Vec<Vec<u32>>,
    /// Before each script.
    pub by_script: Vec<Vec<u32>>,
}

/// Propagates all slices; `None` for one that is too large. Batches go to threads as these are free.
pub fn propagate(
    graph: &Graph,
    scene_of: &(dyn Fn(Node) -> SceneId + Sync),
    scenes: usize,
    slices: &[Slice],
    threads: usize,
) -> Vec<Option<Found>> {
    let batches = batches(slices, graph.len());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, batches.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(batch) = batches.get(i) else { return };
                    let found = batch.solve(graph, scene_of, scenes, slices);
                    if let Ok(mut done) = done.lock() {
                        done.push(found);
                    }
                }
            });
        }
    });
    let mut all: Vec<Option<Found>> = slices.iter().map(|_| None).collect();
    for (slice, found) in done.into_inner().unwrap_or_default().into_iter().flatten() {
        all[slice] = Some(found);
    }
    all
}

/// Slices that share the words of a state.
struct Batch {
    words: usize,
    /// Slice, and where its bits begin.
    slices: Vec<(usize, usize)>,
}

fn batches(slices: &[Slice], nodes: usize) -> Vec<Batch> {
    let mut batches: Vec<(usize, Batch)> = Vec::new();
    for (i, slice) in slices.iter().enumerate() {
        let words = slice.count().div_ceil(64);
        if slice.too_large || words.saturating_mul(nodes).saturating_mul(16) > MOST_BYTES {
            continue;
        }
        match batches.iter_mut().find(|(used, batch)| batch.words == 1 && used + slice.count() <= 64) {
            Some((used, batch)) => {
                batch.slices.push((i, *used));
                *used += slice.count();
            }
            None => batches.push((slice.count(), Batch { words, slices: vec![(i, 0)] })),
        }
    }
    batches.into_iter().map(|(_, batch)| batch).collect()
}

/// What a script does to the bits of a batch.
struct Change {
    keep: Vec<u64>,
    /// Bits that are read, and the bit that is set if one of them is.
    moves: Vec<(usize, usize)>,
}

impl Batch {
    fn solve(
        &self,
        graph: &Graph,
        scene_of: &(dyn Fn(Node) -> SceneId + Sync),
        scenes: usize,
        slices: &[Slice],
    ) -> Vec<(usize, Found)> {
        let words = self.words;
        let changes = self.changes(graph, slices);
        let mut has = vec![0u64; graph.len() * words];
        let mut fresh = vec![0u64; graph.len() * words];
        let mut waits = vec![false; graph.len()];
        // Every slice starts with its first value.
        for (_, from) in &self.slices {
            has[from / 64] |= 1 << (from % 64);
        }
        fresh[..words].copy_from_slice(&has[..words]);
        let mut todo: VecDeque<Node> = VecDeque::from([0]);
        let mut now = vec![0u64; words];
        let mut moved = vec![0u64; words];
        while let Some(node) = todo.pop_front() {
            waits[node as usize] = false;
            let row = node as usize * words;
            now.copy_from_slice(&fresh[row..row + words]);
            fresh[row..row + words].fill(0);
            for edge in graph.edges(node) {
                let out = match &changes[edge.script as usize] {
                    None => &now,
                    Some(change) => {
                        change.apply(&now, &mut moved);
                        &moved
                    }
                };
                let to = edge.to as usize * words;
                let mut grown = false;
                for (i, out) in out.iter().enumerate() {
                    let new = out & !has[to + i];
                    if new != 0 {
                        has[to + i] |= new;
                        fresh[to + i] |= new;
                        grown = true;
                    }
                }
                if grown && !std::mem::replace(&mut waits[edge.to as usize], true) {
                    todo.push_back(edge.to);
                }
            }
        }
        let mut by_scene = vec![0u64; scenes * words];
        let mut by_script = vec![0u64; graph.scripts.len() * words];
        for node in graph.nodes() {
            let row = &has[node as usize * words..][..words];
            let join = |into: &mut [u64]| into.iter_mut().zip(row).for_each(|(a, b)| *a |= b);
            join(&mut by_scene[scene_of(node).index() * words..][..words]);
            for edge in graph.edges(node) {
                join(&mut by_script[edge.script as usize * words..][..words]);
            }
        }
        let bits = |rows: &[u64], from: usize, len: usize| -> Vec<Vec<u32>> {
            let has = |row: &[u64], bit: usize| row[bit / 64] >> (bit % 64) & 1 == 1;
            rows.chunks_exact(words)
                .map(|row| (0..len as u32).filter(|i| has(row, from + *i as usize)).collect())
                .collect()
        };
        self.slices
            .iter()
            .map(|(slice, from)| {
                let len = slices[*slice].count();
                let by_scene = bits(&by_scene, *from, len);
                (*slice, Found { by_scene, by_script: bits(&by_script, *from, len) })
            })
            .collect()
    }

    fn changes(&self, graph: &Graph, slices: &[Slice]) -> Vec<Option<Change>> {
        (0..graph.scripts.len())
            .map(|script| {
                let mut change = Change { keep: vec![u64::MAX; self.words], moves: Vec::new() };
                for (slice, from) in &self.slices {
                    let Some(kind) = slices[*slice].kinds[script] else { continue };
                    for (value, to) in slices[*slice].moves[kind].iter().enumerate() {
                        if *to as usize != value {
                            let bit = from + value;
                            change.keep[bit / 64] &= !(1 << (bit % 64));
                            change.moves.push((bit, from + *to as usize));
                        }
                    }
                }
                (!change.moves.is_empty()).then_some(change)
            })
            .collect()
    }
}

impl Change {
    fn apply(&self, from: &[u64], to: &mut [u64]) {
        for ((to, from), keep) in to.iter_mut().zip(from).zip(&self.keep) {
            *to = from & keep;
        }
        for (bit, set) in &self.moves {
            to[set / 64] |= (from[bit / 64] >> (bit % 64) & 1) << (set % 64);
        }
    }
}

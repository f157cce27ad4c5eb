//! All states that can be reached, breadth first, level by level.
//!
//! Threads expand slices of a level with the engine's own steps; one of them, the first, puts what
//! they find into the table, slice after slice in order. So states get the same numbers at any number
//! of threads, and the first list of moves found to a state is a shortest one. Keys are words in one
//! long list; the table (Swiss table, as in hashbrown) holds their numbers alone.
//!
//! A fact that leaves its range is a fault, and the search goes on as if it had stopped at the end of
//! its range; after any other refused step there is nothing to go on with. At most 2^32 - 2 states and
//! as many moves.

use super::graph::{Edge, Fault, Graph, NOWHERE, Node, Token};
use super::pack::Control;
use crate::engine::{self, Move, Refused, State, Watch};
use crate::story::{ArmId, FactId};
use hashbrown::HashTable;
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Most states.
    pub states: usize,
    /// Most bytes for states, moves and table together.
    pub bytes: usize,
}

impl Default for Budget {
    /// Twenty million states, two gigabytes.
    fn default() -> Budget {
        Budget { states: 20_000_000, bytes: 2 << 30 }
    }
}

/// How an exploration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every state was looked at.
    Complete,
    /// The budget of states was spent.
    States,
    /// The budget of memory was spent.
    Memory,
    /// Somebody asked to stop.
    Interrupted,
}

/// How far an exploration has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// States found.
    pub states: usize,
    /// Those of them that were not looked at yet.
    pub frontier: usize,
    /// Levels finished.
    pub depth: usize,
}

/// States a thread takes at a time.
const SLICE: usize = 1024;
/// A level with fewer states is not worth a thread.
const WORTH_THREADS: usize = 4 * SLICE;

/// Explores a story's control.
pub fn explore(
    control: &Control,
    budget: Budget,
    threads: usize,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Graph {
    let mut search = Search::new(control, budget);
    if !search.begin() {
        return search.finish(Ended::Complete);
    }
    let mut workers: Vec<Worker> =
        (0..threads.max(2) - 1).map(|number| Worker::new(control, number)).collect();
    let mut known: Vec<Vec<u32>> = vec![Vec::new(); workers.len()];
    loop {
        let level = std::mem::take(&mut search.fresh);
        let from = search.expanded;
        let count = level.len() / search.graph.words;
        if count == 0 {
            return search.finish(Ended::Complete);
        }
        let slices = count.div_ceil(SLICE);
        let words = search.graph.words;
        let slice_of = |i: usize| &level[i * SLICE * words..level.len().min((i + 1) * SLICE * words)];
        let mut ended = None;
        let mut after_slice = |search: &mut Search, batch: &Batch, known: &mut Vec<u32>| {
            search.insert(batch, known);
            progress(Progress {
                states: search.graph.len(),
                frontier: search.graph.len() - search.expanded as usize,
                depth: search.graph.levels.len() - 1,
            });
            if stop.load(Ordering::Relaxed) { Some(Ended::Interrupted) } else { search.over() }
        };
        if threads < 2 || count < WORTH_THREADS {
            let mut batch = Batch::default();
            for i in 0..slices {
                workers[0].expand(slice_of(i), from + (i * SLICE) as Node, &mut batch);
                ended = after_slice(&mut search, &batch, &mut known[0]);
                if ended.is_some() {
                    break;
                }
            }
        } else {
            let next = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let (send, receive) = mpsc::sync_channel::<(usize, Batch)>(4);
                for worker in &mut workers {
                    let (send, next, slice_of) = (send.clone(), &next, &slice_of);
                    scope.spawn(move || {
                        loop {
                            let i = next.fetch_add(1, Ordering::Relaxed);
                            if i >= slices {
                                return;
                            }
                            let mut batch = Batch::default();
                            worker.expand(slice_of(i), from + (i * SLICE) as Node, &mut batch);
                            // Nobody listens any more when the budget is spent.
                            if send.send((i, batch)).is_err() {
                                return;
                            }
                        }
                    });
                }
                drop(send);
                let mut early = BTreeMap::new();
                let mut due = 0;
                // Slices in order, whoever was first: scripts are numbered as a worker meets them, so a
                // worker's own slices arrive in order too.
                while due < slices && ended.is_none() {
                    let Ok((i, batch)) = receive.recv() else { break };
                    early.insert(i, batch);
                    while let Some(batch) = early.remove(&due) {
                        due += 1;
                        ended = after_slice(&mut search, &batch, &mut known[batch.worker]);
                        if ended.is_some() {
                            break;
                        }
                    }
                }
            });
        }
        if let Some(ended) = ended {
            return search.finish(ended);
        }
        let end = search.graph.len() as Node;
        if end > search.graph.levels.last().copied().unwrap_or(0) {
            search.graph.levels.push(end);
        }
    }
}

/// What a worker found in a slice.
#[derive(Default)]
struct Batch {
    worker: usize,
    /// Words of the states found.
    keys: Vec<u64>,
    /// Hash and script (as the worker numbers them) of each.
    found: Vec<(u32, u32)>,
    /// How many each state of the slice leads to.
    counts: Vec<u32>,
    /// Scripts that are new to the worker.
    scripts: Vec<Box<[Token]>>,
    faults: Vec<Fault>,
}

struct Worker<'c> {
    control: &'c Control,
    number: usize,
    /// Number of the script of a choice and nothing else.
    plain: Vec<u32>,
    scripts: HashMap<SmallVec<[Token; 6]>, u32>,
    count: u32,
    moves: Vec<Move>,
    now: Vec<u64>,
}

impl<'c> Worker<'c> {
    fn new(control: &'c Control, number: usize) -> Worker<'c> {
        Worker {
            control,
            number,
            plain: vec![u32::MAX; control.story.choices.len()],
            scripts: HashMap::new(),
            count: 0,
            moves: Vec::new(),
            now: vec![0; control.words()],
        }
    }

    /// Makes every move of every state of a slice.
    fn expand(&mut self, slice: &[u64], from: Node, batch: &mut Batch) {
        batch.worker = self.number;
        batch.keys.clear();
        batch.found.clear();
        batch.counts.clear();
        batch.scripts.clear();
        batch.faults.clear();
        let story = &self.control.story;
        for (i, state) in slice.chunks_exact(self.control.words()).enumerate() {
            self.moves.clear();
            engine::moves(story, state, |by| self.moves.push(by));
            let before = batch.found.len();
            for by in 0..self.moves.len() {
                let by = self.moves[by];
                self.now.copy_from_slice(state);
                let mut trace = Trace::new(self.control);
                trace.tokens.push(match by {
                    Move::Choose(choice) => Token::Choose(choice),
                    Move::World(outcome) => Token::World(outcome),
                    Move::Type => continue,
                });
                let made = engine::make(story, &mut self.now, by, &mut trace);
                let node = from + i as Node;
                for (fact, done) in std::mem::take(&mut trace.left) {
                    let why = Refused::OutOfRange(fact);
                    batch.faults.push(Fault { node, by: Some(by), done, why });
                }
                match made {
                    Err(why) => batch.faults.push(Fault { node, by: Some(by), done: trace.done(), why }),
                    Ok(()) => {
                        self.control.mask(&mut self.now);
                        let script = self.script(&trace.tokens, batch);
                        batch.found.push((hash(&self.now), script));
                        batch.keys.extend_from_slice(&self.now);
                    }
                }
            }
            batch.counts.push((batch.found.len() - before) as u32);
        }
    }

    fn script(&mut self, tokens: &SmallVec<[Token; 6]>, batch: &mut Batch) -> u32 {
        let plain = match tokens.as_slice() {
            [Token::Choose(choice)] => Some(choice.index()),
            _ => None,
        };
        if let Some(choice) = plain
            && self.plain[choice] != u32::MAX
        {
            return self.plain[choice];
        }
        let count = &mut self.count;
        let number = *self.scripts.entry(tokens.clone()).or_insert_with(|| {
            batch.scripts.push(tokens.as_slice().into());
            *count += 1;
            *count - 1
        });
        if let Some(choice) = plain {
            self.plain[choice] = number;
        }
        number
    }
}

/// Writes down what a step does.
struct Trace<'c> {
    control: &'c Control,
    tokens: SmallVec<[Token; 6]>,
    left: Vec<(FactId, Box<[Token]>)>,
}

impl<'c> Trace<'c> {
    fn new(control: &'c Control) -> Trace<'c> {
        Trace { control, tokens: SmallVec::new(), left: Vec::new() }
    }

    /// What was done so far, each thing once, by its last time.
    fn done(&self) -> Box<[Token]> {
        let mut seen = HashSet::new();
        let mut done: Vec<Token> =
            self.tokens.iter().rev().copied().filter(|token| seen.insert(*token)).collect();
        done.reverse();
        done.into()
    }
}

impl Watch for Trace<'_> {
    fn takes(&mut self, arm: ArmId) {
        // A loop would fill the memory before it is found out.
        if self.tokens.len() < 2000 {
            self.tokens.push(Token::Arm(arm));
        }
    }

    fn interrupts(&mut self, event: usize) {
        self.tokens.push(Token::Event(event as u32));
    }

    fn leaves(&mut self, fact: FactId) -> Result<(), Refused> {
        if self.control.is_control[fact.index()] {
            self.left.push((fact, self.done()));
        }
        Ok(())
    }
}

struct Search<'c> {
    control: &'c Control,
    budget: Budget,
    graph: Graph,
    /// Number and hash of each state: a state is looked at only where the hash is the same, and not at
    /// all when the table grows.
    table: HashTable<(Node, u32)>,
    /// What was already known of a batch.
    known: Vec<Node>,
    /// Words of the states of the next level.
    fresh: Vec<u64>,
    /// How many states were looked at.
    expanded: Node,
    script_numbers: HashMap<Box<[Token]>, u32>,
}

impl<'c> Search<'c> {
    fn new(control: &'c Control, budget: Budget) -> Search<'c> {
        let graph = Graph {
            words: control.words(),
            keys: Vec::new(),
            parents: Vec::new(),
            first: vec![0],
            edges: Vec::new(),
            scripts: Vec::new(),
            levels: vec![0],
            faults: Vec::new(),
            ended: Ended::Complete,
            bytes: 0,
        };
        Search {
            control,
            budget,
            graph,
            table: HashTable::new(),
            known: Vec::new(),
            fresh: Vec::new(),
            expanded: 0,
            script_numbers: HashMap::new(),
        }
    }

    /// Finds the first state; false where there is none.
    fn begin(&mut self) -> bool {
        let story = &self.control.story;
        let mut words = State::start(story).words().to_vec();
        let mut trace = Trace::new(self.control);
        let begun = engine::begin_words(story, &mut words, &mut trace);
        for (fact, done) in std::mem::take(&mut trace.left) {
            let why = Refused::OutOfRange(fact);
            self.graph.faults.push(Fault { node: NOWHERE, by: None, done, why });
        }
        self.graph.scripts.push(trace.tokens.as_slice().into());
        if let Err(why) = begun {
            self.graph.scripts[0] = Box::default();
            self.graph.faults.push(Fault { node: NOWHERE, by: None, done: trace.done(), why });
            return false;
        }
        self.control.mask(&mut words);
        self.find(&words, hash(&words), NOWHERE);
        self.graph.levels.push(1);
        true
    }

    /// The number of a state that was met before, or [`NOWHERE`].
    #[inline]
    fn known(&self, key: &[u64], hash_of_key: u32) -> Node {
        let Graph { words, keys, .. } = &self.graph;
        // Word by word: keys are too short for a call that compares memory.
        let same = |(node, other): &(Node, u32)| {
            *other == hash_of_key
                && keys[*node as usize * words..][..*words].iter().zip(key).all(|(a, b)| a == b)
        };
        self.table.find(spread(hash_of_key), same).map_or(NOWHERE, |(node, _)| *node)
    }

    /// The number of a state, a new one if it was not met before.
    fn find(&mut self, key: &[u64], hash_of_key: u32, parent: Node) -> Node {
        let known = self.known(key, hash_of_key);
        if known != NOWHERE {
            return known;
        }
        let node = self.graph.parents.len() as Node;
        self.table.insert_unique(spread(hash_of_key), (node, hash_of_key), |(_, hash)| spread(*hash));
        grow(&mut self.graph.keys, key.len());
        self.graph.keys.extend_from_slice(key);
        grow(&mut self.graph.parents, 1);
        self.graph.parents.push(parent);
        self.fresh.extend_from_slice(key);
        node
    }

    /// Takes in what a worker found; `known` are the numbers of its scripts.
    fn insert(&mut self, batch: &Batch, known: &mut Vec<u32>) {
        for tokens in &batch.scripts {
            let scripts = &mut self.graph.scripts;
            let number = *self.script_numbers.entry(tokens.clone()).or_insert_with(|| {
                scripts.push(tokens.clone());
                scripts.len() as u32 - 1
            });
            known.push(number);
        }
        let words = self.graph.words;
        // Most are known. Looking up all of them first lets the processor wait for many at a time.
        let mut looked_up = std::mem::take(&mut self.known);
        looked_up.clear();
        let keys = batch.keys.chunks_exact(words);
        looked_up.extend(batch.found.iter().zip(keys.clone()).map(|((hash, _), key)| self.known(key, *hash)));
        let mut found = batch.found.iter().zip(keys).zip(&looked_up);
        for count in &batch.counts {
            let parent = self.expanded;
            for (((hash_of_key, script), key), known_to) in found.by_ref().take(*count as usize) {
                let to = if *known_to == NOWHERE { self.find(key, *hash_of_key, parent) } else { *known_to };
                grow(&mut self.graph.edges, 1);
                self.graph.edges.push(Edge { to, script: known[*script as usize] });
            }
            grow(&mut self.graph.first, 1);
            self.graph.first.push(self.graph.edges.len() as u32);
            self.expanded += 1;
        }
        drop(found);
        self.known = looked_up;
        for fault in &batch.faults {
            let same = |other: &Fault| {
                other.why == fault.why && other.by == fault.by && other.after() == fault.after()
            };
            if !self.graph.faults.iter().any(same) {
                self.graph.faults.push(fault.clone());
            }
        }
    }

    fn bytes(&self) -> usize {
        let graph = &self.graph;
        (graph.keys.capacity() + self.fresh.capacity()) * 8
            + (graph.parents.capacity() + graph.first.capacity()) * 4
            + graph.edges.capacity() * size_of::<Edge>()
            + self.table.allocation_size()
    }

    fn over(&self) -> Option<Ended> {
        if self.graph.len() >= self.budget.states || self.graph.edges.len() >= u32::MAX as usize - (1 << 24) {
            Some(Ended::States)
        } else if self.bytes() >= self.budget.bytes {
            Some(Ended::Memory)
        } else {
            None
        }
    }

    fn finish(mut self, ended: Ended) -> Graph {
        self.graph.bytes = self.bytes();
        let all = self.expanded as usize == self.graph.len();
        self.graph.ended = if all { Ended::Complete } else { ended };
        let end = self.graph.len() as Node;
        if self.graph.levels.last() != Some(&end) {
            self.graph.levels.push(end);
        }
        self.graph
    }
}

/// Makes room in steps of a quarter, so that little is held in vain.
fn grow<T>(list: &mut Vec<T>, by: usize) {
    if list.len() + by > list.capacity() {
        list.reserve_exact((list.len() / 4).max(by).max(1024));
    }
}

/// Multiplies each word in and folds the product's halves, as wyhash and foldhash do.
#[inline]
fn hash(words: &[u64]) -> u32 {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    for word in words {
        let product = u128::from(state ^ word) * 0xA076_1D64_78BD_642F_u128;
        state = (product as u64) ^ (product >> 64) as u64 ^ 0x8EBC_6AF0_9C88_C6E3;
    }
    (state >> 32) as u32
}

/// Spreads a hash over the bits that the table looks at, the lowest and the highest.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(20)
}

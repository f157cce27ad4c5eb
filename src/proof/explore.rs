//! All states that can be reached, breadth first, level by level.
//!
//! Threads expand slices of a level with the engine's own steps; one of them, the first, puts what
//! they find into the table, slice after slice in order. So states get the same numbers at any number
//! of threads, and the first list of moves found to a state is a shortest one. Keys are words in one
//! long list; the table holds their numbers alone.
//!
//! A fact that leaves its range is a fault, and the search goes on as if it had stopped at the end of
//! its range; after any other refused step there is nothing to go on with. At most 2^32 - 2 states and
//! as many moves.

use super::graph::{Edge, Fault, Graph, NOWHERE, Node, Token};
use super::pack::Control;
use super::program::{Line, Program};
use super::table::{Place, Table};
use crate::engine::{self, Move, Refused, State, Watch};
use crate::story::{ArmId, ChoiceId, FactId};
use smallvec::{SmallVec, smallvec};
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
    let program = Program::of(&control.story);
    let mut workers: Vec<Worker> =
        (0..threads.max(2) - 1).map(|number| Worker::new(control, &program, number)).collect();
    let mut level = Vec::new();
    let mut batch = Batch::default();
    let mut known: Vec<Vec<u32>> = vec![Vec::new(); workers.len()];
    loop {
        let from = search.expanded;
        let count = search.graph.len() - from as usize;
        if count == 0 {
            return search.finish(Ended::Complete);
        }
        let slices = count.div_ceil(SLICE);
        let words = search.graph.words;
        // What is looked at lies apart from what grows.
        level.clear();
        level.extend_from_slice(&search.graph.keys[from as usize * words..]);
        search.level_bytes = level.capacity() * 8;
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
                let sizes = batch.sizes();
                for worker in &mut workers {
                    let (send, next, slice_of) = (send.clone(), &next, &slice_of);
                    scope.spawn(move || {
                        loop {
                            let i = next.fetch_add(1, Ordering::Relaxed);
                            if i >= slices {
                                return;
                            }
                            let mut batch = Batch::like(sizes);
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

/// Words of a state: `W` of them, which the compiler then knows, or as many as are said where `W` is 0.
#[inline]
const fn words_of<const W: usize>(words: usize) -> usize {
    if W == 0 { words } else { W }
}

/// Calls a method for states of so many words.
macro_rules! by_words {
    ($words:expr, $of:ident . $method:ident ( $($argument:expr),* )) => {
        match $words {
            1 => $of.$method::<1>($($argument),*),
            2 => $of.$method::<2>($($argument),*),
            3 => $of.$method::<3>($($argument),*),
            4 => $of.$method::<4>($($argument),*),
            _ => $of.$method::<0>($($argument),*),
        }
    };
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
    scripts: Vec<Script>,
    faults: Vec<Fault>,
}

/// What is done in one step.
type Script = SmallVec<[Token; 6]>;

impl Batch {
    /// How much it holds.
    fn sizes(&self) -> [usize; 3] {
        [self.keys.capacity(), self.found.capacity(), self.counts.capacity()]
    }

    /// An empty one with room for so much.
    fn like([keys, found, counts]: [usize; 3]) -> Batch {
        Batch {
            keys: Vec::with_capacity(keys),
            found: Vec::with_capacity(found),
            counts: Vec::with_capacity(counts),
            ..Batch::default()
        }
    }
}

struct Worker<'c> {
    control: &'c Control,
    program: &'c Program,
    number: usize,
    /// Number of the script of a choice and nothing else.
    plain: Vec<u32>,
    scripts: HashMap<Script, u32>,
    count: u32,
    trace: Trace<'c>,
}

impl<'c> Worker<'c> {
    fn new(control: &'c Control, program: &'c Program, number: usize) -> Worker<'c> {
        Worker {
            control,
            program,
            number,
            plain: vec![u32::MAX; control.story.choices.len()],
            scripts: HashMap::new(),
            count: 0,
            trace: Trace::new(control),
        }
    }

    /// Makes every move of every state of a slice.
    fn expand(&mut self, slice: &[u64], from: Node, batch: &mut Batch) {
        by_words!(self.control.words(), self.expand_words(slice, from, batch));
    }

    fn expand_words<const W: usize>(&mut self, slice: &[u64], from: Node, batch: &mut Batch) {
        batch.worker = self.number;
        batch.keys.clear();
        batch.found.clear();
        batch.counts.clear();
        batch.scripts.clear();
        batch.faults.clear();
        let (control, program) = (self.control, self.program);
        let (story, layout) = (&control.story, &control.story.layout);
        for (node, state) in (from..).zip(slice.chunks_exact(words_of::<W>(control.words()))) {
            let before = batch.found.len();
            let lines = program.lines(layout.scene.get(state));
            if lines.is_empty() || layout.level.get(state) > 0 {
                engine::moves(story, state, |by| self.make(state, node, by, batch));
            } else {
                for line in lines {
                    if program.is_open(line, story, state) {
                        self.choose::<W>(state, node, line, batch);
                    }
                }
            }
            batch.counts.push((batch.found.len() - before) as u32);
        }
    }

    /// Makes a choice outside of tunnels.
    #[inline]
    fn choose<const W: usize>(&mut self, state: &[u64], node: Node, line: &Line, batch: &mut Batch) {
        let at = batch.keys.len();
        batch.keys.extend_from_slice(&state[..words_of::<W>(state.len())]);
        let now = &mut batch.keys[at..][..words_of::<W>(state.len())];
        let Some(to) = self.program.make(line, now) else {
            batch.keys.truncate(at);
            return self.make(state, node, Move::Choose(line.choice), batch);
        };
        self.control.mask_at(now, to);
        let hash = hash(now);
        debug_assert!(self.engine_agrees(state, line.choice, now));
        let script = match self.plain[line.choice.index()] {
            u32::MAX => self.new_plain(line.choice, batch),
            known => known,
        };
        batch.found.push((hash, script));
    }

    /// Whether the engine makes the same of a choice, and does the same on the way.
    fn engine_agrees(&self, state: &[u64], choice: ChoiceId, now: &[u64]) -> bool {
        let mut words = state.to_vec();
        let mut trace = Trace::new(self.control);
        trace.tokens.push(Token::Choose(choice));
        let made = engine::make(&self.control.story, &mut words, Move::Choose(choice), &mut trace);
        self.control.mask(&mut words);
        let is_plain = trace.tokens.as_slice() == [Token::Choose(choice)];
        made.is_ok() && trace.left.is_empty() && words == now && is_plain
    }

    /// Makes a move of a state, in the place where its outcome is kept.
    #[inline]
    fn make(&mut self, state: &[u64], node: Node, by: Move, batch: &mut Batch) {
        self.trace.tokens.clear();
        self.trace.tokens.push(match by {
            Move::Choose(choice) => Token::Choose(choice),
            Move::World(outcome) => Token::World(outcome),
            Move::Type => return,
        });
        let at = batch.keys.len();
        // Word by word: states are too short for a call that copies memory.
        for word in state {
            batch.keys.push(*word);
        }
        let now = &mut batch.keys[at..];
        let made = engine::make(&self.control.story, now, by, &mut self.trace);
        if made.is_ok() && self.trace.left.is_empty() {
            self.control.mask(now);
            let hash = hash(now);
            let script = self.script(batch);
            batch.found.push((hash, script));
        } else {
            self.make_faulty(made, node, by, at, batch);
        }
    }

    #[cold]
    fn make_faulty(&mut self, made: Result<(), Refused>, node: Node, by: Move, at: usize, batch: &mut Batch) {
        for (fact, done) in std::mem::take(&mut self.trace.left) {
            let why = Refused::OutOfRange(fact);
            batch.faults.push(Fault { node, by: Some(by), done, why });
        }
        match made {
            Err(why) => {
                batch.faults.push(Fault { node, by: Some(by), done: self.trace.done(), why });
                batch.keys.truncate(at);
            }
            Ok(()) => {
                self.control.mask(&mut batch.keys[at..]);
                let hash = hash(&batch.keys[at..]);
                let script = self.script(batch);
                batch.found.push((hash, script));
            }
        }
    }

    /// The number of what the trace says.
    #[inline]
    fn script(&mut self, batch: &mut Batch) -> u32 {
        match *self.trace.tokens.as_slice() {
            [Token::Choose(choice)] => match self.plain[choice.index()] {
                u32::MAX => self.new_plain(choice, batch),
                known => known,
            },
            _ => self.other_script(batch),
        }
    }

    /// Numbers a choice and nothing else.
    fn new_plain(&mut self, choice: ChoiceId, batch: &mut Batch) -> u32 {
        batch.scripts.push(smallvec![Token::Choose(choice)]);
        self.plain[choice.index()] = self.count;
        self.count += 1;
        self.count - 1
    }

    fn other_script(&mut self, batch: &mut Batch) -> u32 {
        let count = &mut self.count;
        *self.scripts.entry(self.trace.tokens.clone()).or_insert_with_key(|tokens| {
            batch.scripts.push(tokens.clone());
            *count += 1;
            *count - 1
        })
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
    table: Table,
    /// Where the hashes of a batch belong, and what was already known of it.
    homes: Vec<Place>,
    known: Vec<Node>,
    /// Bytes of the level that is looked at.
    level_bytes: usize,
    /// How many states were looked at.
    expanded: Node,
    /// Numbers of scripts: of a choice and nothing else, by choice; of all others.
    plain: Vec<u32>,
    script_numbers: HashMap<Script, u32>,
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
            table: Table::new(),
            homes: Vec::new(),
            known: Vec::new(),
            level_bytes: 0,
            expanded: 0,
            plain: vec![u32::MAX; control.story.choices.len()],
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
        self.table.reserve(1);
        self.find::<0>(&words, hash(&words), NOWHERE);
        self.graph.levels.push(1);
        true
    }

    /// The number of a state, a new one if it was not met before. There must be room in the table.
    #[inline]
    fn find<const W: usize>(&mut self, key: &[u64], hash_of_key: u32, parent: Node) -> Node {
        let Graph { words, keys, parents, .. } = &mut self.graph;
        let words = words_of::<W>(*words);
        let new = parents.len() as Node;
        let node = self.table.find_or_insert(hash_of_key, new, |node| same(keys, words, node, key));
        if node == new {
            keys.extend_from_slice(&key[..words]);
            parents.push(parent);
        }
        node
    }

    /// Takes in what a worker found; `known` are the numbers of its scripts.
    fn insert(&mut self, batch: &Batch, known: &mut Vec<u32>) {
        for tokens in &batch.scripts {
            let scripts = &mut self.graph.scripts;
            let number = match *tokens.as_slice() {
                [Token::Choose(choice)] => &mut self.plain[choice.index()],
                _ => self.script_numbers.entry(tokens.clone()).or_insert(u32::MAX),
            };
            if *number == u32::MAX {
                scripts.push(tokens.as_slice().into());
                *number = scripts.len() as u32 - 1;
            }
            known.push(*number);
        }
        by_words!(self.graph.words, self.insert_words(batch, known));
        for fault in &batch.faults {
            let same = |other: &Fault| {
                other.why == fault.why && other.by == fault.by && other.after() == fault.after()
            };
            match self.graph.faults.iter_mut().find(|other| same(other)) {
                Some(known) => known.join(fault),
                None => self.graph.faults.push(fault.clone()),
            }
        }
    }

    fn insert_words<const W: usize>(&mut self, batch: &Batch, known: &[u32]) {
        let words = words_of::<W>(self.graph.words);
        // Most are known. What a pass asks of the memory does not wait for what it asked before, so the
        // processor waits for many places at a time: where the hash belongs, then the words of the state
        // that is found there.
        let mut looked_up = std::mem::take(&mut self.known);
        looked_up.clear();
        self.table.reserve(batch.found.len());
        self.homes.clear();
        self.homes.extend(batch.found.iter().map(|(hash, _)| self.table.home(*hash)));
        let homes = batch.found.iter().zip(&self.homes);
        looked_up.extend(homes.map(|((hash, _), home)| self.table.first(*hash, *home)));
        let keys = batch.keys.chunks_exact(words);
        for (node, key) in looked_up.iter_mut().zip(keys.clone()) {
            if *node != NOWHERE && !same(&self.graph.keys, words, *node, key) {
                *node = NOWHERE;
            }
        }
        let mut found = batch.found.iter().zip(keys).zip(&looked_up);
        let new = looked_up.iter().filter(|node| **node == NOWHERE).count();
        grow(&mut self.graph.keys, new * words);
        grow(&mut self.graph.parents, new);
        grow(&mut self.graph.edges, batch.found.len());
        grow(&mut self.graph.first, batch.counts.len());
        for count in &batch.counts {
            let parent = self.expanded;
            for (((hash_of_key, script), key), known_to) in found.by_ref().take(*count as usize) {
                let to = match *known_to {
                    NOWHERE => self.find::<W>(key, *hash_of_key, parent),
                    known => known,
                };
                self.graph.edges.push(Edge { to, script: known[*script as usize] });
            }
            self.graph.first.push(self.graph.edges.len() as u32);
            self.expanded += 1;
        }
        drop(found);
        self.known = looked_up;
    }

    fn bytes(&self) -> usize {
        let graph = &self.graph;
        graph.keys.capacity() * 8
            + self.level_bytes
            + (graph.parents.capacity() + graph.first.capacity()) * 4
            + graph.edges.capacity() * size_of::<Edge>()
            + self.table.bytes()
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

/// Whether a state has these words. Word by word: they are too few for a call that compares memory.
#[inline]
fn same(keys: &[u64], words: usize, node: Node, key: &[u64]) -> bool {
    keys[node as usize * words..][..words].iter().zip(key).all(|(a, b)| a == b)
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

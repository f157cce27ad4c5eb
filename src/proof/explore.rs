//! All states that can be reached, breadth first, level by level.
//!
//! Threads expand slices of a level with the engine's own steps; one of them, the first, puts what
//! they find into the table, slice after slice in order. So states get the same numbers at any number
//! of threads, and the first list of moves found to a state is a shortest one. Keys are words in one
//! long list; the table holds their numbers alone.
//!
//! A fact that leaves its range is a fault, and the search goes on as if it had stopped at the end of
//! its range; after any other refused step there is nothing to go on with. At most 2^30 states and
//! 2^32 moves.

use super::graph::{Edge, Fault, Graph, NOWHERE, Node, Token};
use super::pack::Control;
use super::program::{Line, Program};
use super::table::Table;
use crate::engine::{self, Move, Refused, State, Watch};
use crate::story::{ArmId, ChoiceId, FactId, Way};
use smallvec::{SmallVec, smallvec};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Most states.
    pub states: usize,
    /// Most bytes for states, moves and table together, and for all that is worked out on them.
    pub bytes: usize,
    /// Most steps of each part of a proof that comes after: claims, texts, odds. A step is a look at a state or at a
    /// move. What would take more is left undecided.
    pub steps: usize,
}

impl Default for Budget {
    /// Twenty million states, two gigabytes, a thousand million steps (some ten seconds each part).
    fn default() -> Budget {
        Budget { states: 20_000_000, bytes: 2 << 30, steps: 1_000_000_000 }
    }
}

/// What is held for each state and each move beside the graph once it is explored: so that there is memory for it then,
/// an exploration stops before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Later {
    /// Bytes for each state.
    pub state: usize,
    /// Bytes for each move.
    pub edge: usize,
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

/// States that are looked at at a time, so few that what they lead to stays in the processor's own memory. The
/// same at any number of threads: a budget is asked after each slice.
const SLICE: usize = 256;
/// Fewer where what they lead to could take more bytes.
const SLICE_BYTES: usize = 4 << 20;
/// Room for words of states and for moves that is asked for at first. The system gives memory only when it is written to,
/// so what is not used costs nothing, and lists that stay small are never moved.
const ROOM: usize = 1 << 18;
/// It is less where there is little memory in all.
const ROOM_PART: usize = 256;
/// A level with fewer states is not worth a thread.
const WORTH_THREADS: usize = 16 * SLICE;
/// In how many places a script stands: in the graph, where it is looked up, with workers, and later where texts are told.
const SCRIPT_COPIES: usize = 5;
/// A table of fewer bytes stays in the processor's own memory.
const WORTH_PASSES: usize = 1 << 20;

/// Explores a story's control.
pub fn explore(
    control: &Control,
    budget: Budget,
    later: Later,
    threads: usize,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Graph {
    // The words of a state are so few that it pays to have them counted by the compiler.
    match control.words() {
        1 => explore_words::<1>(control, budget, later, threads, stop, progress),
        2 => explore_words::<2>(control, budget, later, threads, stop, progress),
        3 => explore_words::<3>(control, budget, later, threads, stop, progress),
        4 => explore_words::<4>(control, budget, later, threads, stop, progress),
        5 => explore_words::<5>(control, budget, later, threads, stop, progress),
        6 => explore_words::<6>(control, budget, later, threads, stop, progress),
        _ => explore_words::<0>(control, budget, later, threads, stop, progress),
    }
}

/// Explores states of `W` words, or of as many as there are where `W` is 0.
fn explore_words<const W: usize>(
    control: &Control,
    budget: Budget,
    later: Later,
    threads: usize,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Graph {
    let mut search = Search::<W>::new(control, budget, later);
    if !search.begin() {
        return search.finish(Ended::Complete);
    }
    let program = Program::<W>::of(control);
    let mut workers: Vec<Worker<W>> =
        (0..threads.max(2) - 1).map(|number| Worker::new(control, &program, number)).collect();
    let size = slice_size(control, budget);
    let mut level = Vec::new();
    let mut batch = Batch::<W>::default();
    let mut known: Vec<Vec<u32>> = vec![Vec::new(); workers.len()];
    loop {
        let from = search.expanded;
        let count = search.graph.len() - from as usize;
        if count == 0 {
            return search.finish(Ended::Complete);
        }
        let alone = threads < 2 || count < WORTH_THREADS;
        let slices = count.div_ceil(size);
        let words = search.graph.words;
        // What is looked at lies apart from what grows.
        level.clear();
        level.extend_from_slice(&search.graph.keys[from as usize * words..]);
        search.level_bytes = level.capacity() * 8;
        let slice_of = |i: usize| &level[i * size * words..level.len().min((i + 1) * size * words)];
        let mut ended = None;
        let mut after_slice = |search: &mut Search<W>, batch: &Batch<W>, known: &mut Vec<u32>| {
            search.insert(batch, known);
            progress(Progress {
                states: search.graph.len(),
                frontier: search.graph.len() - search.expanded as usize,
                depth: search.graph.levels.len() - 1,
            });
            if stop.load(Ordering::Relaxed) { Some(Ended::Interrupted) } else { search.over() }
        };
        if alone {
            for i in 0..slices {
                workers[0].expand(slice_of(i), from + (i * size) as Node, &mut batch);
                ended = after_slice(&mut search, &batch, &mut known[0]);
                if ended.is_some() {
                    break;
                }
            }
        } else {
            let next = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let (send, receive) = mpsc::sync_channel::<(usize, Batch<W>)>(4);
                let mut used = Vec::new();
                for worker in &mut workers {
                    let (send, next, slice_of) = (send.clone(), &next, &slice_of);
                    let (give, given_back) = mpsc::channel::<Batch<W>>();
                    used.push(give);
                    scope.spawn(move || {
                        loop {
                            let i = next.fetch_add(1, Ordering::Relaxed);
                            if i >= slices {
                                return;
                            }
                            let mut batch = given_back.try_recv().unwrap_or_default();
                            worker.expand(slice_of(i), from + (i * size) as Node, &mut batch);
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
                        // Nobody needs it any more where all slices are taken.
                        let _ = used[batch.worker].send(batch);
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

/// How many states are looked at at a time.
fn slice_size(control: &Control, budget: Budget) -> usize {
    let story = &control.story;
    let own = |way: &Way| match way {
        Way::Choices(own) => own.range().len() + story.anywhere.range().len(),
        _ => 32,
    };
    let moves = story.scenes.iter().map(|scene| own(&scene.way)).max().unwrap_or(0).max(1);
    let bytes = moves * (control.words() * size_of::<u64>() + size_of::<Found<0>>());
    (SLICE_BYTES.min(budget.bytes / 64) / bytes).clamp(1, SLICE)
}

/// Words of a state: `W` of them, which the compiler then knows, or as many as are said where `W` is 0.
#[inline]
const fn words_of<const W: usize>(words: usize) -> usize {
    if W == 0 { words } else { W }
}

/// What a worker found in a slice.
#[derive(Default)]
struct Batch<const W: usize> {
    worker: usize,
    found: Vec<Found<W>>,
    /// Words of the states found, where they are not counted.
    keys: Vec<u64>,
    /// How many each state of the slice leads to.
    counts: Vec<u32>,
    /// Scripts that are new to the worker.
    scripts: Vec<Script>,
    faults: Vec<Fault>,
}

/// A state that was found.
struct Found<const W: usize> {
    key: [u64; W],
    hash: u32,
    /// As the worker numbers them.
    script: u32,
}

/// What is done in one step.
type Script = SmallVec<[Token; 6]>;

impl<const W: usize> Batch<W> {
    fn clear(&mut self) {
        self.found.clear();
        self.keys.clear();
        self.counts.clear();
        self.scripts.clear();
        self.faults.clear();
    }

    /// Adds a state that was found.
    fn push(&mut self, key: &[u64], script: u32) {
        let hash = hash(key);
        match key.try_into() {
            Ok(key) => self.found.push(Found { key, hash, script }),
            Err(_) => {
                self.keys.extend_from_slice(key);
                self.found.push(Found { key: [0; W], hash, script });
            }
        }
    }

    /// The words of a state that was found.
    #[inline]
    fn key(&self, i: usize, words: usize) -> &[u64] {
        if W == 0 { &self.keys[i * words..][..words] } else { &self.found[i].key }
    }
}

struct Worker<'c, const W: usize> {
    control: &'c Control,
    program: &'c Program<W>,
    number: usize,
    /// Number of the script of a choice and nothing else.
    plain: Vec<u32>,
    scripts: HashMap<Script, u32>,
    count: u32,
    trace: Trace<'c>,
    /// Words of a state while a move is made.
    now: Vec<u64>,
}

impl<'c, const W: usize> Worker<'c, W> {
    fn new(control: &'c Control, program: &'c Program<W>, number: usize) -> Worker<'c, W> {
        Worker {
            control,
            program,
            number,
            plain: vec![u32::MAX; control.story.choices.len()],
            scripts: HashMap::new(),
            count: 0,
            trace: Trace::new(control),
            now: Vec::new(),
        }
    }

    /// Makes every move of every state of a slice.
    fn expand(&mut self, slice: &[u64], from: Node, batch: &mut Batch<W>) {
        batch.worker = self.number;
        batch.clear();
        let (control, program) = (self.control, self.program);
        let (story, layout) = (&control.story, &control.story.layout);
        for (node, state) in (from..).zip(slice.chunks_exact(words_of::<W>(control.words()))) {
            let before = batch.found.len();
            let lines = program.lines(layout.scene.get(state));
            match <&[u64; W]>::try_from(state) {
                Ok(state) if !lines.is_empty() && layout.level.get(state) == 0 => {
                    for line in lines {
                        if program.is_open(line, story, state) {
                            self.choose(state, node, line, batch);
                        }
                    }
                }
                _ => engine::moves(story, state, |by| self.make(state, node, by, batch)),
            }
            batch.counts.push((batch.found.len() - before) as u32);
        }
    }

    /// Makes a choice outside of tunnels.
    #[inline]
    fn choose(&mut self, state: &[u64; W], node: Node, line: &Line<W>, batch: &mut Batch<W>) {
        let Some(now) = self.program.make(line, state) else {
            return self.make(state, node, Move::Choose(line.choice), batch);
        };
        debug_assert!(self.engine_agrees(state, line.choice, &now));
        let script = match self.plain[line.choice.index()] {
            u32::MAX => self.new_plain(line.choice, batch),
            known => known,
        };
        batch.found.push(Found { key: now, hash: hash(&now), script });
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

    /// Makes a move of a state as the engine makes it.
    fn make(&mut self, state: &[u64], node: Node, by: Move, batch: &mut Batch<W>) {
        self.trace.tokens.clear();
        self.trace.tokens.push(match by {
            Move::Choose(choice) => Token::Choose(choice),
            Move::World(outcome) => Token::World(outcome),
            Move::Type => return,
        });
        let mut now = std::mem::take(&mut self.now);
        now.clear();
        now.extend_from_slice(state);
        let made = engine::make(&self.control.story, &mut now, by, &mut self.trace);
        for (fact, done) in std::mem::take(&mut self.trace.left) {
            let why = Refused::OutOfRange(fact);
            batch.faults.push(Fault { node, by: Some(by), done, why });
        }
        match made {
            Err(why) => batch.faults.push(Fault { node, by: Some(by), done: self.trace.done(), why }),
            Ok(()) => {
                self.control.mask(&mut now);
                let script = self.script(batch);
                batch.push(&now, script);
            }
        }
        self.now = now;
    }

    /// The number of what the trace says.
    #[inline]
    fn script(&mut self, batch: &mut Batch<W>) -> u32 {
        match *self.trace.tokens.as_slice() {
            [Token::Choose(choice)] => match self.plain[choice.index()] {
                u32::MAX => self.new_plain(choice, batch),
                known => known,
            },
            _ => self.other_script(batch),
        }
    }

    /// Numbers a choice and nothing else.
    fn new_plain(&mut self, choice: ChoiceId, batch: &mut Batch<W>) -> u32 {
        batch.scripts.push(smallvec![Token::Choose(choice)]);
        self.plain[choice.index()] = self.count;
        self.count += 1;
        self.count - 1
    }

    fn other_script(&mut self, batch: &mut Batch<W>) -> u32 {
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

struct Search<'c, const W: usize> {
    control: &'c Control,
    budget: Budget,
    later: Later,
    graph: Graph,
    table: Table,
    /// What stands where the hashes of a batch belong, and which of its states were met before.
    homes: Vec<u32>,
    met: Vec<Node>,
    /// Bytes of the level that is looked at.
    level_bytes: usize,
    /// How many states were looked at.
    expanded: Node,
    /// Numbers of scripts: of a choice and nothing else, by choice; of all others.
    plain: Vec<u32>,
    script_numbers: HashMap<Script, u32>,
    /// Bytes of scripts, here and with the workers.
    script_bytes: usize,
}

impl<'c, const W: usize> Search<'c, W> {
    fn new(control: &'c Control, budget: Budget, later: Later) -> Search<'c, W> {
        let room = ROOM.min(budget.bytes / ROOM_PART);
        let mut graph = Graph {
            words: control.words(),
            keys: Vec::with_capacity(room),
            parents: Vec::with_capacity(room),
            first: Vec::with_capacity(room),
            edges: Vec::with_capacity(4 * room),
            scripts: Vec::new(),
            levels: vec![0],
            faults: Vec::new(),
            ended: Ended::Complete,
            bytes: 0,
        };
        graph.first.push(0);
        Search {
            control,
            budget,
            later,
            graph,
            table: Table::new(),
            homes: Vec::new(),
            met: Vec::new(),
            level_bytes: 0,
            expanded: 0,
            plain: vec![u32::MAX; control.story.choices.len()],
            script_numbers: HashMap::new(),
            script_bytes: 0,
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
        self.table.reserve(1, std::iter::empty);
        self.find(&words, hash(&words), NOWHERE);
        self.graph.levels.push(1);
        true
    }

    /// The number of a state, a new one if it was not met before. There must be room in the table.
    #[inline(always)]
    fn find(&mut self, key: &[u64], hash_of_key: u32, parent: Node) -> Node {
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
    fn insert(&mut self, batch: &Batch<W>, known: &mut Vec<u32>) {
        for tokens in &batch.scripts {
            let scripts = &mut self.graph.scripts;
            let number = match *tokens.as_slice() {
                [Token::Choose(choice)] => &mut self.plain[choice.index()],
                _ => self.script_numbers.entry(tokens.clone()).or_insert(u32::MAX),
            };
            if *number == u32::MAX {
                self.script_bytes += SCRIPT_COPIES * (80 + size_of_val(tokens.as_slice()));
                scripts.push(tokens.as_slice().into());
                *number = scripts.len() as u32 - 1;
            }
            known.push(*number);
        }
        self.insert_found(batch, known);
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

    fn insert_found(&mut self, batch: &Batch<W>, known: &[u32]) {
        let words = words_of::<W>(self.graph.words);
        let hashes = || self.graph.keys.chunks_exact(words).map(hash);
        self.table.reserve(batch.found.len(), hashes);
        grow(&mut self.graph.keys, batch.found.len() * words);
        grow(&mut self.graph.parents, batch.found.len());
        grow(&mut self.graph.edges, batch.found.len());
        grow(&mut self.graph.first, batch.counts.len());
        let met = self.look_up(batch);
        let mut from = 0;
        for count in &batch.counts {
            let (parent, to) = (self.expanded, from + *count as usize);
            for (i, found) in batch.found[from..to].iter().enumerate() {
                let to = match met.get(from + i) {
                    None | Some(&NOWHERE) => self.find(batch.key(from + i, words), found.hash, parent),
                    Some(met) => *met,
                };
                self.graph.edges.push(Edge { to, script: known[found.script as usize] });
            }
            from = to;
            self.graph.first.push(self.graph.edges.len() as u32);
            self.expanded += 1;
        }
        self.met = met;
    }

    /// The numbers of those that were met before this batch, and `NOWHERE` for the others; nothing at all
    /// while the table is small. What a pass asks of the memory does not wait for what it asked before, so
    /// the processor waits for many places at a time: where the hash belongs, then the words of the state
    /// that is found there.
    fn look_up(&mut self, batch: &Batch<W>) -> Vec<Node> {
        let words = words_of::<W>(self.graph.words);
        let mut met = std::mem::take(&mut self.met);
        met.clear();
        if self.table.bytes() < WORTH_PASSES {
            return met;
        }
        self.homes.clear();
        self.homes.extend(batch.found.iter().map(|found| self.table.home(found.hash)));
        let homes = batch.found.iter().zip(&self.homes);
        met.extend(homes.map(|(found, home)| self.table.first(found.hash, *home)));
        for (i, node) in met.iter_mut().enumerate() {
            if *node != NOWHERE && !same(&self.graph.keys, words, *node, batch.key(i, words)) {
                *node = NOWHERE;
            }
        }
        met
    }

    /// Bytes held: what lists have room for, and of the room they had from the start what they use.
    fn bytes(&self) -> usize {
        fn held<T>(list: &Vec<T>, room: usize) -> usize {
            let used = if list.capacity() > room { list.capacity() } else { list.len() };
            used * size_of::<T>()
        }
        let graph = &self.graph;
        held(&graph.keys, ROOM)
            + self.level_bytes
            + held(&graph.parents, ROOM)
            + held(&graph.first, ROOM)
            + held(&graph.edges, 4 * ROOM)
            + self.table.bytes()
    }

    /// Bytes held now, and while the table grows; or later.
    fn most_bytes(&self) -> usize {
        let now = self.bytes() + self.table.bytes() / 2 + self.script_bytes;
        now.max(self.graph.held() + self.graph.bytes_of(self.later))
    }

    fn over(&self) -> Option<Ended> {
        if self.graph.len() >= self.budget.states.min(Table::MOST)
            || self.graph.edges.len() >= u32::MAX as usize - (1 << 24)
        {
            Some(Ended::States)
        } else if self.most_bytes() >= self.budget.bytes {
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
        grow_by(list, by);
    }
}

#[cold]
fn grow_by<T>(list: &mut Vec<T>, by: usize) {
    list.reserve_exact((list.len() / 4).max(by));
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::pack::Reduce;
    use super::*;
    use crate::story::{Source, load};
    use std::fmt::Write;

    /// Facts that are raised once, so wide that four fill a word: the first six in any order, the others in
    /// theirs.
    fn raised(facts: usize) -> String {
        let mut story = String::from(
            "#![enable(implicit_some)]\nStory(id: \"t\", title: \"T\", version: \"1\", start: \"s\", facts: {",
        );
        (0..facts).for_each(|i| write!(story, "\"f{i}\": Range(from: 0, to: 65535, start: 0),").unwrap());
        story.push_str("}, scenes: {\"s\": (text: \"S.\", choices: [(id: \"e\", label: \"E\", to: \"end\"),");
        for i in 0..facts {
            let mut when = format!("Equals(\"f{i}\", 0)");
            if i > 6 {
                when = format!("All([{when}, Equals(\"f{}\", 1)])", i - 1);
            }
            write!(
                story,
                "(id: \"c{i}\", label: \"C{i}\", when: {when}, then: [Raise(\"f{i}\", 1)], to: \"s\"),"
            )
            .unwrap();
        }
        story.push_str(
            "]), \"end\": (text: \"E.\", ending: \"end\")}, endings: {\"end\": (title: \"E\", hint: \"h\")})",
        );
        story
    }

    #[test]
    fn states_of_any_number_of_words_are_all_found() {
        for words in 1..=8 {
            // Where we are stands beside the last three.
            let facts = words * 4 - 1;
            let source = Source::new("raised.ron", raised(facts).into_bytes()).unwrap();
            let story = load(&source).unwrap();
            let control = Control::of(&story, Reduce::default());
            assert_eq!(control.words(), words);
            let free = facts.min(6);
            let (sets, rows) = (1 << free, facts - free + 1);
            for threads in [1, 2] {
                let graph = explore(
                    &control,
                    Budget::default(),
                    Later::default(),
                    threads,
                    &false.into(),
                    &mut |_| {},
                );
                assert_eq!((graph.len(), graph.ended), (sets * rows + 1, Ended::Complete));
                let raises = sets / 2 * free * rows + sets * (rows - 1);
                assert_eq!(graph.transitions(), raises + sets * rows);
                assert_eq!(graph.levels.len(), facts + 2);
            }
        }
    }
}

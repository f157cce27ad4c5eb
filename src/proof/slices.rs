//! What control does not decide: conditions of texts, figures, ranges.
//!
//! For each question the set of facts that it asks for, closed over what their effects read, is a
//! *slice*. Its values are propagated over the kept control graph to the least fixed point (Kildall
//! 1973). This is exact: what a step does to a slice depends on the step and the slice alone, and
//! nothing in it influences which steps are made. Questions over the same facts share a slice, and
//! many small slices share a machine word, one bit for each value.

use super::components::Components;
use super::course::{Course, Phase};
use super::graph::{Graph, Node, Token};
use super::pack;
use crate::engine::{self, Refused, State, Watch};
use crate::story::{FactId, SceneId, Story, Way};
use smallvec::SmallVec;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most values of a slice that are followed.
pub const MOST_VALUES: usize = 1 << 14;
/// Most bytes that the values of one slice may take.
const MOST_BYTES: usize = 1 << 30;
/// Small slices share words up to so many bytes.
const BATCH_BYTES: usize = 1 << 28;
/// Words of the largest slice.
const MOST_WORDS: usize = MOST_VALUES / 64 + 1;
/// Most pairs of state and value in the search for a witness.
pub(super) const MOST_PAIRS: usize = 4_000_000;

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
    /// The slice of some facts, and of which labs have run if `labs`; too large above `most` values.
    pub fn of(
        story: &Story,
        graph: &Graph,
        owners: &[SceneId],
        asked: impl IntoIterator<Item = FactId>,
        labs: bool,
        most: usize,
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
        slice.find_values(graph, owners, most.min(MOST_VALUES));
        slice
    }

    fn find_values(&mut self, graph: &Graph, owners: &[SceneId], most: usize) {
        let mut kinds: HashMap<Vec<Token>, usize> = HashMap::new();
        let mut effects: Vec<Vec<Token>> = Vec::new();
        // What is done before the first state is done once.
        self.kinds.push(None);
        for script in graph.scripts.iter().skip(1) {
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
            if self.values.len() > most || next * effects.len() > 20_000_000 {
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
                Token::Choose(choice) => self.story.choice(*choice).then,
                Token::Arm(arm) => {
                    if self.labs
                        && let Way::Lab { lab, .. } = self.story.scene(owners[arm.index()]).way
                        && let Some(ran) = value.last_mut()
                    {
                        *ran |= 1 << lab as u8;
                    }
                    self.story.arm(*arm).then
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

    /// What a script makes of a value.
    pub fn step(&self, script: u32, value: u32) -> u32 {
        match self.kinds[script as usize] {
            Some(kind) => self.moves[kind][value as usize],
            None => value,
        }
    }

    /// The shortest list of moves to a state and value, or to a step made with a value, that is looked
    /// for; `None` where the search grows too large, or somebody asked to stop.
    pub fn witness(
        &self,
        graph: &Graph,
        mut at: impl FnMut(Node, u32) -> bool,
        mut on: impl FnMut(u32, u32) -> bool,
        course: &Course,
    ) -> Option<Vec<(Node, engine::Move)>> {
        // Where each pair was found from, and by which script.
        let mut found: HashMap<Pair, Option<(Pair, u32)>> = HashMap::new();
        let mut todo = VecDeque::from([(0, 0)]);
        found.insert((0, 0), None);
        let mut looked_at = 0;
        while let Some((node, value)) = todo.pop_front() {
            looked_at += 1;
            if found.len() > MOST_PAIRS || (looked_at % 4096 == 0 && course.is_stopped()) {
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
    /// In the states of each group.
    pub by_group: Vec<Vec<u32>>,
    /// Before each script.
    pub by_script: Vec<Vec<u32>>,
}

/// States that are asked about together. A state may be in several groups, and most are in none.
#[derive(Debug, Default)]
pub struct Groups {
    /// How many.
    pub count: usize,
    /// The groups that each state is in.
    pub of: HashMap<Node, SmallVec<[u32; 4]>>,
}

/// Propagates all slices; `None` for one that is too large, and nothing where somebody asked to stop: then
/// how far it has come. Batches go to threads as these are free.
#[allow(clippy::too_many_arguments, reason = "each is another thing")]
pub fn propagate(
    graph: &Graph,
    components: &Components,
    scene_of: &(dyn Fn(Node) -> SceneId + Sync),
    scenes: usize,
    groups: &Groups,
    slices: &[Slice],
    threads: usize,
    course: &Course,
) -> Result<Vec<Option<Found>>, Phase> {
    let batches = batches(slices, graph.len());
    let next = AtomicUsize::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    let pace = Pace { course, done: AtomicUsize::new(0), all: batches.len() * graph.len().max(1) };
    let work = || {
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            // Rows of a fixed length are joined many words at a time.
            let solve = match width(batch.words) {
                1 => Batch::solve::<1>,
                2 => Batch::solve::<2>,
                4 => Batch::solve::<4>,
                8 => Batch::solve::<8>,
                16 => Batch::solve::<16>,
                32 => Batch::solve::<32>,
                64 => Batch::solve::<64>,
                128 => Batch::solve::<128>,
                _ => Batch::solve::<MOST_WORDS>,
            };
            let Some(found) = solve(batch, graph, components, scene_of, scenes, groups, slices, &pace) else {
                return;
            };
            if let Ok(mut done) = done.lock() {
                done.push(found);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(batches.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut all: Vec<Option<Found>> = slices.iter().map(|_| None).collect();
    for (slice, found) in done.into_inner().unwrap_or_default().into_iter().flatten() {
        all[slice] = Some(found);
    }
    if course.is_stopped() { Err(pace.now()) } else { Ok(all) }
}

/// How far all batches have come.
struct Pace<'p> {
    course: &'p Course<'p>,
    /// States of batches.
    done: AtomicUsize,
    all: usize,
}

impl Pace<'_> {
    fn now(&self) -> Phase {
        Phase::Following(self.done.load(Ordering::Relaxed) as f64 / self.all.max(1) as f64)
    }

    /// Takes note of so many states more; `None` where it shall stop.
    fn step(&self, states: usize) -> Option<()> {
        self.done.fetch_add(states, Ordering::Relaxed);
        self.course.tell(self.now());
        (!self.course.is_stopped()).then_some(())
    }
}

/// Slices that share the words of a state.
struct Batch {
    words: usize,
    /// Slice, and where its bits begin.
    slices: Vec<(usize, usize)>,
}

/// Large slices first, small ones where there is room beside them. None lies across the ends of two words
/// unless it fills more than one.
fn batches(slices: &[Slice], nodes: usize) -> Vec<Batch> {
    let most_words = (BATCH_BYTES / 8 / nodes.max(1)).clamp(1, 8);
    let mut order: Vec<usize> = (0..slices.len()).filter(|i| !slices[*i].too_large).collect();
    order.sort_by_key(|i| std::cmp::Reverse(slices[*i].count()));
    let mut batches: Vec<(Batch, usize)> = Vec::new();
    for i in order {
        let count = slices[i].count();
        let words = count.div_ceil(64);
        if width(words).saturating_mul(nodes).saturating_mul(8) > MOST_BYTES {
            continue;
        }
        let from = |used: usize| if used % 64 + count > 64 { used.next_multiple_of(64) } else { used };
        let fits = |used: usize| from(used) + count <= most_words * 64;
        match batches.iter_mut().find(|(_, used)| fits(*used)) {
            Some((batch, used)) => {
                batch.slices.push((i, from(*used)));
                *used = from(*used) + count;
                batch.words = used.div_ceil(64);
            }
            None => batches.push((Batch { words, slices: vec![(i, 0)] }, count)),
        }
    }
    batches.into_iter().map(|(batch, _)| batch).collect()
}

/// Words of the rows that hold so many.
fn width(words: usize) -> usize {
    if words > 128 { MOST_WORDS } else { words.next_power_of_two() }
}

/// What a script does to a row.
struct Change<const W: usize> {
    keep: [u64; W],
    /// For each bit that is not kept, the bit that is set for it.
    to: Vec<u32>,
}

impl Batch {
    #[allow(clippy::too_many_arguments, reason = "as of `propagate`")]
    fn solve<const W: usize>(
        &self,
        graph: &Graph,
        components: &Components,
        scene_of: &(dyn Fn(Node) -> SceneId + Sync),
        scenes: usize,
        groups: &Groups,
        slices: &[Slice],
        pace: &Pace,
    ) -> Option<Vec<(usize, Found)>> {
        let (changes, numbers) = self.changes::<W>(graph, slices);
        let change = |script: u32| numbers[script as usize].map(|number| &changes[number as usize]);
        let mut rows = vec![[0u64; W]; graph.len()];
        let mut by_scene = vec![[0u64; W]; scenes];
        let mut by_group = vec![[0u64; W]; groups.count];
        let mut by_script = vec![[0u64; W]; graph.scripts.len()];
        // Every slice starts with its first value.
        for (_, from) in &self.slices {
            rows[0][from / 64] |= 1 << (from % 64);
        }
        let mut waits = vec![false; graph.len()];
        let mut todo: VecDeque<Node> = VecDeque::new();
        let (mut states, mut rounds) = (0, 0);
        for component in 0..components.len() {
            let members = components.members(component);
            states += members.len();
            if states >= 4096 {
                pace.step(std::mem::take(&mut states))?;
            }
            if members.len() > 1 || graph.edges(members[0]).iter().any(|edge| edge.to == members[0]) {
                todo.extend(members);
                members.iter().for_each(|node| waits[*node as usize] = true);
            }
            while let Some(node) = todo.pop_front() {
                waits[node as usize] = false;
                rounds += 1;
                if rounds % 4096 == 0 {
                    pace.step(0)?;
                }
                let row = rows[node as usize];
                for edge in graph.edges(node).iter().filter(|edge| components.of(edge.to) == component) {
                    let grown = join(&mut rows[edge.to as usize], change(edge.script), &row);
                    if grown && !std::mem::replace(&mut waits[edge.to as usize], true) {
                        todo.push_back(edge.to);
                    }
                }
            }
            // Now nothing more comes to it.
            for node in members {
                let row = rows[*node as usize];
                unite(&mut by_scene[scene_of(*node).index()], &row);
                for group in groups.of.get(node).into_iter().flatten() {
                    unite(&mut by_group[*group as usize], &row);
                }
                for edge in graph.edges(*node) {
                    unite(&mut by_script[edge.script as usize], &row);
                    if members.len() == 1 || components.of(edge.to) != component {
                        join(&mut rows[edge.to as usize], change(edge.script), &row);
                    }
                }
            }
        }
        let bits = |rows: &[[u64; W]], from: usize, len: usize| -> Vec<Vec<u32>> {
            let has = |row: &[u64; W], bit: usize| row[bit / 64] >> (bit % 64) & 1 == 1;
            rows.iter()
                .map(|row| (0..len as u32).filter(|i| has(row, from + *i as usize)).collect())
                .collect()
        };
        let found = self.slices.iter().map(|(slice, from)| {
            let len = slices[*slice].count();
            let by_scene = bits(&by_scene, *from, len);
            let by_group = bits(&by_group, *from, len);
            (*slice, Found { by_scene, by_group, by_script: bits(&by_script, *from, len) })
        });
        let found = found.collect();
        pace.step(states)?;
        Some(found)
    }

    /// What scripts do, and which of it each does, if anything.
    fn changes<const W: usize>(&self, graph: &Graph, slices: &[Slice]) -> (Vec<Change<W>>, Vec<Option<u32>>) {
        let mut changes: Vec<Change<W>> = Vec::new();
        let mut numbers: HashMap<SmallVec<[Option<usize>; 8]>, Option<u32>> = HashMap::new();
        let mut of = |script: usize| {
            let kinds = self.slices.iter().map(|(slice, _)| slices[*slice].kinds[script]).collect();
            *numbers.entry(kinds).or_insert_with_key(|kinds: &SmallVec<[Option<usize>; 8]>| {
                let mut change = Change { keep: [u64::MAX; W], to: vec![0; W * 64] };
                for (kind, (slice, from)) in kinds.iter().zip(&self.slices) {
                    let Some(kind) = kind else { continue };
                    for (value, to) in slices[*slice].moves[*kind].iter().enumerate() {
                        if *to as usize != value {
                            let bit = from + value;
                            change.keep[bit / 64] &= !(1 << (bit % 64));
                            change.to[bit] = *from as u32 + to;
                        }
                    }
                }
                (change.keep != [u64::MAX; W]).then(|| {
                    changes.push(change);
                    changes.len() as u32 - 1
                })
            })
        };
        let numbers = (0..graph.scripts.len()).map(&mut of).collect();
        (changes, numbers)
    }
}

/// Adds what a script makes of a row; whether that is more than was there.
#[inline]
fn join<const W: usize>(into: &mut [u64; W], change: Option<&Change<W>>, row: &[u64; W]) -> bool {
    match change {
        None => unite(into, row),
        Some(change) => {
            let mut now = [0; W];
            for i in 0..W {
                now[i] |= row[i] & change.keep[i];
                let mut moved = row[i] & !change.keep[i];
                while moved != 0 {
                    let to = change.to[i * 64 + moved.trailing_zeros() as usize] as usize;
                    now[to / 64] |= 1 << (to % 64);
                    moved &= moved - 1;
                }
            }
            unite(into, &now)
        }
    }
}

#[inline]
fn unite<const W: usize>(into: &mut [u64; W], row: &[u64; W]) -> bool {
    let mut new = 0;
    for (into, row) in into.iter_mut().zip(row) {
        new |= row & !*into;
        *into |= row;
    }
    new != 0
}

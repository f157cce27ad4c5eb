//! Which values slices have where: they are propagated over the kept control graph to the least fixed point
//! (Kildall 1973). This is exact: what a step does to a slice depends on the step and the slice alone, and nothing
//! in it influences which steps are made. Many small slices share a machine word, one bit for each value.
//!
//! Neither time nor memory hangs on a clock or on the number of threads: batches of slices are counted in order, small
//! ones first, and the first that takes more than is left ends it. A thread waits with a batch until there is memory.

use super::components::Components;
use super::course::{Course, Phase};
use super::graph::{Graph, Node};
use super::slices::{MOST_VALUES, Slice, TooMuch};
use crate::story::SceneId;
use smallvec::SmallVec;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// Small slices share words up to so many bytes.
const BATCH_BYTES: usize = 1 << 27;
/// Words of the largest slice.
const MOST_WORDS: usize = MOST_VALUES / 64 + 1;
/// Words of values, or values that change, that are carried along a move in one step.
const STEP_WORDS: usize = 8;

/// What values a slice has where.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the states of each scene.
    pub by_scene: Sets,
    /// In the states of each group.
    pub by_group: Sets,
    /// Before each script.
    pub by_script: Sets,
}

/// Sets of a slice's values, one bit for each value.
#[derive(Debug, Default)]
pub(super) struct Sets {
    /// Words of a set.
    words: usize,
    bits: Vec<u64>,
}

impl Sets {
    /// From rows in which the values begin at a bit.
    fn of<const W: usize>(rows: &[[u64; W]], from: usize, values: usize) -> Sets {
        let words = values.div_ceil(64);
        let mut bits = Vec::with_capacity(rows.len() * words);
        for row in rows {
            // One that shares a word with others lies within it; a longer one begins with a word.
            let here = &row[from / 64..][..words];
            bits.extend(here.iter().map(|word| word >> (from % 64)));
            if let Some(last) = bits.last_mut()
                && !values.is_multiple_of(64)
            {
                *last &= (1 << (values % 64)) - 1;
            }
        }
        Sets { words, bits }
    }

    /// The values of a set.
    pub fn values(&self, set: usize) -> impl Iterator<Item = u32> + '_ {
        self.bits[set * self.words..][..self.words].iter().zip(0u32..).flat_map(|(word, i)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros())?;
                word &= word - 1;
                Some(i * 64 + bit)
            })
        })
    }

    /// How many sets.
    pub fn len(&self) -> usize {
        self.bits.len() / self.words.max(1)
    }
}

/// States that are asked about together. A state may be in several groups, and most are in none.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// How many.
    pub count: usize,
    /// What was put together, until it is arranged.
    put: Vec<(Node, u32)>,
    /// Where the groups of each state begin; one more at the end.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Groups {
    /// A new group.
    pub fn add(&mut self) -> u32 {
        self.count += 1;
        self.count as u32 - 1
    }

    /// Puts a state into a group.
    pub fn put(&mut self, node: Node, group: u32) {
        self.put.push((node, group));
    }

    /// Arranges them by states, of so many.
    pub fn arrange(&mut self, states: usize) {
        let mut put = std::mem::take(&mut self.put);
        put.sort_unstable();
        self.starts = vec![0; states + 1];
        put.iter().for_each(|(node, _)| self.starts[*node as usize + 1] += 1);
        for i in 1..self.starts.len() {
            self.starts[i] += self.starts[i - 1];
        }
        self.members = put.into_iter().map(|(_, group)| group).collect();
    }

    /// The groups of a state.
    pub fn of(&self, node: Node) -> &[u32] {
        match self.starts.get(node as usize..node as usize + 2) {
            Some([from, to]) => &self.members[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// Bytes held, also while they were arranged.
    pub fn bytes(&self) -> usize {
        4 * self.starts.len() + 16 * (self.members.len() + self.put.len())
    }
}

/// What slices are followed through.
pub(super) struct Ground<'g> {
    pub graph: &'g Graph,
    pub components: &'g Components,
    /// The scene of each state, of so many.
    pub scene_of: &'g (dyn Fn(Node) -> SceneId + Sync),
    pub scenes: usize,
    pub groups: &'g Groups,
}

/// How much following may take: all of it steps, and bytes at any time; of these what is found keeps some.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub steps: usize,
    pub bytes: usize,
    pub kept: usize,
}

/// What following all slices found.
pub(super) struct Followed {
    /// For each slice.
    pub found: Vec<Result<Found, TooMuch>>,
    /// Pairs of a state and a value that it can have there, of all slices that were followed.
    pub pairs: u64,
    /// Steps that it took.
    pub steps: usize,
}

/// Follows all slices; how far it has come where somebody asked to stop. Batches go to threads as these are free.
pub(super) fn follow(
    ground: &Ground,
    slices: &[Slice],
    limits: Limits,
    threads: usize,
    course: &Course,
) -> Result<Followed, Phase> {
    let mut found: Vec<Result<Found, TooMuch>> =
        slices.iter().map(|slice| Err(slice.too_much.unwrap_or(TooMuch::Bytes))).collect();
    let batches = batches(ground, slices, limits);
    let states = ground.graph.len().max(1);
    let pace = Pace {
        course,
        done: AtomicUsize::new(0),
        all: batches.len() * states,
        most: limits.steps,
        taken: batches.iter().map(|_| AtomicUsize::new(0)).collect(),
    };
    // The next batch, and the bytes that those under way take.
    let (turn, freed) = (Mutex::new((0, 0)), Condvar::new());
    let done = Mutex::new(Vec::new());
    let work = || {
        while let Ok(mut now) = turn.lock() {
            let Some(batch) = batches.get(now.0) else { return };
            if now.1 > 0 && now.1 + batch.bytes > limits.bytes {
                drop(freed.wait(now));
                continue;
            }
            let i = now.0;
            *now = (i + 1, now.1 + batch.bytes);
            drop(now);
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
            let solved = solve(batch, ground, slices, &pace, i);
            if let Ok(mut done) = done.lock() {
                done.push((i, solved));
            }
            if let Ok(mut now) = turn.lock() {
                now.1 -= batch.bytes;
            }
            freed.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(batches.len()) {
            scope.spawn(work);
        }
        work();
    });
    if course.is_stopped() {
        return Err(pace.now());
    }
    let mut all =
        Followed { found: Vec::new(), pairs: 0, steps: pace.taken_by(batches.len()).min(limits.steps) };
    for (i, solved) in done.into_inner().unwrap_or_default() {
        // One that came to its end may come after one that did not.
        let solved = solved.filter(|_| pace.taken_by(i + 1) <= limits.steps);
        all.pairs += solved.as_ref().map_or(0, |(_, pairs)| *pairs);
        let mut of: HashMap<usize, Found> = solved.into_iter().flat_map(|(found, _)| found).collect();
        for (slice, _) in &batches[i].slices {
            found[*slice] = of.remove(slice).ok_or(TooMuch::Steps);
        }
    }
    all.found = found;
    Ok(all)
}

/// How far all batches have come.
struct Pace<'p> {
    course: &'p Course<'p>,
    /// States of batches.
    done: AtomicUsize,
    all: usize,
    /// Most steps of all batches together, and what each has taken so far.
    most: usize,
    taken: Vec<AtomicUsize>,
}

impl Pace<'_> {
    fn now(&self) -> Phase {
        Phase::Following(self.done.load(Ordering::Relaxed) as f64 / self.all.max(1) as f64)
    }

    /// Steps that the first batches have taken.
    fn taken_by(&self, batches: usize) -> usize {
        let taken = self.taken[..batches].iter().map(|taken| taken.load(Ordering::Relaxed));
        taken.fold(0, usize::saturating_add)
    }

    /// Takes note of so many states more of a batch, and of so many steps; `None` where it shall stop, or this batch and
    /// those before it have taken too many.
    fn step(&self, batch: usize, states: usize, steps: usize) -> Option<()> {
        self.done.fetch_add(states, Ordering::Relaxed);
        self.taken[batch].fetch_add(steps, Ordering::Relaxed);
        self.course.tell(self.now());
        (!self.course.is_stopped() && self.taken_by(batch + 1) <= self.most).then_some(())
    }
}

/// Slices that share the words of a state.
struct Batch {
    words: usize,
    /// Slice, and where its bits begin.
    slices: Vec<(usize, usize)>,
    /// Bytes that following it takes.
    bytes: usize,
}

/// Slices in batches, those of few words first; large slices of a batch first, small ones where there is room beside them.
/// None lies across the ends of two words unless it fills more than one. Those that take too many bytes are left out.
fn batches(ground: &Ground, slices: &[Slice], limits: Limits) -> Vec<Batch> {
    let states = ground.graph.len();
    let most_words = (BATCH_BYTES / 8 / states.max(1)).clamp(1, 8);
    let sets = ground.scenes + ground.groups.count + ground.graph.scripts.len();
    // Rows of states and sets, what waits, and what scripts do.
    let bytes = |words: usize, kinds: usize| {
        let row = 8 * width(words);
        states * (row + 5)
            + sets * row
            + (kinds + 1) * (row + 256 * width(words))
            + 4 * ground.graph.scripts.len()
    };
    let mut order: Vec<usize> = (0..slices.len()).filter(|i| slices[*i].too_much.is_none()).collect();
    order.sort_by_key(|i| slices[*i].count());
    // Those whose sets are too many to be kept are left out, large ones first.
    let mut kept = 0;
    order.retain(|i| {
        kept += sets * slices[*i].count().div_ceil(64) * 8;
        kept <= limits.kept
    });
    order.reverse();
    let mut batches: Vec<(Batch, usize)> = Vec::new();
    for i in order {
        let (count, kinds) = (slices[i].count(), slices[i].moves.len());
        let words = count.div_ceil(64);
        if bytes(words, kinds) > limits.bytes {
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
            None => batches.push((Batch { words, slices: vec![(i, 0)], bytes: 0 }, count)),
        }
    }
    let mut batches: Vec<Batch> = batches.into_iter().map(|(batch, _)| batch).collect();
    for batch in &mut batches {
        let kinds = match &batch.slices[..] {
            [(slice, _)] => slices[*slice].moves.len(),
            _ => ground.graph.scripts.len(),
        };
        batch.bytes = bytes(batch.words, kinds);
    }
    batches.reverse();
    batches
}

/// Words of the rows that hold so many.
fn width(words: usize) -> usize {
    if words > 128 { MOST_WORDS } else { words.next_power_of_two() }
}

/// After so many steps it looks whether to stop.
const MANY_STEPS: usize = 1 << 16;

/// What a script does to a row.
struct Change<const W: usize> {
    keep: [u64; W],
    /// For each bit that is not kept, the bit that is set for it.
    to: Vec<u32>,
}

impl Batch {
    /// What its slices are found to have, and how many pairs of a state and a value; `None` where it shall stop.
    fn solve<const W: usize>(
        &self,
        ground: &Ground,
        slices: &[Slice],
        pace: &Pace,
        number: usize,
    ) -> Option<(Vec<(usize, Found)>, u64)> {
        let Ground { graph, components, scene_of, groups, .. } = *ground;
        pace.step(number, 0, 0)?;
        let (changes, numbers) = self.changes::<W>(graph, slices);
        let change = |script: u32| numbers[script as usize].map(|number| &changes[number as usize]);
        let mut rows = vec![[0u64; W]; graph.len()];
        let mut by_scene = vec![[0u64; W]; ground.scenes];
        let mut by_group = vec![[0u64; W]; groups.count];
        let mut by_script = vec![[0u64; W]; graph.scripts.len()];
        // Every slice starts with its first value.
        for (_, from) in &self.slices {
            rows[0][from / 64] |= 1 << (from % 64);
        }
        let mut waits = vec![false; graph.len()];
        let mut todo: VecDeque<Node> = VecDeque::new();
        let (mut states, mut steps, mut pairs) = (0, 0, 0);
        let row_steps = 1 + W / STEP_WORDS;
        for component in 0..components.len() {
            let members = components.members(component);
            states += members.len();
            if states >= 4096 || steps >= MANY_STEPS {
                pace.step(number, std::mem::take(&mut states), std::mem::take(&mut steps))?;
            }
            if members.len() > 1 || graph.edges(members[0]).iter().any(|edge| edge.to == members[0]) {
                todo.extend(members);
                members.iter().for_each(|node| waits[*node as usize] = true);
            }
            while let Some(node) = todo.pop_front() {
                waits[node as usize] = false;
                if steps >= MANY_STEPS {
                    pace.step(number, 0, std::mem::take(&mut steps))?;
                }
                let row = rows[node as usize];
                for edge in graph.edges(node).iter().filter(|edge| components.of(edge.to) == component) {
                    let (grown, moved) = join(&mut rows[edge.to as usize], change(edge.script), &row);
                    steps += row_steps + moved / STEP_WORDS;
                    if grown && !std::mem::replace(&mut waits[edge.to as usize], true) {
                        todo.push_back(edge.to);
                    }
                }
            }
            // Now nothing more comes to it.
            for node in members {
                let row = rows[*node as usize];
                unite(&mut by_scene[scene_of(*node).index()], &row);
                pairs += row.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
                steps += row_steps;
                for group in groups.of(*node) {
                    steps += row_steps;
                    unite(&mut by_group[*group as usize], &row);
                }
                for edge in graph.edges(*node) {
                    unite(&mut by_script[edge.script as usize], &row);
                    steps += row_steps;
                    if members.len() == 1 || components.of(edge.to) != component {
                        let (_, moved) = join(&mut rows[edge.to as usize], change(edge.script), &row);
                        steps += row_steps + moved / STEP_WORDS;
                    }
                }
            }
        }
        let found = self.slices.iter().map(|(slice, from)| {
            let values = slices[*slice].count();
            let by_scene = Sets::of(&by_scene, *from, values);
            let by_group = Sets::of(&by_group, *from, values);
            (*slice, Found { by_scene, by_group, by_script: Sets::of(&by_script, *from, values) })
        });
        let found = found.collect();
        pace.step(number, states, steps)?;
        Some((found, pairs))
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

/// Adds what a script makes of a row; whether that is more than was there, and how many values it changed.
#[inline]
fn join<const W: usize>(into: &mut [u64; W], change: Option<&Change<W>>, row: &[u64; W]) -> (bool, usize) {
    match change {
        None => (unite(into, row), 0),
        Some(change) => {
            let (mut now, mut changed) = ([0; W], 0);
            for i in 0..W {
                now[i] |= row[i] & change.keep[i];
                let mut moved = row[i] & !change.keep[i];
                while moved != 0 {
                    let to = change.to[i * 64 + moved.trailing_zeros() as usize] as usize;
                    now[to / 64] |= 1 << (to % 64);
                    moved &= moved - 1;
                    changed += 1;
                }
            }
            (unite(into, &now), changed)
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

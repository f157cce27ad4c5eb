//! What control does not decide: conditions of texts, figures, ranges.
//!
//! For each question the set of facts that it asks for, closed over what their effects read, is a
//! *slice*. Its values are all that its facts can have together, whatever the order in which things are
//! done; `follow` finds which of them it has where.

use super::course::{Course, Steps};
use super::graph::{Graph, Node, Token};
use crate::engine::{self, Refused, Watch};
use crate::labs::Lab;
use crate::story::{ArmId, Doer, Effects, Fact, FactId, SceneId, Story, Way};
use smallvec::SmallVec;
use std::collections::{HashMap, VecDeque};

/// Most values of a slice that are followed.
pub const MOST_VALUES: usize = 1 << 14;
/// Most pairs of state and value in the search for a witness.
const MOST_PAIRS: usize = 4_000_000;
/// Bytes that each of them takes there, while their table grows.
pub(super) const PAIR_BYTES: usize = 96;
/// Steps of doing what one script does to one value, and of looking at a pair in the search for a witness.
pub(super) const RUN_STEPS: usize = 16;

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
    /// These facts alone, and what is done to them.
    pub story: Story,
    /// What choices and arms do to them, and which lab has run then.
    acts: HashMap<Token, (Effects, Option<Lab>)>,
    values: Vec<Words>,
    numbers: HashMap<Words, u32>,
    /// For each script what it does to each value; `None` for nothing.
    pub(super) kinds: Vec<Option<usize>>,
    /// For each kind of what a script does, what it makes of each value.
    pub(super) moves: Vec<Vec<u32>>,
    /// Why its values are not all known.
    pub too_much: Option<TooMuch>,
}

/// Why a slice is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// It has too many values.
    Values,
    /// It takes too many steps.
    Steps,
    /// It takes too many bytes.
    Bytes,
}

/// What slices may still take.
#[derive(Debug)]
pub(super) struct Means {
    /// What is still to be done.
    pub steps: Steps,
    /// Bytes of all their values.
    pub bytes: usize,
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

impl Means {
    /// Most pairs of a state and a value that may be looked at in the search for a witness.
    pub fn pairs(&self) -> usize {
        MOST_PAIRS.min(self.bytes / PAIR_BYTES)
    }
}

impl Slice {
    /// The slice of some facts, closed over what is read when they change, and of which labs have run if `labs`; too large above `most` values, or where there
    /// are not the means.
    pub fn of(
        story: &Story,
        graph: &Graph,
        owners: &[SceneId],
        asked: impl IntoIterator<Item = FactId>,
        labs: bool,
        most: usize,
        means: &mut Means,
    ) -> Slice {
        let mut facts = vec![false; story.facts.len()];
        asked.into_iter().for_each(|fact| facts[story.base(fact).index()] = true);
        means.steps.take(story.facts.len() + story.choices.len() + owners.len());
        let (projected, kept) = story.of_facts(|fact| facts[fact.index()]);
        let lab_of = |arm: usize| match story.scene(owners[arm]).way {
            Way::Lab { lab, .. } if labs => Some(lab),
            _ => None,
        };
        let ran = (0..owners.len()).filter_map(|arm| {
            let lab = lab_of(arm)?;
            Some((Token::Arm(ArmId(arm as u32)), (Effects::default(), Some(lab))))
        });
        let mut acts: HashMap<Token, (Effects, Option<Lab>)> = ran.collect();
        for (doer, then) in kept {
            let token = match doer {
                Doer::Choice(choice) => Token::Choose(choice),
                Doer::Arm(arm) => Token::Arm(arm),
            };
            acts.entry(token).or_default().0 = then;
        }
        let mut slice = Slice {
            story: projected,
            acts,
            values: Vec::new(),
            numbers: HashMap::new(),
            kinds: Vec::new(),
            moves: Vec::new(),
            too_much: None,
        };
        slice.too_much = slice.find_values(graph, most.min(MOST_VALUES), means).err();
        if slice.too_much.is_some() {
            slice.values.truncate(1);
            slice.values.shrink_to_fit();
            (slice.numbers, slice.moves) = Default::default();
        }
        means.bytes = means.bytes.saturating_sub(slice.bytes());
        slice
    }

    /// Bytes that it takes: its facts, what is done to them, its values and the table of them.
    fn bytes(&self) -> usize {
        let words = self.values.first().map_or(0, |value| if value.spilled() { value.len() * 8 } else { 0 });
        let value = 2 * (size_of::<Words>() + words) + 16;
        self.story.facts.len() * size_of::<Fact>()
            + self.acts.len() * 2 * size_of::<(Token, (Effects, Option<Lab>))>()
            + self.kinds.len() * size_of::<Option<usize>>()
            + self.values.len() * value
            + self.moves.iter().map(|to| to.len() * 4).sum::<usize>()
    }

    fn find_values(&mut self, graph: &Graph, most: usize, means: &mut Means) -> Result<(), TooMuch> {
        let mut kinds: HashMap<Vec<Token>, usize> = HashMap::new();
        let mut effects: Vec<Vec<Token>> = Vec::new();
        // What is done before the first state is done once.
        self.kinds.push(None);
        for script in graph.scripts.iter().skip(1) {
            let acts: Vec<Token> =
                script.iter().copied().filter(|token| self.acts.contains_key(token)).collect();
            self.kinds.push((!acts.is_empty()).then(|| {
                *kinds.entry(acts.clone()).or_insert_with(|| {
                    effects.push(acts);
                    effects.len() - 1
                })
            }));
        }
        let mut start = self.start();
        self.run(&graph.scripts[0], &mut start, &mut Vec::new());
        self.number(start);
        self.moves = vec![Vec::new(); effects.len()];
        let mut next = 0;
        while next < self.values.len() {
            if self.values.len() > most {
                return Err(TooMuch::Values);
            }
            if !means.steps.take(RUN_STEPS * effects.len()) {
                return Err(TooMuch::Steps);
            }
            if self.bytes() > means.bytes {
                return Err(TooMuch::Bytes);
            }
            for (kind, acts) in effects.iter().enumerate() {
                let mut value = self.values[next].clone();
                self.run(acts, &mut value, &mut Vec::new());
                let to = self.number(value);
                self.moves[kind].push(to);
            }
            next += 1;
        }
        Ok(())
    }

    fn number(&mut self, value: Words) -> u32 {
        let values = &mut self.values;
        *self.numbers.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            values.len() as u32 - 1
        })
    }

    /// Does what was done to a value; says which facts would have left their range.
    pub fn run(&self, tokens: &[Token], value: &mut Words, left: &mut Vec<(FactId, Token)>) {
        for token in tokens {
            let Some((then, lab)) = self.acts.get(token) else { continue };
            if let (Some(lab), Some(ran)) = (lab, value.last_mut()) {
                *ran |= 1 << *lab as u8;
            }
            // The watch lets every fact stop at the end of its range, so nothing is refused.
            let _ = engine::apply(&self.story, *then, value, &mut Left { now: *token, left });
        }
    }

    /// The value before anything is done.
    pub fn start(&self) -> Words {
        let mut start = Words::from_elem(0, self.story.layout.words);
        for fact in self.story.facts.iter().filter(|fact| fact.slot.mask != 0) {
            fact.slot.set(&mut start, fact.start);
        }
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
        means: &Means,
        course: &Course,
    ) -> Option<Vec<(Node, engine::Move)>> {
        // Where each pair was found from, and by which script.
        let mut found: HashMap<Pair, Option<(Pair, u32)>> = HashMap::new();
        let mut todo = VecDeque::from([(0, 0)]);
        found.insert((0, 0), None);
        let most = means.pairs();
        let mut looked_at = 0;
        while let Some((node, value)) = todo.pop_front() {
            looked_at += 1;
            let spent = found.len() > most || !means.steps.take(RUN_STEPS);
            if spent || (looked_at % 4096 == 0 && course.is_stopped()) {
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

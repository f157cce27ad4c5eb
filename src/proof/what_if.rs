//! "What if?": the ending that another choice would have led to, for the card under an ending.
//!
//! From the end of a playthrough backwards, at each of the player's choices the other choices are
//! followed breadth first, the world answering as this seed really does, until an ending appears that
//! was not found yet. Work by hand is declined. The search looks at no more than [`MOST_STATES`] states
//! and runs no more than [`MOST_RUNS`] experiments that the playthrough does not know the answer of, so
//! it may find nothing where there is something.

use super::pack::{Control, Reduce};
use crate::engine::{self, Move, State};
use crate::journal::{self, Entry};
use crate::labs::{Inputs, Lab, Setting};
use crate::story::{ChoiceId, EndingId, SceneId, Story, Way};
use std::collections::{HashMap, HashSet, VecDeque};

/// Most states that are looked at in all.
pub const MOST_STATES: usize = 100_000;
/// Most experiments that are run; each takes at most 50 ms.
pub const MOST_RUNS: usize = 12;

/// The last move that could have been another one, the choice to take there, and the ending that is
/// not found yet it can lead to; `None` where none turns up in time, or the list cannot be played.
pub fn what_if(
    story: &Story,
    seed: u32,
    entries: &[Entry],
    found: &dyn Fn(EndingId) -> bool,
) -> Option<(usize, ChoiceId, EndingId)> {
    what_if_until(story, seed, entries, found, &|| false)
}

/// The same, given up when it is told to stop: by a clock, say, which a proof does not know.
pub fn what_if_until(
    story: &Story,
    seed: u32,
    entries: &[Entry],
    found: &dyn Fn(EndingId) -> bool,
    stop: &dyn Fn() -> bool,
) -> Option<(usize, ChoiceId, EndingId)> {
    let past = journal::states(story, seed, entries).ok()?;
    let control = Control::of(story, Reduce::default());
    let mut search = Search {
        control: &control,
        stop,
        seed,
        answers: HashMap::new(),
        seen: HashSet::new(),
        runs: 0,
        everywhere: false,
    };
    for ((state, inputs), entry) in past.iter().zip(entries) {
        if let (Way::Lab { lab, .. }, Entry::World(name, _)) = (&story.scene(state.scene(story)).way, entry)
            && let Some(outcome) = lab.signature().outcomes.iter().position(|outcome| outcome.name == name)
        {
            let key = (*lab, engine::setting(story, state, *lab), inputs.clone());
            search.answers.insert(key, outcome as u8);
        }
    }
    // What is offered everywhere was known all the time, so it is asked last.
    for everywhere in [false, true] {
        search.everywhere = everywhere;
        search.seen.clear();
        if let Some(other) = search.backwards(story, &past, entries, found) {
            return Some(other);
        }
    }
    None
}

struct Search<'c> {
    control: &'c Control,
    stop: &'c dyn Fn() -> bool,
    seed: u32,
    answers: HashMap<(Lab, Setting, Inputs), u8>,
    seen: HashSet<Vec<u64>>,
    runs: usize,
    /// Whether choices that are offered everywhere are followed too.
    everywhere: bool,
}

impl Search<'_> {
    /// From the last move backwards.
    fn backwards(
        &mut self,
        story: &Story,
        past: &[(State, Inputs)],
        entries: &[Entry],
        found: &dyn Fn(EndingId) -> bool,
    ) -> Option<(usize, ChoiceId, EndingId)> {
        let search = self;
        let mut inputs = past.last().map(|(_, inputs)| inputs)?;
        for (i, entry) in entries.iter().enumerate().rev() {
            let (state, by_then) = past.get(i)?;
            if by_then != inputs {
                // With other work by hand the experiments may answer otherwise.
                inputs = by_then;
                search.seen.clear();
            }
            let Entry::Choose(taken) = entry else { continue };
            let here = search.control.key_of(story, state);
            if let Some((choice, ending)) = search.others(story, &here, taken, inputs, found) {
                return Some((i, choice, ending));
            }
            if search.seen.len() >= MOST_STATES || (search.stop)() {
                return None;
            }
        }
        None
    }

    /// Follows the choices that were not taken.
    fn others(
        &mut self,
        story: &Story,
        here: &[u64],
        taken: &str,
        inputs: &Inputs,
        found: &dyn Fn(EndingId) -> bool,
    ) -> Option<(ChoiceId, EndingId)> {
        let control = &self.control.story;
        let mut todo = VecDeque::new();
        let mut first = Vec::new();
        engine::moves(control, here, |by| first.push(by));
        for by in first {
            if let Move::Choose(choice) = by
                && story.str(story.choice(choice).id) != taken
                && (self.everywhere || !is_everywhere(story, choice))
            {
                self.follow(here, by, choice, &mut todo);
            }
        }
        while let Some((words, choice)) = todo.pop_front() {
            if (self.stop)() {
                return None;
            }
            let way = &control.scene(SceneId(control.layout.scene.get(&words))).way;
            match way {
                Way::Ending(ending) => {
                    if !found(*ending) {
                        return Some((choice, *ending));
                    }
                }
                Way::Lab { lab, .. } => {
                    let setting = engine::setting_of(control, &words, *lab);
                    if let Some(outcome) = self.answer(*lab, setting, inputs) {
                        self.follow(&words, Move::World(outcome), choice, &mut todo);
                    }
                }
                Way::Exercise { kind, .. } => {
                    let declined = kind.outcomes().len().saturating_sub(1) as u8;
                    self.follow(&words, Move::World(declined), choice, &mut todo);
                }
                Way::Choices(_) | Way::Auto(_) => {
                    let mut moves = Vec::new();
                    engine::moves(control, &words, |by| moves.push(by));
                    for by in moves {
                        let skipped = matches!(by, Move::Choose(other) if is_everywhere(story, other));
                        if self.everywhere || !skipped {
                            self.follow(&words, by, choice, &mut todo);
                        }
                    }
                }
            }
        }
        None
    }

    fn follow(
        &mut self,
        from: &[u64],
        by: Move,
        choice: ChoiceId,
        todo: &mut VecDeque<(Vec<u64>, ChoiceId)>,
    ) {
        let mut words = from.to_vec();
        if self.seen.len() >= MOST_STATES
            || engine::make(&self.control.story, &mut words, by, &mut ()).is_err()
        {
            return;
        }
        self.control.mask(&mut words);
        if self.seen.insert(words.clone()) {
            todo.push_back((words, choice));
        }
    }

    fn answer(&mut self, lab: Lab, setting: Setting, inputs: &Inputs) -> Option<u8> {
        let key = (lab, setting, inputs.clone());
        if let Some(known) = self.answers.get(&key) {
            return Some(*known);
        }
        if self.runs >= MOST_RUNS {
            return None;
        }
        self.runs += 1;
        let outcome = lab.run(&key.1, inputs, self.seed.into()).outcome.0;
        self.answers.insert(key, outcome);
        Some(outcome)
    }
}

impl Control {
    /// A whole state as control knows it.
    pub(super) fn key_of(&self, story: &Story, state: &State) -> Vec<u64> {
        let words = state.words();
        let (from, to) = (&story.layout, &self.story.layout);
        let mut key = vec![0; self.words()];
        to.scene.set(&mut key, from.scene.get(words));
        to.level.set(&mut key, from.level.get(words));
        let pairs = from.waiting.iter().zip(&to.waiting).chain(from.marks.iter().zip(&to.marks));
        pairs.for_each(|(from, to)| to.set(&mut key, from.get(words)));
        for (fact, projected) in story.facts.iter().zip(&self.story.facts) {
            if projected.slot.mask != 0 {
                projected.slot.set(&mut key, fact.slot.get(words));
            }
        }
        self.mask(&mut key);
        key
    }
}

fn is_everywhere(story: &Story, choice: ChoiceId) -> bool {
    story.anywhere_ids().any(|other| other == choice)
}

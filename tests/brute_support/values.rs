//! What has more values than are followed: every value of the facts that decide a question, got by doing
//! everything that is done anywhere in any order.

use super::slow::{Act, Key, Side, Slow, key, start_of};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use treed::engine::{self, Refused, State, Watch};
use treed::proof::TextBudget;
use treed::story::diagnostic::Code;
use treed::story::{
    Binding, Condition, Effect, Effects, FactId, Part, Promise, Quantity, Segment, Span, Story, Text, Way,
};

/// Moves of a random walk.
const LONGEST_WALK: usize = 300;

/// What cannot be decided.
#[derive(Default)]
pub struct Undecided {
    /// Sides of parts of texts.
    pub sides: BTreeSet<Side>,
    /// Places of figures.
    figures: BTreeSet<u32>,
    /// Facts that may leave their range.
    facts: BTreeSet<String>,
    /// What is told of it.
    pub told: BTreeSet<Key>,
    /// What may or may not be told, as random walks happen to find it.
    pub by_chance: BTreeSet<Key>,
}

impl Undecided {
    /// Whether nothing is said of a fault.
    pub fn hides(&self, (code, start, fact): &Key) -> bool {
        match code {
            Code::NotMeasured => self.figures.contains(start),
            Code::OutOfRange => self.facts.contains(fact),
            _ => false,
        }
    }
}

/// The facts that decide a question, and whether it matters that the experiment has run.
type Group = (BTreeSet<FactId>, bool);

/// How many values decide each question, from the fewest on.
pub fn counts(slow: &Slow) -> Vec<usize> {
    let asked = Asked::of(slow.story);
    let groups = asked.sides.values().chain(asked.figures.values()).flatten();
    let counts: BTreeSet<usize> =
        groups.map(|(facts, ran)| count(slow, &(closed(slow.story, facts.clone()), *ran))).collect();
    counts.into_iter().collect()
}

/// Finds out what has more values than are followed.
pub fn undecided(slow: &Slow, budget: TextBudget) -> Undecided {
    let story = slow.story;
    let asked = Asked::of(story);
    let mut known: BTreeMap<Group, bool> = BTreeMap::new();
    let mut too_many = |(facts, ran): &Group| {
        let group = (closed(story, facts.clone()), *ran);
        *known.entry(group.clone()).or_insert_with(|| count(slow, &group) > budget.values)
    };
    let mut found = Undecided::default();
    let mut by_chance = BTreeSet::new();
    let text_at = |start: u32| (Code::NotDecided, start, String::new());
    for (side, groups) in &asked.sides {
        if groups.iter().any(&mut too_many) {
            found.sides.insert(*side);
            let chance = seen_by_a_walk(slow, *side);
            let never = (1.0 - chance).powf(budget.walks as f64);
            if never == 1.0 {
                found.told.insert(text_at(side.0));
            } else if never > 1e-12 {
                by_chance.insert(text_at(side.0));
            }
        }
    }
    for (start, groups) in &asked.figures {
        if groups.iter().any(&mut too_many) {
            found.figures.insert(*start);
            found.told.insert(text_at(*start));
        }
    }
    let control = control(story);
    for fact in may_leave(story).difference(&control) {
        if too_many(&(BTreeSet::from([*fact]), false)) {
            found.facts.insert(story.str(story.fact(*fact).name).to_owned());
            found.told.insert(key(Code::NotDecided, story.fact(*fact).span));
        }
    }
    found.by_chance = by_chance.difference(&found.told).cloned().collect();
    found
}

/// The questions about texts: for each place, what decides it.
struct Asked<'s> {
    story: &'s Story,
    sides: BTreeMap<Side, BTreeSet<Group>>,
    figures: BTreeMap<u32, BTreeSet<Group>>,
}

impl<'s> Asked<'s> {
    fn of(story: &'s Story) -> Asked<'s> {
        let mut asked = Asked { story, sides: BTreeMap::new(), figures: BTreeMap::new() };
        let texts = story.scenes.iter().map(|scene| scene.text);
        let of_choices = story.choices.iter().flat_map(|choice| {
            let reason = choice.locked.as_deref().map(|(_, reason)| *reason);
            [choice.label, choice.reply].into_iter().chain(reason)
        });
        let pages = story.pages.iter().flat_map(|page| [page.text, page.here]);
        let others = [story.status, story.card, story.cover, story.credits];
        for text in texts.chain(of_choices).chain(pages).chain(others) {
            asked.text(text, &mut Vec::new());
        }
        asked
    }

    fn text(&mut self, text: Text, path: &mut Vec<&'s Condition>) {
        let story = self.story;
        let mut here: Group = Default::default();
        path.iter().for_each(|condition| read_by(story, condition, &mut here));
        let figure = |asked: &mut Asked, span: &Span| {
            asked.figures.entry(span.start).or_default().insert((here.0.clone(), true));
        };
        for part in story.parts(text) {
            match part {
                Part::Paragraph { segments, span, .. } => {
                    for segment in story.segments(*segments) {
                        match segment {
                            Segment::Figure(of, _) | Segment::Plural(Quantity::Figure(of), ..)
                                if !of.early =>
                            {
                                figure(self, span);
                            }
                            Segment::Either(fact, yes, no) => {
                                let mut group = here.clone();
                                group.0.insert(*fact);
                                for (side, text) in [(true, yes), (false, no)] {
                                    if !story.str(*text).is_empty() {
                                        let side = (span.start, side, true);
                                        self.sides.entry(side).or_default().insert(group.clone());
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                Part::LabPicture { early: false, span, .. } => figure(self, span),
                Part::When { when, text, otherwise, .. } => {
                    path.push(when);
                    let mut group = here.clone();
                    read_by(story, when, &mut group);
                    for (side, text) in [(true, *text), (false, *otherwise)] {
                        if let Some(first) = story.parts(text).first() {
                            let side = (start_of(first), side, false);
                            self.sides.entry(side).or_default().insert(group.clone());
                            self.text(text, path);
                        }
                    }
                    path.pop();
                }
                Part::OneOf { variants, .. } => {
                    story.variants(*variants).iter().for_each(|text| self.text(*text, path));
                }
                _ => {}
            }
        }
    }
}

/// Adds the facts that a condition asks for, and whether it asks for a figure.
fn read_by(story: &Story, condition: &Condition, group: &mut Group) {
    match condition {
        Condition::Between(fact, ..) => {
            group.0.insert(story.base(*fact));
        }
        Condition::Not(inner) => read_by(story, inner, group),
        Condition::All(all) | Condition::Any(all) => {
            all.iter().for_each(|inner| read_by(story, inner, group))
        }
        Condition::Figure(..) | Condition::FigureIs(..) => group.1 = true,
    }
}

/// Every effect on one fact: which, what it reads, and whether it may lead it out of its range.
fn effects(story: &Story) -> Vec<(FactId, BTreeSet<FactId>, bool)> {
    fn each(
        story: &Story,
        list: Effects,
        under: &BTreeSet<FactId>,
        all: &mut Vec<(FactId, BTreeSet<FactId>, bool)>,
    ) {
        for effect in story.effects(list) {
            match effect {
                Effect::Put(fact, _) => all.push((*fact, under.clone(), false)),
                Effect::Add { fact, saturate, .. } => all.push((*fact, under.clone(), !saturate)),
                Effect::Copy { to, from, offset } => {
                    let mut read = under.clone();
                    read.insert(*from);
                    let least = *offset;
                    let most = least + i64::from(story.fact(*from).size()) - 1;
                    let leaves = least < 0 || most >= i64::from(story.fact(*to).size());
                    all.push((*to, read, leaves));
                }
                Effect::When(when, then) => {
                    let mut group = (under.clone(), false);
                    read_by(story, when, &mut group);
                    each(story, *then, &group.0, all);
                }
            }
        }
    }
    let mut all = Vec::new();
    story.lists_of_effects().for_each(|list| each(story, list, &BTreeSet::new(), &mut all));
    all
}

/// Adds what the effects on some facts read, and so on.
fn closed(story: &Story, mut facts: BTreeSet<FactId>) -> BTreeSet<FactId> {
    let effects = effects(story);
    loop {
        let read = effects.iter().filter(|(to, ..)| facts.contains(to)).flat_map(|(_, read, _)| read.clone());
        let more: BTreeSet<FactId> = facts.iter().copied().chain(read).collect();
        if more == facts {
            return facts;
        }
        facts = more;
    }
}

fn may_leave(story: &Story) -> BTreeSet<FactId> {
    effects(story).into_iter().filter(|(.., leaves)| *leaves).map(|(fact, ..)| fact).collect()
}

/// The facts that decide where the story goes, or what claims say.
fn control(story: &Story) -> BTreeSet<FactId> {
    let mut group = Group::default();
    let mut read = |condition: &Condition| read_by(story, condition, &mut group);
    for choice in &story.choices {
        choice.when.iter().for_each(&mut read);
        choice.locked.as_deref().into_iter().for_each(|(unless, _)| read(unless));
    }
    story.arm_ids().for_each(|arm| story.arm(arm).when.iter().for_each(&mut read));
    for event in &story.events {
        read(&event.when);
        event.until.iter().for_each(&mut read);
    }
    fn claimed(promise: &Promise, read: &mut dyn FnMut(&Condition)) {
        match promise {
            Promise::Fact(when) => read(when),
            Promise::And(all) | Promise::Or(all) => all.iter().for_each(|inner| claimed(inner, read)),
            Promise::Not(inner) | Promise::CanReach(inner) => claimed(inner, read),
            Promise::Within(_, inner) | Promise::Likely(inner, _) => claimed(inner, read),
            Promise::At(_) | Promise::Act(_) | Promise::Ending(_) | Promise::Offers(_) => {}
        }
    }
    story.claims.iter().for_each(|claim| claimed(&claim.promise, &mut read));
    for scene in &story.scenes {
        if let Way::Lab { lab, .. } = scene.way {
            group.0.extend(story.labs[lab as usize].iter().filter_map(|knob| match knob {
                Binding::By(fact, _) => Some(story.base(*fact)),
                _ => None,
            }));
        }
    }
    closed(story, group.0)
}

struct Lets;

impl Watch for Lets {
    fn leaves(&mut self, _: FactId) -> Result<(), Refused> {
        Ok(())
    }
}

/// How many values some facts have together.
fn count(slow: &Slow, (facts, with_ran): &Group) -> usize {
    let story = slow.story;
    let act = |(words, mut ran): (Vec<u64>, bool), acts: &[Act]| {
        let mut state = State::from_words(&words);
        for act in acts {
            let then = match act {
                Act::Choice(i) => story.choices[*i].then,
                Act::Arm(i) => {
                    ran |= *with_ran && slow.of_labs.contains(i);
                    story.arm(treed::story::ArmId(*i as u32)).then
                }
            };
            engine::apply(story, then, state.words_mut(), &mut Lets).unwrap();
        }
        let mut words = State::start(story).words().to_vec();
        for fact in facts {
            let slot = story.fact(*fact).slot;
            slot.set(&mut words, slot.get(state.words()));
        }
        (words, ran)
    };
    let steps: BTreeSet<&Vec<Act>> = slow.edges.iter().flatten().map(|edge| &edge.acts).collect();
    let first = act((State::start(story).words().to_vec(), false), &slow.begun);
    let mut values = HashSet::from([first.clone()]);
    let mut todo = vec![first];
    while let Some(value) = todo.pop() {
        for acts in &steps {
            let next = act(value.clone(), acts);
            if values.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    values.len()
}

/// The probability that one walk, which takes every move alike, is shown a side of a part of a text.
fn seen_by_a_walk(slow: &Slow, side: Side) -> f64 {
    if slow.begun_sides.contains(&side) {
        return 1.0;
    }
    let mut mass = vec![0.0; slow.states.len()];
    mass[0] = 1.0;
    let mut seen = 0.0;
    for _ in 0..LONGEST_WALK {
        let mut next = vec![0.0; mass.len()];
        for i in (0..mass.len()).filter(|i| mass[*i] > 0.0) {
            if slow.sides[i].contains(&side) {
                seen += mass[i];
                continue;
            }
            let share = mass[i] / slow.edges[i].len() as f64;
            for edge in &slow.edges[i] {
                if edge.sides.contains(&side) {
                    seen += share;
                } else {
                    next[edge.to] += share;
                }
            }
        }
        mass = next;
    }
    seen
}

//! A search over whole states: all facts kept, one step at a time; and what is wrong with a story by it.

use super::unused::unused;
use super::values::Undecided;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Mutex;
use treed::engine::{self, Move, Refused, State, Watch};
use treed::labs::{Inputs, Lab};
use treed::story::diagnostic::Code;
use treed::story::{
    ArmId, Arms, ChoiceId, Claim, Condition, EndingId, FactId, Go, PageId, Part, Promise, Quantified,
    Quantity, SceneId, Segment, Span, Story, Text, Way,
};

/// A verdict: its code, the place in the file, and the fact that it is about where a place has several.
pub type Key = (Code, u32, String);

pub fn key(code: Code, span: Span) -> Key {
    (code, span.start, String::new())
}

/// A state, whether the experiment has run, and the pages that were taught since the player's last move and
/// are not told yet: nothing is shown before an experiment has answered.
pub type Full = (State, bool, BTreeSet<usize>);

/// The title screen, told like a page that the beginning teaches.
const COVER: usize = usize::MAX;

pub struct Edge {
    pub by: Move,
    pub to: usize,
    /// What goes wrong on the way.
    pub on: BTreeSet<Key>,
    /// What is done on the way.
    pub acts: Vec<Act>,
    /// Sides of parts of texts that are shown on the way.
    pub sides: BTreeSet<Side>,
}

/// Something done that has effects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Choice(usize),
    Arm(usize),
}

pub struct Slow<'s> {
    pub story: &'s Story,
    /// Arms of experiments.
    pub of_labs: HashSet<usize>,
    /// As it was written.
    pub fields: &'s str,
    pub states: Vec<Full>,
    pub edges: Vec<Vec<Edge>>,
    /// Moves that are refused, and why.
    pub refused: Vec<Vec<(Move, BTreeSet<Key>)>>,
    pub depth: Vec<usize>,
    /// What goes wrong in each state.
    pub at: Vec<BTreeSet<Key>>,
    /// Sides of parts of texts that are shown in each state.
    pub sides: Vec<BTreeSet<Side>>,
    /// What goes wrong before the first, and what is done and shown.
    pub before: BTreeSet<Key>,
    pub begun: Vec<Act>,
    pub begun_sides: BTreeSet<Side>,
    pub met: Met,
    /// What has too many values to be followed.
    pub undecided: Undecided,
}

/// What some playthrough meets.
#[derive(Default)]
pub struct Met {
    pub scenes: HashSet<usize>,
    pub choices: HashSet<usize>,
    /// On offer, open or not.
    pub offered: HashSet<usize>,
    /// On offer and not open.
    pub locked: HashSet<usize>,
    pub arms: HashSet<usize>,
    pub events: HashSet<usize>,
    /// Sides of parts of texts: those that were shown, and those whose part was told.
    pub sides: BTreeSet<Side>,
    pub parts: BTreeSet<Side>,
}

/// A side of a part of a text: its place, which side, and whether it stands within a paragraph.
pub type Side = (u32, bool, bool);

/// Follows one step.
pub struct Follow<'f> {
    pub story: &'f Story,
    pub of_labs: &'f HashSet<usize>,
    pub met: &'f mut Met,
    pub ran: bool,
    /// Taught and not told yet.
    pub fresh: BTreeSet<usize>,
    /// Where what was done last is written.
    pub after: Option<Span>,
    pub on: BTreeSet<Key>,
    pub acts: Vec<Act>,
    pub sides: BTreeSet<Side>,
    pub parts: BTreeSet<Side>,
}

impl Follow<'_> {
    pub fn tell(&mut self, text: Text, words: &[u64]) {
        let story = self.story;
        for part in story.parts(text) {
            match part {
                Part::Paragraph { segments, span, .. } => {
                    for segment in story.segments(*segments) {
                        match segment {
                            Segment::Figure(figure, _) | Segment::Plural(Quantity::Figure(figure), ..)
                                if !figure.early && !self.ran =>
                            {
                                self.on.insert(key(Code::NotMeasured, *span));
                            }
                            Segment::Either(fact, yes, no) => {
                                let is = story.fact(*fact).slot.get(words) == 1;
                                for (side, text) in [(true, yes), (false, no)] {
                                    if !story.str(*text).is_empty() {
                                        self.side((span.start, side, true), is == side);
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                Part::LabPicture { early: false, span, .. } if !self.ran => {
                    self.on.insert(key(Code::NotMeasured, *span));
                }
                Part::When { when, text, otherwise, .. } => {
                    for (side, text) in [(true, *text), (false, *otherwise)] {
                        let shown = can_be(story, when, words, self.ran)[usize::from(side)];
                        if let Some(first) = story.parts(text).first() {
                            self.side((start_of(first), side, false), shown);
                        }
                        if shown {
                            self.tell(text, words);
                        }
                    }
                }
                Part::OneOf { variants, .. } => {
                    story.variants(*variants).iter().for_each(|text| self.tell(*text, words));
                }
                _ => {}
            }
        }
    }

    /// Tells what was taught, once something is shown.
    pub fn come_to(&mut self, words: &[u64], first: &[u64]) {
        let story = self.story;
        let scene = State::from_words(words).scene(story);
        self.fresh.extend(taught_by(story, scene));
        if let Way::Lab { .. } = story.scene(scene).way {
            return;
        }
        for page in std::mem::take(&mut self.fresh) {
            if page == COVER {
                self.tell(story.cover, words);
                continue;
            }
            self.tell(story.pages[page].here, words);
            // In general: as it is at the beginning.
            let ran = std::mem::replace(&mut self.ran, false);
            self.tell(story.pages[page].text, first);
            self.ran = ran;
        }
    }

    pub fn side(&mut self, side: Side, shown: bool) {
        self.parts.insert(side);
        if shown {
            self.sides.insert(side);
        }
    }
}

/// Whether a condition can be false, and true. A figure can be both once it was measured.
pub fn can_be(story: &Story, condition: &Condition, words: &[u64], ran: bool) -> [bool; 2] {
    let each = |all: &[Condition]| -> Vec<[bool; 2]> {
        all.iter().map(|inner| can_be(story, inner, words, ran)).collect()
    };
    match condition {
        Condition::Figure(..) | Condition::FigureIs(..) => [true, ran],
        Condition::Not(inner) => {
            let [no, yes] = can_be(story, inner, words, ran);
            [yes, no]
        }
        Condition::All(all) => {
            let all = each(all);
            [all.iter().any(|can| can[0]), all.iter().all(|can| can[1])]
        }
        Condition::Any(any) => {
            let any = each(any);
            [any.iter().all(|can| can[0]), any.iter().any(|can| can[1])]
        }
        Condition::Between(..) => {
            let is = engine::holds(story, condition, words);
            [!is, is]
        }
    }
}

pub fn start_of(part: &Part) -> u32 {
    match part {
        Part::Paragraph { span, .. }
        | Part::Picture { span, .. }
        | Part::LabPicture { span, .. }
        | Part::When { span, .. }
        | Part::OneOf { span, .. } => span.start,
    }
}

impl Watch for Follow<'_> {
    fn passes(&mut self, words: &[u64]) {
        let scene = State::from_words(words).scene(self.story);
        self.met.scenes.insert(scene.index());
        self.tell(self.story.scene(scene).text, words);
        self.fresh.extend(taught_by(self.story, scene));
    }

    fn takes(&mut self, arm: ArmId) {
        self.met.arms.insert(arm.index());
        self.acts.push(Act::Arm(arm.index()));
        self.after = Some(self.story.arm(arm).span);
        self.ran |= self.of_labs.contains(&arm.index());
    }

    fn interrupts(&mut self, event: usize) {
        self.met.events.insert(event);
    }

    fn leaves(&mut self, fact: FactId) -> Result<(), Refused> {
        let declared = self.story.fact(fact);
        let span = self.after.unwrap_or(declared.span);
        self.on.insert((Code::OutOfRange, span.start, self.story.str(declared.name).to_owned()));
        Ok(())
    }
}

/// The pages that a scene teaches.
fn taught_by(story: &Story, scene: SceneId) -> Vec<usize> {
    let scene = story.scene(scene);
    let mut pages: Vec<usize> = scene.pages.iter().map(|page| page.index()).collect();
    if let Way::Ending(ending) = scene.way {
        pages.extend(story.endings[ending.index()].pages.iter().map(|page| page.index()));
    }
    pages
}

/// The lists of arms of a scene that are not chosen among, and whether each is of an experiment.
pub fn arms_of(way: &Way) -> Vec<(Arms, bool)> {
    match way {
        Way::Auto(arms) => vec![(*arms, false)],
        Way::Lab { arms, .. } => arms.iter().flatten().map(|arms| (*arms, true)).collect(),
        Way::Exercise { arms, .. } => arms.iter().map(|arms| (*arms, false)).collect(),
        Way::Choices(_) | Way::Ending(_) => Vec::new(),
    }
}

/// `None` where there is no first state.
pub fn slow<'s>(story: &'s Story, fields: &'s str) -> Option<Slow<'s>> {
    let lists = story.scenes.iter().flat_map(|scene| arms_of(&scene.way)).filter(|(_, of_lab)| *of_lab);
    let of_labs: HashSet<usize> =
        lists.flat_map(|(arms, _)| arms.ids().map(|arm| arm.index()).collect::<Vec<_>>()).collect();
    let mut met = Met::default();
    let follow = |met: &mut Met, ran, fresh, act: &mut dyn FnMut(&mut Follow)| {
        let mut follow = Follow {
            story,
            of_labs: &of_labs,
            met: &mut *met,
            ran,
            fresh,
            after: None,
            on: BTreeSet::new(),
            acts: Vec::new(),
            sides: BTreeSet::new(),
            parts: BTreeSet::new(),
        };
        act(&mut follow);
        let Follow { ran, fresh, on, acts, sides, parts, .. } = follow;
        ((ran, fresh), on, acts, sides, parts)
    };
    let mut first = State::start(story);
    let mut begins = true;
    let title = BTreeSet::from([COVER]);
    let ((ran, fresh), before, begun, begun_sides, parts) = follow(&mut met, false, title, &mut |follow| {
        begins = engine::begin_words(story, first.words_mut(), follow).is_ok();
        follow.come_to(first.words(), first.words());
    });
    if !begins {
        return None;
    }
    met.parts.extend(parts);
    met.sides.extend(&begun_sides);
    let mut numbers = HashMap::from([((first.clone(), ran, fresh.clone()), 0)]);
    let mut slow = Slow {
        story,
        of_labs: of_labs.clone(),
        fields,
        states: vec![(first.clone(), ran, fresh)],
        edges: Vec::new(),
        refused: Vec::new(),
        depth: vec![0],
        at: Vec::new(),
        sides: Vec::new(),
        before,
        begun,
        begun_sides,
        met,
        undecided: Undecided::default(),
    };
    let mut next = 0;
    while next < slow.states.len() {
        let (state, ran, waits) = slow.states[next].clone();
        let scene = state.scene(story);
        slow.met.scenes.insert(scene.index());
        let (_, here, _, sides, parts) = follow(&mut slow.met, ran, BTreeSet::new(), &mut |follow| {
            follow.tell(story.scene(scene).text, state.words());
            if !matches!(story.scene(scene).way, Way::Lab { .. }) {
                follow.tell(story.status, state.words());
                follow.tell(story.credits, state.words());
            }
            if let Way::Ending(_) = story.scene(scene).way {
                follow.tell(story.card, state.words());
            }
            engine::offers(story, state.words(), |choice, open| {
                follow.met.offered.insert(choice.index());
                follow.tell(story.choice(choice).label, state.words());
                if !open {
                    follow.met.locked.insert(choice.index());
                    follow.tell(story.choice(choice).locked.as_ref().unwrap().1, state.words());
                }
            });
        });
        slow.met.parts.extend(parts);
        slow.met.sides.extend(&sides);
        slow.at.push(here);
        slow.sides.push(sides);
        let (mut out, mut not) = (Vec::new(), Vec::new());
        let mut moves = Vec::new();
        engine::moves(story, state.words(), |by| moves.push(by));
        for by in moves {
            let mut to = state.clone();
            let mut why = None;
            let waits = waits.clone();
            let ((ran, fresh), on, acts, sides, parts) = follow(&mut slow.met, ran, waits, &mut |follow| {
                if let Move::Choose(id) = by {
                    let choice = story.choice(id);
                    follow.met.choices.insert(id.index());
                    follow.acts.push(Act::Choice(id.index()));
                    follow.after = Some(choice.span);
                    let mut after = state.clone();
                    engine::apply(story, choice.then, after.words_mut(), follow).unwrap();
                    follow.tell(choice.reply, after.words());
                }
                why = engine::advance(story, to.words_mut(), by, follow).err();
                if why.is_none() {
                    follow.come_to(to.words(), first.words());
                }
            });
            if let Some(why) = why {
                // Nobody gets to read what was passed.
                let (code, scene) = match why {
                    Refused::Loop(scene) => (Code::AutomaticLoop, scene),
                    Refused::NothingWaits(scene) => (Code::NothingWaits, scene),
                    _ => panic!("{why}"),
                };
                not.push((by, BTreeSet::from([key(code, story.scene(scene).span)])));
                continue;
            }
            slow.met.parts.extend(parts);
            slow.met.sides.extend(&sides);
            let count = slow.states.len();
            let number = *numbers.entry((to.clone(), ran, fresh.clone())).or_insert(count);
            if number == count {
                slow.states.push((to, ran, fresh));
                slow.depth.push(slow.depth[next] + 1);
            }
            out.push(Edge { by, to: number, on, acts, sides });
        }
        slow.edges.push(out);
        slow.refused.push(not);
        next += 1;
    }
    Some(slow)
}

impl Slow<'_> {
    pub fn way(&self, i: usize) -> &Way {
        &self.story.scene(self.states[i].0.scene(self.story)).way
    }

    pub fn ending(&self, i: usize) -> Option<usize> {
        match self.way(i) {
            Way::Ending(ending) => Some(ending.index()),
            _ => None,
        }
    }

    pub fn chooses(&self, i: usize) -> bool {
        matches!(self.way(i), Way::Choices(_))
    }

    pub fn each(&self, holds: impl Fn(usize) -> bool) -> Vec<bool> {
        (0..self.states.len()).map(holds).collect()
    }

    /// Whether an ending can be reached from a state.
    pub fn can_end(&self, i: usize) -> bool {
        self.closed(self.each(|i| self.ending(i).is_some()), |_| true)[i]
    }

    /// The least fixed point of a set and all states with a move into it that counts.
    pub fn closed(&self, mut set: Vec<bool>, counts: impl Fn(usize) -> bool) -> Vec<bool> {
        loop {
            let before = set.clone();
            for i in (0..set.len()).rev().filter(|i| counts(*i)) {
                set[i] |= self.edges[i].iter().any(|edge| set[edge.to]);
            }
            if set == before {
                return set;
            }
        }
    }

    /// The states in which a promise holds.
    pub fn set(&self, promise: &Promise) -> Vec<bool> {
        let scene = |i: usize| self.states[i].0.scene(self.story);
        match promise {
            Promise::And(all) => {
                let sets: Vec<_> = all.iter().map(|inner| self.set(inner)).collect();
                self.each(|i| sets.iter().all(|set| set[i]))
            }
            Promise::Or(all) => {
                let sets: Vec<_> = all.iter().map(|inner| self.set(inner)).collect();
                self.each(|i| sets.iter().any(|set| set[i]))
            }
            Promise::Not(inner) => {
                let set = self.set(inner);
                self.each(|i| !set[i])
            }
            Promise::At(at) => self.each(|i| scene(i) == *at),
            Promise::Act(act) => self.each(|i| self.story.scene(scene(i)).act == Some(*act)),
            Promise::Ending(of) => {
                self.each(|i| self.ending(i).is_some_and(|e| of.contains(&EndingId(e as u32))))
            }
            Promise::Offers(of) => self.each(|i| {
                self.edges[i].iter().any(|edge| matches!(edge.by, Move::Choose(id) if of.contains(&id)))
            }),
            Promise::Fact(when) => self.each(|i| engine::holds(self.story, when, self.states[i].0.words())),
            Promise::CanReach(inner) => self.closed(self.set(inner), |_| true),
            Promise::Within(most, inner) => {
                // What the world and hands do is free; then one choice at a time.
                let free = |set| self.closed(set, |i| !self.chooses(i));
                let mut set = free(self.set(inner));
                for _ in 0..*most {
                    let by_choice = |i: usize| self.chooses(i) && self.edges[i].iter().any(|e| set[e.to]);
                    set = free(self.each(|i| set[i] || by_choice(i)));
                }
                set
            }
            Promise::Likely(inner, p) => self.likely(&self.set(inner)).iter().map(|best| best >= p).collect(),
        }
    }

    /// The best player's probability of reaching some states: all values at once, round by round.
    pub fn likely(&self, there: &[bool]) -> Vec<f64> {
        let mut best: Vec<f64> = there.iter().map(|there| if *there { 1.0 } else { 0.0 }).collect();
        loop {
            let next: Vec<f64> = (0..best.len())
                .map(|i| {
                    let values = self.edges[i].iter().map(|edge| best[edge.to]);
                    match self.way(i) {
                        _ if there[i] => 1.0,
                        Way::Lab { .. } => values.sum::<f64>() / self.edges[i].len() as f64,
                        _ => values.fold(0.0, f64::max),
                    }
                })
                .collect();
            let grown = next.iter().zip(&best).map(|(a, b)| a - b).fold(0.0, f64::max);
            best = next;
            if grown < 1e-14 {
                return best;
            }
        }
    }

    /// The first states in which the player chooses, with the moves that the world makes before.
    pub fn starts(&self) -> BTreeMap<usize, usize> {
        let mut found = BTreeMap::new();
        let mut level = BTreeSet::from([0]);
        let mut seen = level.clone();
        for depth in 0.. {
            if level.is_empty() {
                break;
            }
            found.extend(level.iter().filter(|i| self.chooses(**i)).map(|i| (*i, depth)));
            let on = level.iter().filter(|i| !self.chooses(**i)).flat_map(|i| &self.edges[*i]);
            level = on.map(|edge| edge.to).filter(|to| !seen.contains(to)).collect();
            seen.extend(&level);
        }
        found
    }

    /// States in which a claim fails, with the number of moves to each.
    pub fn failing(&self, claim: &Claim) -> BTreeMap<usize, usize> {
        let holds = self.set(&claim.promise);
        let all = (0..self.states.len()).filter(|i| self.chooses(*i)).map(|i| (i, self.depth[i]));
        match claim.of {
            Quantified::AtStart => self.starts().into_iter().filter(|(i, _)| !holds[*i]).collect(),
            Quantified::Always => all.filter(|(i, _)| !holds[*i]).collect(),
            Quantified::Never => all.filter(|(i, _)| holds[*i]).collect(),
        }
    }

    /// For each ending the fewest moves to it, and with which of some seeds, where the experiments answer as they
    /// really do; work by hand may end in each of its ways.
    pub fn really(&self, seeds: u32) -> Vec<Option<(usize, u32)>> {
        let mut found = vec![None; self.story.endings.len()];
        for seed in 0..seeds {
            let mut level = BTreeSet::from([0]);
            let mut seen = level.clone();
            for length in 0.. {
                if level.is_empty() {
                    break;
                }
                for ending in level.iter().filter_map(|i| self.ending(*i)) {
                    let least = found[ending].get_or_insert((length, seed));
                    *least = (*least).min((length, seed));
                }
                let next: BTreeSet<usize> = level
                    .iter()
                    .flat_map(|i| {
                        let answer = match self.way(*i) {
                            Way::Lab { lab, .. } => Some(self.answer(*lab, *i, seed)),
                            _ => None,
                        };
                        let comes = move |by: Move| answer.is_none_or(|answer| by == Move::World(answer));
                        self.edges[*i].iter().filter(move |edge| comes(edge.by)).map(|edge| edge.to)
                    })
                    .collect();
                level = next.difference(&seen).copied().collect();
                seen.extend(&level);
            }
        }
        found
    }

    /// What an experiment really answers in a state; each is run once in a test.
    fn answer(&self, lab: Lab, i: usize, seed: u32) -> u8 {
        type Known = Mutex<BTreeMap<(u32, Vec<u8>), u8>>;
        static KNOWN: Known = Mutex::new(BTreeMap::new());
        let setting = engine::setting(self.story, &self.states[i].0, lab);
        let mut known = KNOWN.lock().unwrap();
        *known
            .entry((seed, setting.0.to_vec()))
            .or_insert_with(|| lab.outcome(&setting, &Inputs::default(), seed.into()).0)
    }

    /// The odds and the expected moves, by moving all mass one step at a time.
    pub fn odds(&self) -> (Vec<f64>, f64) {
        let ends = self.closed(self.each(|i| self.ending(i).is_some()), |_| true);
        let mut odds = vec![0.0; self.story.endings.len()];
        let mut moves = 0.0;
        let mut now = vec![0.0; self.states.len()];
        now[0] = 1.0;
        for _ in 0..100_000 {
            let mut next = vec![0.0; self.states.len()];
            for i in 0..now.len() {
                if now[i] == 0.0 || !ends[i] {
                    continue;
                }
                if let Some(ending) = self.ending(i) {
                    odds[ending] += now[i];
                    continue;
                }
                moves += now[i];
                let weight = |edge: &Edge| match edge.by {
                    Move::Choose(choice) => self.story.choice(choice).weight,
                    _ => 1.0,
                };
                let all: f64 = self.edges[i].iter().map(weight).sum();
                for edge in &self.edges[i] {
                    next[edge.to] += now[i] * weight(edge) / all;
                }
            }
            now = next;
            if now.iter().sum::<f64>() < 1e-14 {
                break;
            }
        }
        (odds, moves)
    }

    /// Adds what needs the whole graph: where it is stuck, trapped, and where claims fail.
    pub fn judge(&mut self) {
        let story = self.story;
        let name = |slow: &Slow, i: usize, code| key(code, story.scene(slow.states[i].0.scene(story)).span);
        let ends = self.closed(self.each(|i| self.ending(i).is_some()), |_| true);
        let refuses = self.each(|i| !self.refused[i].is_empty());
        let stuck = self.each(|i| self.edges[i].is_empty() && !refuses[i] && self.ending(i).is_none());
        // What leads to a fault is told of there.
        let to_stuck = self.closed(self.each(|i| stuck[i] || refuses[i] && !ends[i]), |_| true);
        let trapped = self.each(|i| !ends[i] && !to_stuck[i]);
        for i in 0..self.states.len() {
            if stuck[i] {
                let key = name(self, i, Code::Stuck);
                self.at[i].insert(key);
            }
            for e in 0..self.edges[i].len() {
                let to = self.edges[i][e].to;
                if trapped[to] && !trapped[i] {
                    let key = name(self, to, Code::Trap);
                    self.edges[i][e].on.insert(key);
                }
            }
        }
        if trapped[0] {
            let key = name(self, 0, Code::Trap);
            self.at[0].insert(key);
        }
        for claim in &story.claims {
            for i in self.failing(claim).into_keys() {
                self.at[i].insert(key(Code::ClaimFails, claim.span));
            }
        }
    }

    /// Every verdict, with the length of its shortest witness.
    pub fn verdicts(&self) -> BTreeMap<Key, Option<usize>> {
        let mut all: BTreeMap<Key, Option<usize>> = BTreeMap::new();
        let mut add = |key: &Key, length: usize| {
            let shortest = all.entry(key.clone()).or_insert(Some(length));
            *shortest = (*shortest).min(Some(length));
        };
        self.before.iter().for_each(|key| add(key, 0));
        for i in 0..self.states.len() {
            self.at[i].iter().for_each(|key| add(key, self.depth[i]));
            self.edges[i].iter().flat_map(|edge| &edge.on).for_each(|key| add(key, self.depth[i] + 1));
            self.refused[i].iter().flat_map(|(_, on)| on).for_each(|key| add(key, self.depth[i] + 1));
        }
        // A start is reached by the world alone.
        for claim in self.story.claims.iter().filter(|claim| claim.of == Quantified::AtStart) {
            if let Some(least) = self.failing(claim).into_values().min() {
                all.insert(key(Code::ClaimFails, claim.span), Some(least));
            }
        }
        all.retain(|key, _| !self.undecided.hides(key));
        all.extend(self.never_met().into_iter().map(|key| (key, None)));
        for (code, name) in unused(self.fields) {
            let fact = self.story.facts.iter().find(|fact| self.story.str(fact.name) == name).unwrap();
            all.insert(key(code, fact.span), None);
        }
        all.extend(self.undecided.told.iter().map(|key| (key.clone(), None)));
        all
    }

    /// The scenes that some chain of arrows leads to, whatever the facts.
    fn with_arrows(&self) -> BTreeSet<SceneId> {
        let mut led_to = BTreeSet::from([self.story.start]);
        led_to.extend(self.story.events.iter().map(|event| event.visit));
        loop {
            let mut more = led_to.clone();
            for scene in &led_to {
                let scene = self.story.scene(*scene);
                let mut goes: Vec<Go> = Vec::new();
                for (arms, _) in arms_of(&scene.way) {
                    goes.extend(arms.ids().map(|arm| self.story.arm(arm).go));
                }
                if let Way::Choices(own) = &scene.way {
                    goes.extend(self.story.choices[own.range()].iter().map(|choice| choice.go));
                    let anywhere = self.story.anywhere_ids().filter(|_| !scene.alone);
                    goes.extend(anywhere.map(|choice| self.story.choice(choice).go));
                }
                more.extend(goes.iter().filter_map(|go| match go {
                    Go::To(to) | Go::Visit(to) => Some(*to),
                    Go::Back | Go::Stay => None,
                }));
            }
            if more == led_to {
                return led_to;
            }
            led_to = more;
        }
    }

    /// What no playthrough meets, and choices that are always the only one.
    pub fn never_met(&self) -> BTreeSet<Key> {
        let (story, met) = (self.story, &self.met);
        let mut found = BTreeSet::new();
        let with_arrows = self.with_arrows();
        for (i, scene) in story.scenes.iter().enumerate() {
            if !met.scenes.contains(&i) {
                if !with_arrows.contains(&SceneId(i as u32)) {
                    found.insert(key(Code::UnreachableScene, scene.span));
                } else if !matches!(scene.way, Way::Ending(_)) {
                    found.insert(key(Code::SceneNeverReached, scene.span));
                }
                continue;
            }
            for (arms, of_lab) in arms_of(&scene.way) {
                let missed: Vec<ArmId> = arms.ids().filter(|arm| !met.arms.contains(&arm.index())).collect();
                // An experiment's outcome that never comes must have arms all the same.
                if !(of_lab && missed.len() == arms.ids().count()) {
                    found.extend(missed.iter().map(|arm| key(Code::ArmNeverTaken, story.arm(*arm).span)));
                }
            }
        }
        for (i, ending) in story.endings.iter().enumerate() {
            let ends_so =
                |scene: &SceneId| matches!(story.scene(*scene).way, Way::Ending(end) if end.index() == i);
            if !with_arrows.iter().any(ends_so) {
                found.insert(key(Code::UnreachableEnding, ending.span));
            } else if !(0..self.states.len()).any(|state| self.ending(state) == Some(i)) {
                found.insert(key(Code::EndingNeverReached, ending.span));
            }
        }
        let of_met_scenes = (0..story.scenes.len()).filter(|i| met.scenes.contains(i));
        let own = of_met_scenes.filter_map(|i| match &story.scenes[i].way {
            Way::Choices(own) => Some(own.range()),
            _ => None,
        });
        for i in own.flatten().chain(story.anywhere_ids().map(ChoiceId::index)) {
            let choice = &story.choices[i];
            if !met.choices.contains(&i) {
                let code =
                    if met.offered.contains(&i) { Code::NeverUnlocked } else { Code::ChoiceNeverOffered };
                found.insert(key(code, choice.span));
            } else {
                let by = Move::Choose(ChoiceId(i as u32));
                let only = |(edges, refused): (&Vec<Edge>, &Vec<_>)| {
                    edges.len() + refused.len() < 2 || edges.iter().all(|edge| edge.by != by)
                };
                let is_refused = self.refused.iter().flatten().any(|(refused, _)| *refused == by);
                if !is_refused && self.edges.iter().zip(&self.refused).all(only) {
                    found.insert(key(Code::OnlyChoice, choice.span));
                }
            }
        }
        for (i, event) in story.events.iter().enumerate() {
            if !met.events.contains(&i) {
                found.insert(key(Code::EventNeverHappens, event.span));
            }
        }
        for (i, choice) in story.choices.iter().enumerate() {
            if let Some((_, reason)) = choice.locked.as_deref()
                && met.choices.contains(&i)
                && !met.locked.contains(&i)
            {
                found.insert((Code::TextNeverShown, start_of(&story.parts(*reason)[0]), String::new()));
            }
        }
        for (i, page) in story.pages.iter().enumerate() {
            let mut scenes = story.scenes.iter().map(|scene| &scene.pages);
            let mut endings = story.endings.iter().map(|ending| &ending.pages);
            let unlocks = |pages: &[PageId]| pages.iter().any(|page| page.index() == i);
            if !scenes.any(|pages| unlocks(pages)) && !endings.any(|pages| unlocks(pages)) {
                found.insert(key(Code::TextNeverShown, page.span));
            }
            // Words alone are kept.
            let mut texts = vec![page.here];
            while let Some(text) = texts.pop() {
                for part in story.parts(text) {
                    match part {
                        Part::Picture { span, .. } | Part::LabPicture { span, .. } => {
                            found.insert(key(Code::TextNeverShown, *span));
                        }
                        Part::When { text, otherwise, .. } => texts.extend([*text, *otherwise]),
                        Part::OneOf { variants, .. } => texts.extend(story.variants(*variants)),
                        Part::Paragraph { .. } => {}
                    }
                }
            }
        }
        let missed = met.parts.difference(&met.sides).filter(|side| !self.undecided.sides.contains(side));
        found.extend(missed.map(|(start, ..)| (Code::TextNeverShown, *start, String::new())));
        found
    }

    /// Plays a list of moves by their shown names: the state that it leads to, and what goes wrong there or
    /// in the last move.
    pub fn replay(&self, moves: &[String]) -> (usize, BTreeSet<&Key>) {
        let (mut at, mut last) = (0, &self.before);
        for (i, name) in moves.iter().enumerate() {
            let is = |by: Move| match (by, self.way(at)) {
                (Move::Choose(choice), _) => self.story.str(self.story.choice(choice).id) == name,
                (Move::World(outcome), Way::Lab { lab, .. }) => {
                    *name == format!("drones: {}", lab.signature().outcomes[usize::from(outcome)].name)
                }
                (Move::World(outcome), Way::Exercise { kind, .. }) => {
                    *name == format!("{}: {}", kind.name(), kind.outcomes()[usize::from(outcome)])
                }
                _ => false,
            };
            if let Some((_, on)) = self.refused[at].iter().find(|(by, _)| is(*by)) {
                assert_eq!(i + 1, moves.len(), "{name} is refused");
                return (at, on.iter().collect());
            }
            let edge = self.edges[at].iter().find(|edge| is(edge.by));
            let edge = edge.unwrap_or_else(|| panic!("{name} is not on offer"));
            (at, last) = (edge.to, &edge.on);
        }
        (at, last.iter().chain(&self.at[at]).collect())
    }
}

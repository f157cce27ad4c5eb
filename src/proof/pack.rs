//! States as machine words: which facts decide control, which of them can still matter where.
//!
//! Control facts are those that choices, arms, events and knobs read, closed over what the effects on
//! them read. The story projected onto them ([`Story::project`]) makes the same moves, since nothing
//! else is ever asked. At each scene those that are dead there, not read ahead before they are set
//! again, are dropped from the key, as Spin does (Holzmann 1997, "The model checker SPIN"; liveness by
//! backward data flow, Kildall 1973). What is dropped reads as 0 from then on, so states that differ
//! in nothing that can matter are one.
//!
//! Tunnels: a scene that waits keeps alive what it reads when it is entered again, and what can flow
//! into that by copies and conditions on the way. This does not look at what the tunnel overwrites, so
//! it may keep more than it must, and never less.

use crate::story::{ChoiceId, Condition, Effect, Effects, Event, FactId, Go, MarkId, SceneId, Story, Way};
use smallvec::SmallVec;

/// Above this many bits, dead facts are kept: finding them would cost more than they do.
const MOST_LIVENESS_BITS: usize = 1 << 31;

/// How states are made small; both are on but in tests that show that nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduce {
    /// Leave out facts that decide nothing.
    pub control_only: bool,
    /// Drop facts where they are dead.
    pub dead: bool,
}

impl Default for Reduce {
    fn default() -> Reduce {
        Reduce { control_only: true, dead: true }
    }
}

/// A story's control: a program over fewer facts, and what of a state is its key.
#[derive(Debug)]
pub struct Control {
    /// The story over control facts alone.
    pub story: Story,
    /// Whether each fact is one.
    pub is_control: Vec<bool>,
    words: usize,
    /// For each scene, the bits that matter while it is at hand.
    here: Vec<u64>,
    /// For each scene, the bits that matter while it waits.
    waiting: Vec<u64>,
    /// For each scene, whether a tunnel that has come to it can still go back.
    returns: Vec<bool>,
}

impl Control {
    /// Finds out what decides.
    pub fn of(story: &Story, reduce: Reduce) -> Control {
        let is_control =
            if reduce.control_only { control_facts(story) } else { vec![true; story.facts.len()] };
        let projected = story.project(|fact| is_control[fact.index()]);
        let words = projected.layout.words;
        let scenes = projected.scenes.len();
        let vars = projected.facts.len() + projected.layout.marks.len();
        let all = vec![u64::MAX; words];
        let mut control = Control {
            story: projected,
            is_control,
            words,
            here: Vec::new(),
            waiting: Vec::new(),
            returns: vec![true; scenes],
        };
        if reduce.dead && vars.saturating_mul(scenes) < MOST_LIVENESS_BITS {
            let live = Liveness::of(&control.story, &claimed_facts(story));
            control.here = (0..scenes).flat_map(|i| control.bits(&live.stored[i])).collect();
            control.waiting = (0..scenes).flat_map(|i| control.bits(&live.flows(&live.arrive[i]))).collect();
            control.returns = returns(&control.story);
        } else {
            control.here = (0..scenes).flat_map(|_| all.clone()).collect();
            control.waiting = control.here.clone();
        }
        control
    }

    /// Words of a key.
    pub fn words(&self) -> usize {
        self.words
    }

    /// Makes a state its key: what is dead reads as 0.
    #[inline]
    pub fn mask(&self, words: &mut [u64]) {
        let layout = &self.story.layout;
        let here = &self.here[layout.scene.get(words) as usize * self.words..][..self.words];
        if layout.level.get(words) == 0 {
            words.iter_mut().zip(here).for_each(|(word, bits)| *word &= bits);
        } else {
            self.mask_in_tunnel(words, here);
        }
    }

    /// The bits that matter in a scene outside of tunnels.
    pub(super) fn here(&self, scene: SceneId) -> &[u64] {
        &self.here[scene.index() * self.words..][..self.words]
    }

    fn mask_in_tunnel(&self, words: &mut [u64], here: &[u64]) {
        let layout = &self.story.layout;
        let level = layout.level.get(words) as usize;
        let slots = &layout.waiting[..level.min(layout.waiting.len())];
        let mut waiting: SmallVec<[u32; 4]> = SmallVec::new();
        // From the innermost out; what waits for a tunnel that never goes back waits in vain.
        let mut is_awaited = self.returns[layout.scene.get(words) as usize];
        for slot in slots.iter().rev() {
            let scene = slot.get(words);
            if is_awaited {
                waiting.push(scene);
            } else {
                words[usize::from(slot.word)] &= !(u64::from(slot.mask) << slot.shift);
            }
            is_awaited &= self.returns[scene as usize];
        }
        for (i, word) in words.iter_mut().enumerate() {
            let kept = waiting.iter().map(|scene| self.waiting[*scene as usize * self.words + i]);
            *word &= kept.fold(here[i], |bits, more| bits | more);
        }
    }

    /// The bits of some variables, and of where we are.
    fn bits(&self, vars: &Set) -> Vec<u64> {
        let layout = &self.story.layout;
        let mut bits = vec![0; self.words];
        let mut add = |slot: crate::story::Slot| {
            bits[usize::from(slot.word)] |= u64::from(slot.mask) << slot.shift;
        };
        add(layout.scene);
        add(layout.level);
        layout.waiting.iter().copied().for_each(&mut add);
        for (i, fact) in self.story.facts.iter().enumerate() {
            if vars.has(i) {
                add(fact.slot);
            }
        }
        for (i, mark) in layout.marks.iter().enumerate() {
            if vars.has(self.story.facts.len() + i) {
                add(*mark);
            }
        }
        bits
    }
}

/// For each scene, whether some way on from it, tunnels that come back to it aside, leads out of the tunnel it is in.
fn returns(story: &Story) -> Vec<bool> {
    let count = story.scenes.len();
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut returns = vec![false; count];
    let mut todo = Vec::new();
    for i in 0..count as u32 {
        crate::story::ways(story, SceneId(i), |go| match go {
            Go::To(next) => before[next.index()].push(i),
            Go::Back => todo.push(i),
            Go::Stay | Go::Visit(_) => {}
        });
    }
    while let Some(i) = todo.pop() {
        if !std::mem::replace(&mut returns[i as usize], true) {
            todo.extend_from_slice(&before[i as usize]);
        }
    }
    returns
}

/// The facts that decide where a story goes, and all that these are computed from.
pub fn control_facts(story: &Story) -> Vec<bool> {
    let mut control = vec![false; story.facts.len()];
    let mut read = |condition: &Condition| reads(story, condition, &mut |fact| control[fact.index()] = true);
    for choice in &story.choices {
        choice.when.iter().for_each(&mut read);
        choice.locked.as_deref().into_iter().for_each(|(unless, _)| read(unless));
    }
    story.arm_ids().for_each(|arm| story.arm(arm).when.iter().for_each(&mut read));
    for event in &story.events {
        read(&event.when);
        event.until.iter().for_each(&mut read);
    }
    for scene in &story.scenes {
        if let Way::Lab { lab, .. } = scene.way {
            for binding in &story.labs[lab as usize] {
                if let crate::story::Binding::By(fact, _) = binding {
                    control[story.base(*fact).index()] = true;
                }
            }
        }
    }
    for fact in claimed_facts(story) {
        control[fact.index()] = true;
    }
    Needs::of(story).close(&mut control);
    control
}

/// Facts that claims ask for.
fn claimed_facts(story: &Story) -> Vec<FactId> {
    let mut facts = Vec::new();
    for claim in &story.claims {
        claim.promise.conditions(&mut |condition| reads(story, condition, &mut |fact| facts.push(fact)));
    }
    facts
}

/// For each fact, the facts that are read when it is changed.
#[derive(Debug)]
pub struct Needs(Vec<Vec<FactId>>);

impl Needs {
    /// One look at all that is done.
    pub fn of(story: &Story) -> Needs {
        let mut needs = vec![Vec::new(); story.facts.len()];
        for list in story.lists_of_effects() {
            need(story, list, &mut Vec::new(), &mut needs);
        }
        for facts in &mut needs {
            facts.sort_unstable();
            facts.dedup();
        }
        Needs(needs)
    }

    /// Adds all facts that what is done to these reads, and what is done to those, and so on.
    pub fn close(&self, facts: &mut [bool]) {
        let mut todo: Vec<usize> = (0..facts.len()).filter(|i| facts[*i]).collect();
        while let Some(fact) = todo.pop() {
            for needed in &self.0[fact] {
                if !std::mem::replace(&mut facts[needed.index()], true) {
                    todo.push(needed.index());
                }
            }
        }
    }
}

/// Notes what is read for each fact that a list changes, under some conditions.
fn need(story: &Story, effects: Effects, under: &mut Vec<FactId>, needs: &mut [Vec<FactId>]) {
    for effect in story.effects(effects) {
        let (to, from) = match effect {
            Effect::Put(fact, _) | Effect::Add { fact, .. } => (fact, None),
            Effect::Copy { to, from, .. } => (to, Some(story.base(*from))),
            Effect::When(when, then) => {
                let before = under.len();
                reads(story, when, &mut |fact| under.push(fact));
                need(story, *then, under, needs);
                under.truncate(before);
                continue;
            }
        };
        needs[to.index()].extend(under.iter().copied().chain(from));
    }
}

/// Every fact that a condition reads; computed ones by what they are computed from.
pub fn reads(story: &Story, condition: &Condition, each: &mut impl FnMut(FactId)) {
    match condition {
        Condition::Between(fact, ..) => each(story.base(*fact)),
        Condition::Not(inner) => reads(story, inner, each),
        Condition::All(all) | Condition::Any(all) => {
            for inner in all.iter() {
                reads(story, inner, each);
            }
        }
        Condition::Figure(..) | Condition::FigureIs(..) => {}
    }
}

/// A set of variables: facts first, then marks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn has(&self, i: usize) -> bool {
        self.0.get(i / 64).is_some_and(|word| word >> (i % 64) & 1 == 1)
    }

    fn add(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }

    fn remove(&mut self, i: usize) {
        self.0[i / 64] &= !(1 << (i % 64));
    }

    fn join(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
}

struct Liveness<'s> {
    story: &'s Story,
    /// What matters in a scene at hand.
    stored: Vec<Set>,
    /// What matters when it is entered: events are asked then.
    arrive: Vec<Set>,
    /// What can flow into each variable.
    into: Vec<Vec<usize>>,
    empty: Set,
    /// Always live.
    always: Set,
}

impl<'s> Liveness<'s> {
    fn of(story: &'s Story, claimed: &[FactId]) -> Liveness<'s> {
        let vars = story.facts.len() + story.layout.marks.len();
        let empty = Set(vec![0; vars.div_ceil(64).max(1)]);
        let mut always = empty.clone();
        claimed.iter().for_each(|fact| always.add(fact.index()));
        let mut live = Liveness {
            story,
            stored: vec![always.clone(); story.scenes.len()],
            arrive: vec![always.clone(); story.scenes.len()],
            into: flows_into(story),
            empty,
            always,
        };
        live.solve();
        live
    }

    /// Backward data flow to the least fixed point.
    fn solve(&mut self) {
        let count = self.story.scenes.len();
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); count];
        for i in 0..count as u32 {
            let mut leads = |scene: SceneId| before[scene.index()].push(i);
            crate::story::ways(self.story, SceneId(i), |go| {
                if let Go::To(next) | Go::Visit(next) = go {
                    leads(next);
                }
            });
            if self.is_interrupted(SceneId(i)) {
                self.story.events.iter().for_each(|event| leads(event.visit));
            }
        }
        before.iter_mut().for_each(|list| list.dedup());
        let mut waits = vec![true; count];
        let mut todo: Vec<u32> = (0..count as u32).collect();
        while let Some(i) = todo.pop() {
            waits[i as usize] = false;
            let scene = SceneId(i);
            let stored = self.stored_at(scene);
            let arrive = self.arrive_at(scene, &stored);
            let changed = arrive != self.arrive[i as usize];
            self.stored[i as usize] = stored;
            if changed {
                self.arrive[i as usize] = arrive;
                for before in before[i as usize].iter().chain(&[i]) {
                    if !std::mem::replace(&mut waits[*before as usize], true) {
                        todo.push(*before);
                    }
                }
            }
        }
    }

    fn is_interrupted(&self, scene: SceneId) -> bool {
        let scene = self.story.scene(scene);
        !scene.quiet && matches!(scene.way, Way::Choices(_)) && !self.story.events.is_empty()
    }

    fn stored_at(&self, id: SceneId) -> Set {
        let scene = self.story.scene(id);
        let mut live = self.always.clone();
        match &scene.way {
            Way::Choices(own) => {
                let anywhere = self.story.anywhere.range().filter(|_| !scene.alone);
                for i in own.range().chain(anywhere) {
                    let choice = self.story.choice(ChoiceId(i as u32));
                    let mut on = self.before(choice.then, self.after(choice.go, id));
                    choice.when.iter().for_each(|when| self.read(when, &mut on));
                    choice.locked.as_deref().into_iter().for_each(|(unless, _)| self.read(unless, &mut on));
                    if let Some(mark) = choice.once {
                        on.add(self.mark(mark));
                    }
                    live.join(&on);
                }
            }
            Way::Auto(arms) => self.arms(*arms, id, &mut live),
            Way::Lab { lab, arms } => {
                for binding in &self.story.labs[*lab as usize] {
                    if let crate::story::Binding::By(fact, _) = binding {
                        live.add(self.story.base(*fact).index());
                    }
                }
                arms.iter().flatten().for_each(|arms| self.arms(*arms, id, &mut live));
            }
            Way::Exercise { arms, .. } => arms.iter().for_each(|arms| self.arms(*arms, id, &mut live)),
            Way::Ending(_) => {}
        }
        live
    }

    fn arms(&self, arms: crate::story::Arms, here: SceneId, live: &mut Set) {
        for arm in self.story.arms(arms) {
            let mut on = self.before(arm.then, self.after(arm.go, here));
            arm.when.iter().for_each(|when| self.read(when, &mut on));
            live.join(&on);
        }
    }

    fn arrive_at(&self, id: SceneId, stored: &Set) -> Set {
        let mut live = stored.clone();
        if self.is_interrupted(id) {
            for event in &self.story.events {
                self.event(event, &mut live);
            }
            let back = self.flows(&self.arrive[id.index()]);
            live.join(&back);
        }
        // An event that is over is marked on arrival.
        for event in &self.story.events {
            if let (Some(mark), Some(until)) = (event.once, &event.until)
                && live.has(self.mark(mark))
            {
                self.read(until, &mut live);
            }
        }
        live
    }

    fn event(&self, event: &Event, live: &mut Set) {
        let mut on = self.arrive[event.visit.index()].clone();
        self.read(&event.when, &mut on);
        event.until.iter().for_each(|until| self.read(until, &mut on));
        if let Some(mark) = event.once {
            on.add(self.mark(mark));
        }
        live.join(&on);
    }

    /// What matters once a way is gone. For a way back nothing does here: what the scene that waits
    /// reads is kept by its waiting.
    fn after(&self, go: Go, here: SceneId) -> Set {
        match go {
            Go::To(scene) => self.arrive[scene.index()].clone(),
            Go::Stay => self.arrive[here.index()].clone(),
            Go::Visit(scene) => {
                let mut live = self.flows(&self.arrive[here.index()]);
                live.join(&self.arrive[scene.index()]);
                live
            }
            Go::Back => self.empty.clone(),
        }
    }

    /// What matters before some effects.
    fn before(&self, effects: Effects, after: Set) -> Set {
        let mut live = after;
        for effect in self.story.effects(effects).iter().rev() {
            match effect {
                Effect::Put(fact, _) => live.remove(fact.index()),
                // Leaving the range is a fault, so what is copied or added up is read.
                Effect::Copy { to, from, .. } => {
                    live.remove(to.index());
                    live.add(self.story.base(*from).index());
                }
                Effect::Add { fact, saturate, .. } => {
                    if !saturate {
                        live.add(fact.index());
                    }
                }
                Effect::When(when, then) => {
                    let inner = self.before(*then, live.clone());
                    live.join(&inner);
                    self.read(when, &mut live);
                }
            }
        }
        live
    }

    fn read(&self, condition: &Condition, live: &mut Set) {
        reads(self.story, condition, &mut |fact| live.add(fact.index()));
    }

    fn mark(&self, mark: MarkId) -> usize {
        self.story.facts.len() + mark.index()
    }

    /// Some variables and all that can flow into them.
    fn flows(&self, set: &Set) -> Set {
        let mut all = set.clone();
        let mut todo: Vec<usize> = (0..self.into.len()).filter(|i| set.has(*i)).collect();
        while let Some(i) = todo.pop() {
            for from in &self.into[i] {
                if !all.has(*from) {
                    all.add(*from);
                    todo.push(*from);
                }
            }
        }
        all
    }
}

/// For each fact, what its effects anywhere read.
fn flows_into(story: &Story) -> Vec<Vec<usize>> {
    fn collect(story: &Story, effects: Effects, under: &[usize], into: &mut [Vec<usize>]) {
        for effect in story.effects(effects) {
            match effect {
                Effect::Put(fact, _) | Effect::Add { fact, .. } => {
                    into[fact.index()].extend_from_slice(under);
                }
                Effect::Copy { to, from, .. } => {
                    into[to.index()].extend_from_slice(under);
                    into[to.index()].push(story.base(*from).index());
                }
                Effect::When(when, then) => {
                    let mut under = under.to_vec();
                    reads(story, when, &mut |fact| under.push(fact.index()));
                    collect(story, *then, &under, into);
                }
            }
        }
    }
    let mut into = vec![Vec::new(); story.facts.len()];
    for list in story.lists_of_effects() {
        collect(story, list, &[], &mut into);
    }
    for list in &mut into {
        list.sort_unstable();
        list.dedup();
    }
    into
}

//! Where everything lies in a state's words, for a whole story or for some of its facts.

use super::{ArmId, ChoiceId, Effect, Effects, FactId, FactKind, Layout, Run, Slot, Story};

/// Who changes facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doer {
    /// A choice that is taken.
    Choice(ChoiceId),
    /// An arm that is taken.
    Arm(ArmId),
}

impl Story {
    /// Gives scene, waiting scenes, marks and facts their places.
    pub(super) fn lay_out(&mut self, marks: usize) {
        self.lay_out_some(marks, |_| true);
    }

    /// The same program over some facts alone: effects on the others are left out, and the others take no
    /// bits and read as 0. Steps and answers are those of the story as long as nothing that decides them
    /// is left out; see `proof::pack`.
    pub fn project(&self, keep: impl Fn(FactId) -> bool) -> Story {
        let mut story = self.clone();
        let base = |fact: FactId| self.base(fact);
        story.effects.clear();
        let lists = story.choices.iter_mut().map(|choice| &mut choice.then);
        for list in lists.chain(story.arms.iter_mut().map(|arm| &mut arm.then)) {
            *list = self.project_effects(*list, &|fact| keep(base(fact)), &mut story.effects);
        }
        story.lay_out_some(self.layout.marks.len(), |fact| keep(base(fact)));
        story
    }

    /// Some facts alone and what choices and arms do to them: a story without scenes and texts, in whose states
    /// nothing but these facts lies, and the effects of whoever has any.
    pub fn of_facts(&self, keep: impl Fn(FactId) -> bool) -> (Story, Vec<(Doer, Effects)>) {
        let mut story = Story {
            facts: self.facts.clone(),
            authors: Vec::new(),
            acts: Vec::new(),
            cast: Vec::new(),
            scenes: Vec::new(),
            choices: Vec::new(),
            events: Vec::new(),
            endings: Vec::new(),
            pages: Vec::new(),
            labs: Default::default(),
            scene_aliases: Vec::new(),
            choice_aliases: Vec::new(),
            ending_aliases: Vec::new(),
            page_aliases: Vec::new(),
            claims: Vec::new(),
            layout: Layout::default(),
            warnings: Vec::new(),
            arms: Vec::new(),
            effects: Vec::new(),
            parts: Vec::new(),
            segments: Vec::new(),
            variants: Vec::new(),
            arena: String::new(),
            depth: 0,
            ..*self
        };
        let choices =
            self.choices.iter().zip(0..).map(|(choice, i)| (Doer::Choice(ChoiceId(i)), choice.then));
        let arms = self.arms.iter().zip(0..).map(|(arm, i)| (Doer::Arm(ArmId(i)), arm.then));
        let keep = |fact: FactId| keep(self.base(fact));
        let mut effects = Vec::new();
        let kept = choices
            .chain(arms)
            .map(|(doer, then)| (doer, self.project_effects(then, &keep, &mut effects)))
            .filter(|(_, then)| !then.is_empty())
            .collect();
        story.effects = effects;
        story.lay_out_some(0, keep);
        (story, kept)
    }

    /// The fact that a computed one is computed from; itself for any other.
    pub fn base(&self, fact: FactId) -> FactId {
        match self.fact(fact).kind {
            FactKind::Steps { of, .. } => of,
            _ => fact,
        }
    }

    fn project_effects(
        &self,
        effects: Effects,
        keep: &impl Fn(FactId) -> bool,
        into: &mut Vec<Effect>,
    ) -> Effects {
        let project = |effect: &Effect| match effect {
            Effect::Put(fact, _) | Effect::Copy { to: fact, .. } | Effect::Add { fact, .. } => {
                keep(*fact).then(|| effect.clone())
            }
            Effect::When(when, then) => {
                let then = self.project_effects(*then, keep, into);
                (!then.is_empty()).then(|| Effect::When(when.clone(), then))
            }
        };
        let mut list: Vec<Effect> = self.effects(effects).iter().filter_map(project).collect();
        let start = into.len() as u32;
        into.append(&mut list);
        Effects(Run { start, end: into.len() as u32 })
    }

    fn lay_out_some(&mut self, marks: usize, keep: impl Fn(FactId) -> bool) {
        let mut free = (0u16, 0u8);
        let mut take = |values: u32| {
            let bits = 32 - values.saturating_sub(1).leading_zeros();
            if u32::from(free.1) + bits > 64 {
                free = (free.0 + 1, 0);
            }
            let slot = Slot {
                word: free.0,
                shift: if bits == 0 { 0 } else { free.1 },
                mask: ((1u64 << bits) - 1) as u32,
            };
            free.1 += bits as u8;
            slot
        };
        let scenes = self.scenes.len() as u32;
        self.layout = Layout {
            words: 0,
            scene: take(scenes),
            level: take(u32::from(self.depth) + 1),
            waiting: (0..self.depth).map(|_| take(scenes)).collect(),
            marks: (0..marks).map(|_| take(2)).collect(),
        };
        for (i, fact) in self.facts.iter_mut().enumerate() {
            if !matches!(fact.kind, FactKind::Steps { .. }) {
                fact.slot = if keep(FactId(i as u32)) { take(fact.size()) } else { Slot::default() };
                if fact.slot.mask == 0 {
                    fact.start = 0;
                }
            }
        }
        self.layout.words = usize::from(free.0) + 1;
        for i in 0..self.facts.len() {
            if let FactKind::Steps { of, .. } = self.facts[i].kind {
                self.facts[i].slot = self.fact(of).slot;
                self.facts[i].start = self.fact(of).start;
            }
        }
    }
}

//! What decides which moves are on offer in a story, as a number: texts may change, and its codes stay
//! good.

use crate::labs;
use crate::story::{Arm, Condition, Effect, Effects, FactKind, Go, Story, Way};
use xxhash_rust::xxh3::xxh3_64;

/// The story's own name, below a bound.
pub(super) fn name(story: &Story, below: u32) -> u32 {
    folded(story.str(story.id).as_bytes(), below)
}

/// The rules, below a bound: facts, and of each scene the choices, arms and events, with their
/// conditions, effects and targets; no text.
pub(super) fn of(story: &Story, below: u32) -> u32 {
    folded(&Rules::new(story, false).bytes, below)
}

/// All that the odds of endings follow from, as a word: the rules, the weights of choices, the endings' names, and the
/// labs.
pub(super) fn weighed(story: &Story) -> String {
    let mut rules = Rules::new(story, true);
    rules.number(labs::VERSION);
    rules.text(story.str(story.id));
    for ending in &story.endings {
        rules.text(story.str(ending.name));
    }
    format!("{:016x}", xxh3_64(&rules.bytes))
}

fn folded(bytes: &[u8], below: u32) -> u32 {
    (xxh3_64(bytes) % u64::from(below)) as u32
}

struct Rules {
    bytes: Vec<u8>,
    weighed: bool,
}

impl Rules {
    fn new(story: &Story, weighed: bool) -> Rules {
        let mut rules = Rules { bytes: Vec::with_capacity(1 << 16), weighed };
        rules.all(story);
        rules
    }

    fn number(&mut self, number: impl Into<i64>) {
        self.bytes.extend(number.into().to_le_bytes());
    }

    fn length(&mut self, length: usize) {
        self.number(length as u32);
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend(text.as_bytes());
    }

    fn all(&mut self, story: &Story) {
        self.number(story.start.0);
        self.number(story.depth);
        self.length(story.facts.len());
        for fact in &story.facts {
            self.number(fact.size());
            self.number(fact.start);
            self.number(match &fact.kind {
                FactKind::Range { from, .. } => *from,
                FactKind::Steps { of, .. } => of.0 as i32,
                FactKind::Flag | FactKind::OneOf(_) => 0,
            });
        }
        for bindings in &story.labs {
            self.length(bindings.len());
            for binding in bindings {
                match binding {
                    crate::story::Binding::Fixed(value) => self.number(*value),
                    crate::story::Binding::By(fact, values) => {
                        self.number(-1 - i64::from(fact.0));
                        self.length(values.len());
                        self.bytes.extend(values);
                    }
                }
            }
        }
        self.length(story.scenes.len());
        for scene in &story.scenes {
            self.text(story.str(scene.name));
            self.number(u8::from(scene.alone));
            self.way(story, &scene.way);
        }
        self.number(story.anywhere.start);
        self.number(story.anywhere.end);
        self.length(story.choices.len());
        for choice in &story.choices {
            self.text(story.str(choice.id));
            self.when(choice.when.as_ref());
            self.when(choice.locked.as_deref().map(|(unless, _)| unless));
            self.number(choice.once.map_or(-1, |mark| i64::from(mark.0)));
            self.effects(story, choice.then);
            self.go(choice.go);
            if self.weighed {
                self.bytes.extend(choice.weight.to_bits().to_le_bytes());
            }
        }
        for event in &story.events {
            self.when(Some(&event.when));
            self.when(event.until.as_ref());
            self.number(event.once.map_or(-1, |mark| i64::from(mark.0)));
            self.number(event.visit.0);
        }
    }

    fn way(&mut self, story: &Story, way: &Way) {
        match way {
            Way::Choices(run) => [0, run.start, run.end].into_iter().for_each(|n| self.number(n)),
            Way::Auto(arms) => {
                self.number(1);
                self.arms(story, story.arms(*arms));
            }
            Way::Lab { lab, arms } => {
                self.number(2);
                self.number(*lab as u8);
                for arms in arms {
                    self.arms(story, arms.map_or(&[], |arms| story.arms(arms)));
                }
            }
            Way::Exercise { kind, arms } => {
                self.number(3);
                self.number(*kind as u8);
                for arms in arms {
                    self.arms(story, story.arms(*arms));
                }
            }
            Way::Ending(ending) => [4, ending.0].into_iter().for_each(|n| self.number(n)),
        }
    }

    fn arms(&mut self, story: &Story, arms: &[Arm]) {
        self.length(arms.len());
        for arm in arms {
            self.when(arm.when.as_ref());
            self.effects(story, arm.then);
            self.go(arm.go);
        }
    }

    fn go(&mut self, go: Go) {
        match go {
            Go::To(scene) => [0, scene.0].into_iter().for_each(|n| self.number(n)),
            Go::Visit(scene) => [1, scene.0].into_iter().for_each(|n| self.number(n)),
            Go::Back => self.number(2),
            Go::Stay => self.number(3),
        }
    }

    fn when(&mut self, when: Option<&Condition>) {
        match when {
            None => self.number(0),
            Some(Condition::Between(fact, from, to)) => {
                [1, fact.0, *from, *to].into_iter().for_each(|n| self.number(n));
            }
            Some(Condition::Not(inner)) => {
                self.number(2);
                self.when(Some(inner));
            }
            Some(Condition::All(inner)) => {
                self.number(3);
                self.length(inner.len());
                inner.iter().for_each(|inner| self.when(Some(inner)));
            }
            Some(Condition::Any(inner)) => {
                self.number(4);
                self.length(inner.len());
                inner.iter().for_each(|inner| self.when(Some(inner)));
            }
            // Those stand in prose alone.
            Some(Condition::Figure(..) | Condition::FigureIs(..)) => self.number(5),
        }
    }

    fn effects(&mut self, story: &Story, effects: Effects) {
        let effects = story.effects(effects);
        self.length(effects.len());
        for effect in effects {
            match effect {
                Effect::Put(fact, value) => [0, fact.0, *value].into_iter().for_each(|n| self.number(n)),
                Effect::Copy { to, from, offset } => {
                    [1, to.0, from.0].into_iter().for_each(|n| self.number(n));
                    self.number(*offset);
                }
                Effect::Add { fact, amount, saturate } => {
                    [2, fact.0, u32::from(*saturate)].into_iter().for_each(|n| self.number(n));
                    self.number(*amount);
                }
                Effect::When(when, effects) => {
                    self.number(3);
                    self.when(Some(when));
                    self.effects(story, *effects);
                }
            }
        }
    }
}

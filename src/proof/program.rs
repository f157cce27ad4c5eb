//! A story's choices as tests and operations on packed words, for the explorer.
//!
//! Nearly every choice asks for a few facts, changes a few, and leads to a scene. Where that is all, the
//! explorer needs no look at the story: places, masks and numbers stand here one after the other. For
//! anything else (tunnels, automatic scenes, a fact that would leave its range, conditions with `Any`) it
//! calls the engine, which is the judge: where debug assertions are on, as in all tests, every choice that
//! is tested or made here is tested and made by the engine too, and compared.

use crate::engine::{self, Refused, Watch};
use crate::story::{Choice, ChoiceId, Condition, Effect, Go, SceneId, Slot, Story, Way};
use std::ops::Range;

/// The choices of every scene.
#[derive(Debug)]
pub(super) struct Program {
    /// By scene; empty for one that goes on otherwise.
    scenes: Vec<Range<usize>>,
    lines: Vec<Line>,
    tests: Vec<Test>,
    operations: Vec<Operation>,
}

/// A choice that can be on offer in a scene.
#[derive(Debug)]
pub(super) struct Line {
    /// Which.
    pub(super) choice: ChoiceId,
    /// What must hold; `None` leaves it to the engine.
    open: Option<Range<usize>>,
    made: Option<Made>,
}

/// What comes of a choice.
#[derive(Debug)]
struct Made {
    operations: Range<usize>,
    to: SceneId,
    /// Events are asked when it is entered.
    is_interrupted: bool,
}

/// True where a value lies in a range, the ends of 32 bits being neighbours: so its opposite is one too.
#[derive(Clone, Copy, Debug)]
struct Test {
    slot: Slot,
    from: u32,
    width: u32,
}

impl Test {
    fn between(slot: Slot, low: u32, high: u32) -> Test {
        Test { slot, from: low, width: high.wrapping_sub(low) }
    }

    fn opposite(self) -> Test {
        let from = self.from.wrapping_add(self.width).wrapping_add(1);
        Test { slot: self.slot, from, width: u32::MAX - self.width - 1 }
    }

    #[inline]
    fn holds(self, words: &[u64]) -> bool {
        self.slot.get(words).wrapping_sub(self.from) <= self.width
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Put {
        slot: Slot,
        value: u32,
    },
    Copy {
        to: Slot,
        from: Slot,
        offset: i64,
        most: u32,
    },
    Add {
        slot: Slot,
        amount: i64,
        most: u32,
        saturate: bool,
    },
    /// Unless the test holds, so many of what follows are left out.
    Unless {
        test: Test,
        skip: usize,
    },
}

impl Program {
    /// The choices of a story.
    pub(super) fn of(story: &Story) -> Program {
        let mut program =
            Program { scenes: Vec::new(), lines: Vec::new(), tests: Vec::new(), operations: Vec::new() };
        for (i, scene) in story.scenes.iter().enumerate() {
            let from = program.lines.len();
            if let Way::Choices(own) = scene.way {
                let anywhere = story.anywhere.range().filter(|_| !scene.alone);
                for id in own.range().chain(anywhere) {
                    program.add(story, SceneId(i as u32), ChoiceId(id as u32));
                }
            }
            program.scenes.push(from..program.lines.len());
        }
        program
    }

    fn add(&mut self, story: &Story, here: SceneId, id: ChoiceId) {
        let choice = story.choice(id);
        let (tests, operations) = (self.tests.len(), self.operations.len());
        let open = self.open(story, choice).then_some(tests..self.tests.len());
        if open.is_none() {
            self.tests.truncate(tests);
        }
        let made = self.made(story, here, choice).map(|to| Made {
            operations: operations..self.operations.len(),
            to,
            is_interrupted: !story.events.is_empty(),
        });
        if made.is_none() {
            self.operations.truncate(operations);
        }
        self.lines.push(Line { choice: id, open, made });
    }

    /// Writes down when a choice is open; false where that cannot be said so.
    fn open(&mut self, story: &Story, choice: &Choice) -> bool {
        if let Some(mark) = choice.once {
            self.tests.push(Test::between(story.layout.marks[mark.index()], 0, 0));
        }
        let unless = choice.locked.as_ref().map(|(unless, _)| unless);
        choice.when.iter().chain(unless).all(|condition| tests(story, condition, true, &mut self.tests))
    }

    /// Writes down what a choice does, and says where it leads; `None` where that cannot be said so.
    fn made(&mut self, story: &Story, here: SceneId, choice: &Choice) -> Option<SceneId> {
        if let Some(mark) = choice.once {
            let slot = story.layout.marks[mark.index()];
            self.operations.push(Operation::Put { slot, value: 1 });
        }
        if !self.effects(story, &choice.then) {
            return None;
        }
        let to = match choice.go {
            Go::To(to) => to,
            Go::Stay => here,
            Go::Visit(_) | Go::Back => return None,
        };
        if let Way::Auto(_) = story.scene(to).way {
            return None;
        }
        self.operations.push(Operation::Put { slot: story.layout.scene, value: to.0 });
        Some(to)
    }

    fn effects(&mut self, story: &Story, effects: &[Effect]) -> bool {
        effects.iter().all(|effect| match effect {
            Effect::Put(fact, value) => {
                self.operations.push(Operation::Put { slot: story.fact(*fact).slot, value: *value });
                true
            }
            Effect::Copy { to, from, offset } => {
                let (to, from) = (story.fact(*to), story.fact(*from));
                self.operations.push(Operation::Copy {
                    to: to.slot,
                    from: from.slot,
                    offset: *offset,
                    most: to.most,
                });
                true
            }
            Effect::Add { fact, amount, saturate } => {
                let fact = story.fact(*fact);
                self.operations.push(Operation::Add {
                    slot: fact.slot,
                    amount: *amount,
                    most: fact.most,
                    saturate: *saturate,
                });
                true
            }
            Effect::When(when, then) => {
                let mut all = Vec::new();
                if !tests(story, when, true, &mut all) {
                    return false;
                }
                let skips = self.operations.len()..self.operations.len() + all.len();
                self.operations.extend(all.into_iter().map(|test| Operation::Unless { test, skip: 0 }));
                if !self.effects(story, then) {
                    return false;
                }
                let to = self.operations.len();
                for i in skips {
                    if let Operation::Unless { skip, .. } = &mut self.operations[i] {
                        *skip = to - i - 1;
                    }
                }
                true
            }
        })
    }

    /// The choices of a scene, in the file's order.
    #[inline]
    pub(super) fn lines(&self, scene: u32) -> &[Line] {
        &self.lines[self.scenes[scene as usize].clone()]
    }

    /// Whether a choice is on offer and open.
    #[inline]
    pub(super) fn is_open(&self, line: &Line, story: &Story, words: &[u64]) -> bool {
        let Some(tests) = &line.open else { return engine::is_choice_open(story, words, line.choice) };
        let open = self.tests[tests.clone()].iter().all(|test| test.holds(words));
        debug_assert_eq!(open, engine::is_choice_open(story, words, line.choice));
        open
    }

    /// Makes an open choice outside of tunnels, in place; `None` leaves it to the engine, and the words must
    /// then be thrown away. True where nothing else happens on the way.
    #[inline]
    pub(super) fn make(
        &self,
        line: &Line,
        story: &Story,
        words: &mut [u64],
        watch: &mut impl Watch,
    ) -> Option<Result<bool, Refused>> {
        let made = line.made.as_ref()?;
        if !self.run(&self.operations[made.operations.clone()], words) {
            return None;
        }
        if !made.is_interrupted {
            return Some(Ok(true));
        }
        Some(engine::interrupt(story, words, made.to, watch).map(|()| false))
    }

    /// False where a fact would leave its range.
    #[inline]
    fn run(&self, operations: &[Operation], words: &mut [u64]) -> bool {
        let mut next = 0;
        while let Some(operation) = operations.get(next) {
            next += 1;
            match *operation {
                Operation::Put { slot, value } => slot.set(words, value),
                Operation::Copy { to, from, offset, most } => {
                    let raw = i64::from(from.get(words)) + offset;
                    if raw < 0 || raw > i64::from(most) {
                        return false;
                    }
                    to.set(words, raw as u32);
                }
                Operation::Add { slot, amount, most, saturate } => {
                    let raw = i64::from(slot.get(words)) + amount;
                    let clamped = raw.clamp(0, i64::from(most));
                    if clamped != raw && !saturate {
                        return false;
                    }
                    slot.set(words, clamped as u32);
                }
                Operation::Unless { test, skip } => {
                    if !test.holds(words) {
                        next += skip;
                    }
                }
            }
        }
        true
    }
}

/// Adds tests that all hold exactly where the condition does, or does not; false where there are none.
fn tests(story: &Story, condition: &Condition, wanted: bool, out: &mut Vec<Test>) -> bool {
    match condition {
        Condition::Between(fact, low, high) => {
            if low > high || (*low == 0 && *high == u32::MAX) {
                return false;
            }
            let test = Test::between(story.fact(*fact).slot, *low, *high);
            out.push(if wanted { test } else { test.opposite() });
            true
        }
        Condition::Not(inner) => tests(story, inner, !wanted, out),
        Condition::All(all) if wanted => all.iter().all(|inner| tests(story, inner, true, out)),
        Condition::Any(any) if !wanted => any.iter().all(|inner| tests(story, inner, false, out)),
        _ => false,
    }
}

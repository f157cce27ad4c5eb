//! A story's choices as tests and operations on packed words, for the explorer.
//!
//! Nearly every choice asks for a few facts, changes a few, and leads to a scene. Where that is all, the
//! explorer needs no look at the story: places, masks and numbers stand here one after the other. For
//! anything else (tunnels, automatic scenes, a fact that would leave its range, an event that is due) it
//! calls the engine, which is the judge: where debug assertions are on, as in all tests, every choice that
//! is tested or made here is tested and made by the engine too, and compared.

use crate::engine;
use crate::story::{Choice, ChoiceId, Condition, Effect, Effects, Event, Go, SceneId, Slot, Story, Way};
use std::ops::Range;

/// The choices of every scene.
#[derive(Debug)]
pub(super) struct Program {
    /// By scene; empty for one that goes on otherwise.
    scenes: Vec<Range<usize>>,
    lines: Vec<Line>,
    clauses: Vec<Range<usize>>,
    tests: Vec<Test>,
    operations: Vec<Operation>,
    /// When each event that expires is over, and its mark.
    over: Vec<(Range<usize>, Slot)>,
    /// When each event is due.
    due: Vec<Range<usize>>,
    /// Where the scene at hand stands.
    scene: Slot,
}

/// A condition as clauses, of which one must hold; of a clause all tests must.
type Clauses = Vec<Vec<Test>>;

/// More clauses are left to the engine.
const MOST_CLAUSES: usize = 16;

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
    /// Events can interrupt it.
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
        let mut program = Program {
            scenes: Vec::new(),
            lines: Vec::new(),
            clauses: Vec::new(),
            tests: Vec::new(),
            operations: Vec::new(),
            over: Vec::new(),
            due: Vec::new(),
            scene: story.layout.scene,
        };
        let all_told = story.events.iter().all(|event| program.event(story, event));
        for (i, scene) in story.scenes.iter().enumerate() {
            let from = program.lines.len();
            if let Way::Choices(own) = scene.way {
                let anywhere = story.anywhere.range().filter(|_| !scene.alone);
                for id in own.range().chain(anywhere) {
                    program.add(story, SceneId(i as u32), ChoiceId(id as u32), all_told);
                }
            }
            program.scenes.push(from..program.lines.len());
        }
        program
    }

    /// Writes down when an event is over and when it is due; false where that cannot be said so.
    fn event(&mut self, story: &Story, event: &Event) -> bool {
        let mark = event.once.map(|mark| story.layout.marks[mark.index()]);
        let Some(mut due) = clauses(story, &event.when, true) else { return false };
        if let Some(mark) = mark {
            due.iter_mut().for_each(|clause| clause.push(Test::between(mark, 0, 0)));
        }
        if let Some(until) = &event.until {
            let Some(over) = clauses(story, until, true) else { return false };
            let not_over = clauses(story, until, false);
            let Some(both) = not_over.and_then(|not_over| both(&due, &not_over)) else { return false };
            due = both;
            if let Some(mark) = mark {
                let over = self.keep(over);
                self.over.push((over, mark));
            }
        }
        let due = self.keep(due);
        self.due.push(due);
        true
    }

    fn keep(&mut self, clauses: Clauses) -> Range<usize> {
        let from = self.clauses.len();
        for clause in clauses {
            let first = self.tests.len();
            self.tests.extend(clause);
            self.clauses.push(first..self.tests.len());
        }
        from..self.clauses.len()
    }

    #[inline]
    fn holds(&self, clauses: &Range<usize>, words: &[u64]) -> bool {
        let clauses = &self.clauses[clauses.clone()];
        clauses.iter().any(|clause| self.tests[clause.clone()].iter().all(|test| test.holds(words)))
    }

    /// Adds a choice; what comes of it is left to the engine if events are.
    fn add(&mut self, story: &Story, here: SceneId, id: ChoiceId, events: bool) {
        let choice = story.choice(id);
        let operations = self.operations.len();
        let open = open(story, choice).map(|clauses| self.keep(clauses));
        let made = self.made(story, here, choice).filter(|_| events).map(|to| {
            let scene = story.scene(to);
            let is_interrupted =
                !story.events.is_empty() && !scene.quiet && matches!(scene.way, Way::Choices(_));
            Made { operations: operations..self.operations.len(), to, is_interrupted }
        });
        if made.is_none() {
            self.operations.truncate(operations);
        }
        self.lines.push(Line { choice: id, open, made });
    }

    /// Writes down what a choice does, and says where it leads; `None` where that cannot be said so.
    fn made(&mut self, story: &Story, here: SceneId, choice: &Choice) -> Option<SceneId> {
        if let Some(mark) = choice.once {
            let slot = story.layout.marks[mark.index()];
            self.operations.push(Operation::Put { slot, value: 1 });
        }
        if !self.effects(story, choice.then) {
            return None;
        }
        let to = match choice.go {
            Go::To(to) => to,
            Go::Stay => here,
            Go::Visit(_) | Go::Back => return None,
        };
        (!matches!(story.scene(to).way, Way::Auto(_))).then_some(to)
    }

    fn effects(&mut self, story: &Story, effects: Effects) -> bool {
        story.effects(effects).iter().all(|effect| match effect {
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
                let Some(Ok([all])) = clauses(story, when, true).map(<[_; 1]>::try_from) else {
                    return false;
                };
                let skips = self.operations.len()..self.operations.len() + all.len();
                self.operations.extend(all.into_iter().map(|test| Operation::Unless { test, skip: 0 }));
                if !self.effects(story, *then) {
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
        let Some(clauses) = &line.open else { return engine::is_choice_open(story, words, line.choice) };
        let open = self.holds(clauses, words);
        debug_assert_eq!(open, engine::is_choice_open(story, words, line.choice));
        open
    }

    /// Makes an open choice outside of tunnels, in place, and says which scene it leads to; `None` leaves it
    /// to the engine, and the words must then be thrown away. Nothing else happens on the way.
    #[inline]
    pub(super) fn make(&self, line: &Line, words: &mut [u64]) -> Option<SceneId> {
        let made = line.made.as_ref()?;
        if !self.run(&self.operations[made.operations.clone()], words) {
            return None;
        }
        self.scene.set(words, made.to.0);
        for (over, mark) in &self.over {
            if self.holds(over, words) {
                mark.set(words, 1);
            }
        }
        let is_due = made.is_interrupted && self.due.iter().any(|due| self.holds(due, words));
        (!is_due).then_some(made.to)
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

/// When a choice is open; `None` where that cannot be said so.
fn open(story: &Story, choice: &Choice) -> Option<Clauses> {
    let mut open = vec![Vec::new()];
    if let Some(mark) = choice.once {
        open[0].push(Test::between(story.layout.marks[mark.index()], 0, 0));
    }
    let unless = choice.locked.as_deref().map(|(unless, _)| unless);
    for condition in choice.when.iter().chain(unless) {
        open = both(&open, &clauses(story, condition, true)?)?;
    }
    Some(open)
}

/// Where a condition holds, or does not, in disjunctive normal form; `None` where that is too long, or hangs
/// on more than facts.
fn clauses(story: &Story, condition: &Condition, wanted: bool) -> Option<Clauses> {
    let always = |always: bool| if always { vec![vec![]] } else { vec![] };
    match condition {
        Condition::Between(_, low, high) if low > high => Some(always(!wanted)),
        Condition::Between(_, 0, u32::MAX) => Some(always(wanted)),
        Condition::Between(fact, low, high) => {
            let test = Test::between(story.fact(*fact).slot, *low, *high);
            Some(vec![vec![if wanted { test } else { test.opposite() }]])
        }
        Condition::Not(inner) => clauses(story, inner, !wanted),
        Condition::All(parts) | Condition::Any(parts) => {
            let of_all = matches!(condition, Condition::All(_)) == wanted;
            let mut whole = always(of_all);
            for part in parts.iter() {
                let mut part = clauses(story, part, wanted)?;
                if of_all {
                    whole = both(&whole, &part)?;
                } else {
                    whole.append(&mut part);
                }
            }
            (whole.len() <= MOST_CLAUSES).then_some(whole)
        }
        Condition::Figure(..) | Condition::FigureIs(..) => None,
    }
}

/// Where both hold.
fn both(a: &[Vec<Test>], b: &[Vec<Test>]) -> Option<Clauses> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| [a.as_slice(), b].concat()));
    (a.len() * b.len() <= MOST_CLAUSES).then(|| pairs.collect())
}

//! A story's choices as tests and operations on packed words, for the explorer.
//!
//! Nearly every choice asks for a few facts, changes a few, and leads to a scene. Where that is all, the
//! explorer needs no look at the story: places, masks and numbers stand here one after the other. For
//! anything else (tunnels, automatic scenes, a fact that would leave its range, an event that is due) it
//! calls the engine, which is the judge: where debug assertions are on, as in all tests, every choice that
//! is tested or made here is tested and made by the engine too, and compared.

use super::pack::Control;
use crate::engine;
use crate::story::{
    Choice, ChoiceId, Condition, Effect, Effects, Event, Fact, Go, SceneId, Slot, Story, Way,
};

/// The choices of every scene, for states of `W` words. States of more words than the explorer has been
/// compiled for have `W` = 0, and no lines: the engine makes all of their moves.
#[derive(Debug)]
pub(super) struct Program<const W: usize> {
    /// By scene; empty for one that goes on otherwise.
    scenes: Vec<Span>,
    lines: Vec<Line<W>>,
    clauses: Vec<Span>,
    tests: Vec<Test>,
    operations: Vec<Operation>,
    sums: Vec<Sum>,
    /// From here on, nothing jumps to between two operations.
    row: usize,
    /// When each event that expires is over, and its mark.
    over: Vec<(Open, Slot)>,
    /// When each event is due.
    due: Vec<Open>,
}

/// A condition as clauses, of which one must hold; of a clause all tests must.
type Clauses = Vec<Vec<Test>>;

/// More clauses are left to the engine.
const MOST_CLAUSES: usize = 16;

/// A part of a list.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: u32,
    to: u32,
}

impl Span {
    fn new(from: usize, to: usize) -> Span {
        Span { from: from as u32, to: to as u32 }
    }

    #[inline]
    fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.from as usize..self.to as usize]
    }
}

/// A choice that can be on offer in a scene.
#[derive(Debug)]
pub(super) struct Line<const W: usize> {
    /// Which.
    pub(super) choice: ChoiceId,
    open: Open,
    operations: Span,
    end: End,
    /// Of every word the bits that are kept after the operations, and those that are then put in: where
    /// the choice leads.
    keep: [u64; W],
    put: [u64; W],
}

/// When something holds.
#[derive(Clone, Copy, Debug)]
enum Open {
    Always,
    /// All of these tests hold.
    All(Span),
    /// One of these clauses holds.
    Any(Span),
    /// The engine knows.
    Engine,
}

/// What comes of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It leads to a scene, and that is all.
    Plain,
    /// Events can be over then.
    Expires,
    /// And they can interrupt.
    Interrupted,
    /// The engine knows.
    Engine,
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
    fn holds<const W: usize>(self, words: &[u64; W]) -> bool {
        get(self.slot, words).wrapping_sub(self.from) <= self.width
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    /// Of a word, these bits are kept and those put in.
    Put { word: u16, keep: u64, bits: u64 },
    /// Adds to a place, at most up to the end of its range.
    Raise { slot: Slot, amount: u32, most: u32 },
    /// Takes from a place, at most down to 0.
    Lower { slot: Slot, amount: u32 },
    /// One of the sums, by its number.
    Sum(u32),
    /// Unless the test holds, so many of what follows are left out.
    Unless { test: Test, skip: u32 },
}

/// A value and an amount, to be put into a place, which must hold it.
#[derive(Clone, Copy, Debug)]
struct Sum {
    to: Slot,
    from: Slot,
    amount: i64,
    most: u32,
}

/// The place of a word. The compiler knows that there is one, so that a lone word can stay in a register.
#[inline]
fn place<const W: usize>(word: u16) -> usize {
    usize::from(word).min(W.saturating_sub(1))
}

#[inline]
fn get<const W: usize>(slot: Slot, words: &[u64; W]) -> u32 {
    (words[place::<W>(slot.word)] >> slot.shift) as u32 & slot.mask
}

#[inline]
fn set<const W: usize>(slot: Slot, words: &mut [u64; W], value: u32) {
    let word = &mut words[place::<W>(slot.word)];
    *word = *word & !(u64::from(slot.mask) << slot.shift) | u64::from(value) << slot.shift;
}

impl<const W: usize> Program<W> {
    /// The choices of a story.
    pub(super) fn of(control: &Control) -> Program<W> {
        let story = &control.story;
        let mut program = Program {
            scenes: Vec::new(),
            lines: Vec::new(),
            clauses: Vec::new(),
            tests: Vec::new(),
            operations: Vec::new(),
            sums: Vec::new(),
            row: 0,
            over: Vec::new(),
            due: Vec::new(),
        };
        let all_told = story.events.iter().all(|event| program.event(story, event));
        for (i, scene) in story.scenes.iter().enumerate() {
            let from = program.lines.len();
            if let (1.., Way::Choices(own)) = (W, &scene.way) {
                let anywhere = story.anywhere.range().filter(|_| !scene.alone);
                for id in own.range().chain(anywhere) {
                    program.add(control, SceneId(i as u32), ChoiceId(id as u32), all_told);
                }
            }
            program.scenes.push(Span::new(from, program.lines.len()));
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

    fn keep(&mut self, mut clauses: Clauses) -> Open {
        if clauses.iter().any(Vec::is_empty) {
            return Open::Always;
        }
        if let [clause] = clauses.as_mut_slice() {
            return Open::All(self.keep_all(std::mem::take(clause)));
        }
        let spans: Vec<Span> = clauses.into_iter().map(|clause| self.keep_all(clause)).collect();
        let from = self.clauses.len();
        self.clauses.extend(spans);
        Open::Any(Span::new(from, self.clauses.len()))
    }

    fn keep_all(&mut self, tests: Vec<Test>) -> Span {
        let from = self.tests.len();
        self.tests.extend(tests);
        Span::new(from, self.tests.len())
    }

    /// False for what the engine knows.
    #[inline]
    fn holds(&self, open: Open, words: &[u64; W]) -> bool {
        let all = |span: Span| span.of(&self.tests).iter().all(|test| test.holds(words));
        match open {
            Open::Always => true,
            Open::All(tests) => all(tests),
            Open::Any(clauses) => clauses.of(&self.clauses).iter().any(|clause| all(*clause)),
            Open::Engine => false,
        }
    }

    /// Adds a choice; what comes of it is left to the engine if events are.
    fn add(&mut self, control: &Control, here: SceneId, id: ChoiceId, events: bool) {
        let story = &control.story;
        let choice = story.choice(id);
        let from = self.operations.len();
        self.row = from;
        let open = open(story, choice).map_or(Open::Engine, |clauses| self.keep(clauses));
        let (mut keep, mut put) = ([u64::MAX; W], [0; W]);
        let mut end = End::Engine;
        if let Some(to) = self.made(story, here, choice).filter(|_| events) {
            let scene = story.scene(to);
            end = if story.events.is_empty() {
                End::Plain
            } else if scene.quiet || !matches!(scene.way, Way::Choices(_)) {
                End::Expires
            } else {
                End::Interrupted
            };
            set(story.layout.scene, &mut keep, 0);
            set(story.layout.scene, &mut put, to.0);
            keep.iter_mut().zip(control.here(to)).for_each(|(keep, here)| *keep &= here);
        } else {
            self.operations.truncate(from);
        }
        let operations = Span::new(from, self.operations.len());
        self.lines.push(Line { choice: id, open, operations, end, keep, put });
    }

    /// Writes down what a choice does, and says where it leads; `None` where that cannot be said so.
    fn made(&mut self, story: &Story, here: SceneId, choice: &Choice) -> Option<SceneId> {
        if let Some(mark) = choice.once {
            self.put(story.layout.marks[mark.index()], 1);
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

    /// Puts a value into a place, together with what was put into the same word before.
    fn put(&mut self, slot: Slot, value: u32) {
        let (mask, value) = (u64::from(slot.mask) << slot.shift, u64::from(value) << slot.shift);
        match self.operations[self.row..].last_mut() {
            Some(Operation::Put { word, keep, bits }) if *word == slot.word => {
                *keep &= !mask;
                *bits = *bits & !mask | value;
            }
            _ => self.operations.push(Operation::Put { word: slot.word, keep: !mask, bits: value }),
        }
    }

    fn effects(&mut self, story: &Story, effects: Effects) -> bool {
        story.effects(effects).iter().all(|effect| match *effect {
            Effect::Put(fact, value) => {
                self.put(story.fact(fact).slot, value);
                true
            }
            Effect::Copy { to, from, offset } => {
                self.sum(story.fact(to), story.fact(from).slot, offset);
                true
            }
            Effect::Add { fact, amount, saturate } => {
                let fact = story.fact(fact);
                let Ok(by) = u32::try_from(amount.unsigned_abs()) else { return false };
                match (saturate, amount < 0) {
                    (false, _) => self.sum(fact, fact.slot, amount),
                    (true, true) => self.operations.push(Operation::Lower { slot: fact.slot, amount: by }),
                    (true, false) => self.operations.push(Operation::Raise {
                        slot: fact.slot,
                        amount: by,
                        most: fact.most,
                    }),
                }
                true
            }
            Effect::When(ref when, then) => {
                let Some(Ok([all])) = clauses(story, when, true).map(<[_; 1]>::try_from) else {
                    return false;
                };
                self.unless(story, all, then)
            }
        })
    }

    fn sum(&mut self, to: &Fact, from: Slot, amount: i64) {
        self.operations.push(Operation::Sum(self.sums.len() as u32));
        self.sums.push(Sum { to: to.slot, from, amount, most: to.most });
    }

    fn unless(&mut self, story: &Story, tests: Vec<Test>, then: Effects) -> bool {
        let skips = self.operations.len()..self.operations.len() + tests.len();
        self.operations.extend(tests.into_iter().map(|test| Operation::Unless { test, skip: 0 }));
        self.row = self.operations.len();
        if !self.effects(story, then) {
            return false;
        }
        let to = self.operations.len();
        self.row = to;
        for i in skips {
            if let Operation::Unless { skip, .. } = &mut self.operations[i] {
                *skip = (to - i - 1) as u32;
            }
        }
        true
    }

    /// The choices of a scene, in the file's order.
    #[inline]
    pub(super) fn lines(&self, scene: u32) -> &[Line<W>] {
        self.scenes[scene as usize].of(&self.lines)
    }

    /// Whether a choice is on offer and open.
    #[inline]
    pub(super) fn is_open(&self, line: &Line<W>, story: &Story, words: &[u64; W]) -> bool {
        if let Open::Engine = line.open {
            return engine::is_choice_open(story, words, line.choice);
        }
        let open = self.holds(line.open, words);
        debug_assert_eq!(open, engine::is_choice_open(story, words, line.choice));
        open
    }

    /// Makes an open choice outside of tunnels, and drops what is dead then; `None` leaves it to the engine.
    /// Nothing else happens on the way.
    #[inline]
    pub(super) fn make(&self, line: &Line<W>, state: &[u64; W]) -> Option<[u64; W]> {
        let mut words = *state;
        if line.end == End::Engine || !self.run(line.operations.of(&self.operations), &mut words) {
            return None;
        }
        if line.end != End::Plain {
            for (over, mark) in &self.over {
                if self.holds(*over, &words) {
                    set(*mark, &mut words, 1);
                }
            }
            if line.end == End::Interrupted && self.due.iter().any(|due| self.holds(*due, &words)) {
                return None;
            }
        }
        for ((word, keep), put) in words.iter_mut().zip(&line.keep).zip(&line.put) {
            *word = *word & keep | put;
        }
        Some(words)
    }

    /// False where a fact would leave its range.
    #[inline]
    fn run(&self, operations: &[Operation], words: &mut [u64; W]) -> bool {
        let mut left = operations.iter();
        while let Some(operation) = left.next() {
            match *operation {
                Operation::Put { word, keep, bits } => {
                    let word = &mut words[place::<W>(word)];
                    *word = *word & keep | bits;
                }
                Operation::Raise { slot, amount, most } => {
                    let word = &mut words[place::<W>(slot.word)];
                    let value = (*word >> slot.shift) as u32 & slot.mask;
                    *word += u64::from(amount.min(most - value)) << slot.shift;
                }
                Operation::Lower { slot, amount } => {
                    let word = &mut words[place::<W>(slot.word)];
                    let value = (*word >> slot.shift) as u32 & slot.mask;
                    *word -= u64::from(amount.min(value)) << slot.shift;
                }
                Operation::Sum(number) => {
                    let Sum { to, from, amount, most } = self.sums[number as usize];
                    let raw = i64::from(get(from, words)) + amount;
                    if raw < 0 || raw > i64::from(most) {
                        return false;
                    }
                    set(to, words, raw as u32);
                }
                Operation::Unless { test, skip } => {
                    if !test.holds(words) {
                        left = left.as_slice().get(skip as usize..).unwrap_or_default().iter();
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

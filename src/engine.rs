//! The state machine: [`offer`], [`step`] and [`show`], pure functions of story, state and move.
//!
//! The engine runs no experiment, knows no terminal, no clock and no file. The world's answers arrive
//! with the move, so that play, replay and proof share this one implementation.

mod condition;
mod scene;
mod state;

pub use condition::{apply, holds};
pub use scene::{Block, Scene, ShownChoice, Telling, paragraph, show, show_in, tell, told_parts};
pub use state::State;

use crate::labs::exercise::Kind;
use crate::labs::{Lab, Setting};
use crate::story::{ArmId, Arms, Binding, Choice, ChoiceId, EndingId, FactId, Go, Run, SceneId, Story, Way};
use smallvec::SmallVec;

/// Longest chain of automatic scenes in one step.
pub const LONGEST_CHAIN: usize = 1000;

/// One entry of a playthrough, as the engine sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The player takes a choice.
    Choose(ChoiceId),
    /// The player types keys in an exercise; which ones is the journal's business.
    Type,
    /// The world answers with an outcome of the lab or exercise at hand.
    World(u8),
}

/// What can happen next.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// The player takes one of these.
    Choose(SmallVec<[Offered; 8]>),
    /// The player does something by hand.
    Exercise(Kind),
    /// An experiment answers.
    World(Lab),
    /// The end.
    End(EndingId),
}

/// A choice on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Which.
    pub choice: ChoiceId,
    /// False where it is shown but locked.
    pub open: bool,
}

/// Where a step led.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The state that something is offered in.
    pub state: State,
    /// Automatic scenes passed on the way, as the state was in them.
    pub passed: Vec<State>,
}

/// Why a move was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// A choice that is not on offer here.
    #[error("this choice is not on offer here")]
    NotOffered,
    /// A choice that is shown but not open.
    #[error("this choice is locked")]
    Locked,
    /// A move of a kind that is not asked for here.
    #[error("this kind of move is not asked for here")]
    NotNow,
    /// An outcome that the lab cannot give at these knobs.
    #[error("the experiment cannot end so")]
    Impossible,
    /// A fact would leave its range.
    #[error("a fact would leave its range")]
    OutOfRange(FactId),
    /// Automatic scenes that lead into each other for ever.
    #[error("automatic scenes lead into each other for ever")]
    Loop(SceneId),
    /// The end of a tunnel outside of one.
    #[error("the end of a tunnel, but nothing waits")]
    NothingWaits(SceneId),
    /// More tunnels than the story's depth.
    #[error("tunnels nest too deep")]
    TooDeep(SceneId),
}

/// What happens on the way of a step, told as it happens; the default looks away.
pub trait Watch {
    /// An automatic scene is passed; the words are as they were in it.
    fn passes(&mut self, _words: &[u64]) {}
    /// An arm is taken.
    fn takes(&mut self, _arm: ArmId) {}
    /// An event interrupts, by its index.
    fn interrupts(&mut self, _event: usize) {}
    /// A fact would leave its range. `Ok` lets it stop at the end of its range, and the step goes on.
    ///
    /// # Errors
    /// Whatever the step shall be refused with.
    fn leaves(&mut self, fact: FactId) -> Result<(), Refused> {
        Err(Refused::OutOfRange(fact))
    }
}

/// Nobody watches.
impl Watch for () {}

struct Keep<'p>(&'p mut Vec<State>);

impl Watch for Keep<'_> {
    fn passes(&mut self, words: &[u64]) {
        self.0.push(State::from_words(words));
    }
}

/// The first state, and what was passed on the way to it.
///
/// # Errors
/// [`Refused`] where the story's first scenes lead nowhere.
pub fn begin(story: &Story) -> Result<Step, Refused> {
    let mut step = Step { state: State::start(story), passed: Vec::new() };
    settle(story, step.state.words_mut(), story.start, &mut Keep(&mut step.passed))?;
    Ok(step)
}

/// The first state, in the words of [`State::start`].
///
/// # Errors
/// As [`begin`].
pub fn begin_words(story: &Story, words: &mut [u64], watch: &mut impl Watch) -> Result<(), Refused> {
    settle(story, words, state::scene(story, words), watch).map(drop)
}

/// What can happen next in a state.
pub fn offer(story: &Story, state: &State) -> Offer {
    let scene = story.scene(state.scene(story));
    match &scene.way {
        Way::Choices(_) => {
            let mut offered = SmallVec::new();
            offers(story, state.words(), |choice, open| offered.push(Offered { choice, open }));
            Offer::Choose(offered)
        }
        Way::Lab { lab, .. } => Offer::World(*lab),
        Way::Exercise { kind, .. } => Offer::Exercise(*kind),
        Way::Ending(ending) => Offer::End(*ending),
        // A step never stops in an automatic scene.
        Way::Auto(_) => Offer::Choose(SmallVec::new()),
    }
}

/// The choices on offer, in the file's order, those offered anywhere last; and whether each is open.
#[inline]
pub fn offers(story: &Story, words: &[u64], mut each: impl FnMut(ChoiceId, bool)) {
    let scene = story.scene(state::scene(story, words));
    let Way::Choices(own) = scene.way else { return };
    let mut ask = |run: Run| {
        for (id, choice) in (run.start..).zip(&story.choices[run.range()]) {
            if is_offered(story, words, choice) {
                each(ChoiceId(id), is_open(story, words, choice));
            }
        }
    };
    ask(own);
    if !scene.alone {
        ask(story.anywhere);
    }
}

/// Every move that can be made in a state, but for keys: open choices, answers that are possible. All
/// of an exercise's outcomes are.
#[inline]
pub fn moves(story: &Story, words: &[u64], mut each: impl FnMut(Move)) {
    match &story.scene(state::scene(story, words)).way {
        Way::Choices(_) => offers(story, words, |choice, open| {
            if open {
                each(Move::Choose(choice));
            }
        }),
        Way::Lab { lab, .. } => {
            let possible = lab.possible(&setting_of(story, words, *lab));
            (0..32)
                .filter(|outcome| possible >> outcome & 1 == 1)
                .for_each(|outcome| each(Move::World(outcome)));
        }
        Way::Exercise { kind, .. } => {
            (0..kind.outcomes().len() as u8).for_each(|outcome| each(Move::World(outcome)));
        }
        Way::Auto(_) | Way::Ending(_) => {}
    }
}

/// Whether a choice of the scene at hand is on offer and open.
#[inline]
pub(crate) fn is_choice_open(story: &Story, words: &[u64], id: ChoiceId) -> bool {
    let choice = story.choice(id);
    is_offered(story, words, choice) && is_open(story, words, choice)
}

#[inline]
fn is_offered(story: &Story, words: &[u64], choice: &Choice) -> bool {
    choice.once.is_none_or(|mark| story.layout.marks[mark.index()].get(words) == 0)
        && choice.when.as_ref().is_none_or(|when| holds(story, when, words))
}

#[inline]
fn is_open(story: &Story, words: &[u64], choice: &Choice) -> bool {
    choice.locked.as_ref().is_none_or(|locked| holds(story, &locked.0, words))
}

/// The knobs of a lab as the facts set them.
pub fn setting(story: &Story, state: &State, lab: Lab) -> Setting {
    setting_of(story, state.words(), lab)
}

/// The knobs of a lab as the facts in these words set them.
pub fn setting_of(story: &Story, words: &[u64], lab: Lab) -> Setting {
    Setting(
        story.labs[lab as usize]
            .iter()
            .map(|binding| match binding {
                Binding::Fixed(value) => *value,
                Binding::By(fact, table) => {
                    let raw = story.fact(*fact).slot.get(words);
                    table.get(raw as usize).copied().unwrap_or(0)
                }
            })
            .collect(),
    )
}

/// Makes one move.
///
/// # Errors
/// [`Refused`], and the state is as it was.
pub fn step(story: &Story, state: &State, by: Move) -> Result<Step, Refused> {
    let mut step = Step { state: state.clone(), passed: Vec::new() };
    advance(story, step.state.words_mut(), by, &mut Keep(&mut step.passed))?;
    Ok(step)
}

/// Makes one move in place, and tells what happens on the way.
///
/// # Errors
/// [`Refused`]; the words are then half changed and must be thrown away.
pub fn advance(story: &Story, words: &mut [u64], by: Move, watch: &mut impl Watch) -> Result<(), Refused> {
    let scene = story.scene(state::scene(story, words));
    match (by, &scene.way) {
        (Move::Choose(id), Way::Choices(own)) => {
            let own = own.start <= id.0 && id.0 < own.end;
            let anywhere = !scene.alone && story.anywhere.start <= id.0 && id.0 < story.anywhere.end;
            if !(own || anywhere) || !is_offered(story, words, story.choice(id)) {
                return Err(Refused::NotOffered);
            }
            if !is_open(story, words, story.choice(id)) {
                return Err(Refused::Locked);
            }
        }
        (Move::World(outcome), Way::Lab { lab, .. }) => {
            if lab.possible(&setting_of(story, words, *lab)) >> outcome.min(31) & 1 == 0 {
                return Err(Refused::Impossible);
            }
        }
        (Move::World(_), Way::Exercise { .. }) => {}
        (Move::Type, Way::Exercise { .. }) => return Ok(()),
        _ => return Err(Refused::NotNow),
    }
    make(story, words, by, watch)
}

/// Makes one of the state's [`moves`], as [`advance`] does, and does not ask again whether it is one.
///
/// # Errors
/// As [`advance`].
#[inline]
pub fn make(story: &Story, words: &mut [u64], by: Move, watch: &mut impl Watch) -> Result<(), Refused> {
    let to = match by {
        Move::Choose(id) => {
            let choice = story.choice(id);
            if let Some(mark) = choice.once {
                story.layout.marks[mark.index()].set(words, 1);
            }
            apply(story, choice.then, words, watch)?;
            go(story, words, choice.go)?
        }
        Move::World(outcome) => {
            let arms = match &story.scene(state::scene(story, words)).way {
                Way::Lab { arms, .. } => arms.get(usize::from(outcome)).copied().flatten(),
                Way::Exercise { arms, .. } => arms.get(usize::from(outcome)).copied(),
                _ => return Err(Refused::NotNow),
            };
            take(story, words, arms.ok_or(Refused::Impossible)?, watch)?
        }
        Move::Type => return Err(Refused::NotNow),
    };
    let to = settle(story, words, to, watch)?;
    // Nothing comes between an experiment, or a thing done by hand, and what came of it.
    if let Move::World(_) = by {
        return Ok(());
    }
    interrupt(story, words, to, watch)
}

/// Takes the first arm that holds; the scene that it leads to.
fn take(story: &Story, words: &mut [u64], arms: Arms, watch: &mut impl Watch) -> Result<SceneId, Refused> {
    for (i, arm) in story.arms(arms).iter().enumerate() {
        if arm.when.as_ref().is_none_or(|when| holds(story, when, words)) {
            watch.takes(arms.id(i));
            apply(story, arm.then, words, watch)?;
            return go(story, words, arm.go);
        }
    }
    Err(Refused::NotOffered)
}

/// Goes there; the scene that is entered.
#[inline]
fn go(story: &Story, words: &mut [u64], go: Go) -> Result<SceneId, Refused> {
    let to = match go {
        Go::Stay => state::scene(story, words),
        Go::To(scene) => {
            state::enter(story, words, scene);
            scene
        }
        Go::Visit(scene) => {
            let here = state::scene(story, words);
            if !state::wait(story, words, here) {
                return Err(Refused::TooDeep(here));
            }
            state::enter(story, words, scene);
            scene
        }
        Go::Back => {
            let here = state::scene(story, words);
            let scene = state::wake(story, words).ok_or(Refused::NothingWaits(here))?;
            state::enter(story, words, scene);
            scene
        }
    };
    if let Way::Ending(_) = story.scene(to).way {
        while state::wake(story, words).is_some() {}
    }
    Ok(to)
}

/// Passes automatic scenes, from the one at hand, until something is offered; the scene where it is.
#[inline]
fn settle(
    story: &Story,
    words: &mut [u64],
    mut here: SceneId,
    watch: &mut impl Watch,
) -> Result<SceneId, Refused> {
    for _ in 0..LONGEST_CHAIN {
        let Way::Auto(arms) = story.scene(here).way else { return Ok(here) };
        watch.passes(words);
        here = take(story, words, arms, watch)?;
    }
    Err(Refused::Loop(here))
}

/// An event that comes once and whose time is over is as good as seen. So states that differ only in what
/// was missed are one.
#[inline]
fn expire(story: &Story, words: &mut [u64]) {
    for event in &story.events {
        if let (Some(mark), Some(until)) = (event.once, &event.until)
            && holds(story, until, words)
        {
            story.layout.marks[mark.index()].set(words, 1);
        }
    }
}

/// Lets the first event that is due interrupt the scene that was entered.
#[inline]
pub(crate) fn interrupt(
    story: &Story,
    words: &mut [u64],
    here: SceneId,
    watch: &mut impl Watch,
) -> Result<(), Refused> {
    if story.events.is_empty() {
        return Ok(());
    }
    expire(story, words);
    let scene = story.scene(here);
    if scene.quiet || !matches!(scene.way, Way::Choices(_)) || state::level(story, words) > 0 {
        return Ok(());
    }
    let due = story.events.iter().position(|event| {
        event.once.is_none_or(|mark| story.layout.marks[mark.index()].get(words) == 0)
            && holds(story, &event.when, words)
            && !event.until.as_ref().is_some_and(|until| holds(story, until, words))
    });
    let Some(due) = due else { return Ok(()) };
    let event = &story.events[due];
    watch.interrupts(due);
    if let Some(mark) = event.once {
        story.layout.marks[mark.index()].set(words, 1);
    }
    let to = go(story, words, Go::Visit(event.visit))?;
    settle(story, words, to, watch).map(drop)
}

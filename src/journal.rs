//! A playthrough: a list of moves by the player and the world, and a game that grows it.
//!
//! Play, undo, save, load, replay and branch are all this list. When the world is asked, play runs the
//! experiment; replay takes the recorded answer. Only [`store`] opens files.

pub mod code;
pub mod coverage;
pub mod curious;
pub mod edited;
pub mod gallery;
pub mod kept;
pub mod rarity;
mod rules;
pub mod save;
pub mod settings;
pub mod store;
pub mod turns;

use crate::engine::{self, Block, Move, Offer, Refused, Scene, State, Step, Telling};
use crate::labs::exercise::{Accepted, Refusal, Session};
use crate::labs::{Inputs, Lab, Outcome, Report, Setting, Value};
use crate::story::{ChoiceId, EndingId, PageId, SceneId, Story, Way};
use std::rc::Rc;

/// Seeds of games lie below this, so that a share code can carry one.
pub const SEEDS: u32 = 1 << 25;

/// Most moves of a playthrough.
pub const MOST_MOVES: usize = 100_000;

/// One entry of a playthrough, with stable names.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The player took the choice of this id.
    Choose(String),
    /// The player typed these keys in an exercise.
    Type(String),
    /// The world answered with this outcome, and measured these figures.
    World(String, Vec<(String, Measured)>),
}

/// A figure as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// Whole.
    Whole(i64),
    /// Real.
    Real(f64),
    /// A name.
    Name(String),
}

/// Why a move was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmade {
    /// The engine refused it.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// The exercise refused the line.
    #[error("{0}")]
    Line(String),
    /// A recorded name that the story does not know here.
    #[error("`{0}` is not on offer here")]
    Unknown(String),
    /// The playthrough is as long as it may get.
    #[error("this game has {MOST_MOVES} moves, as many as a save may hold; begin a new one")]
    TooLong,
}

/// A game: a playthrough and where it has led.
#[derive(Debug)]
pub struct Game<'s> {
    story: &'s Story,
    seed: u32,
    entries: Vec<Entry>,
    undone: Vec<Vec<Entry>>,
    watched: Vec<Entry>,
    now: Now,
}

/// Where a list of moves has led; made anew by replaying.
#[derive(Clone, Debug)]
struct Now {
    state: State,
    telling: Telling,
    /// What there is to tell since the player's last move, each as things stood then.
    trail: Vec<Told>,
    /// How the player's last move is called, for undo.
    last: String,
    session: Option<Session>,
    begun: [u32; 3],
    inputs: Inputs,
    /// The latest run of each lab: what is needed to draw its pictures again.
    runs: [Option<(Setting, Inputs)>; 3],
    /// What an experiment has just found, before its answer is made a move.
    fresh: Option<(Lab, Rc<Report>)>,
    /// Pages unlocked on the way, in order.
    pages: Vec<PageId>,
}

/// A text that was passed: a scene's, or the reply to a choice.
#[derive(Clone, Debug)]
struct Told {
    state: State,
    telling: Telling,
    reply: Option<ChoiceId>,
}

/// What the shell shows: everything since the player's last move.
#[derive(Debug)]
pub struct Screen<'g> {
    /// Replies and scenes that were passed, then the scene at hand.
    pub blocks: Vec<Block<'g>>,
    /// The scene at hand and what it offers.
    pub scene: Scene<'g>,
}

impl<'s> Game<'s> {
    /// A new game.
    ///
    /// # Errors
    /// Where the story's first scenes lead nowhere.
    pub fn new(story: &'s Story, seed: u32) -> Result<Game<'s>, Unmade> {
        let now = Now::begin(story, seed)?;
        let mut game =
            Game { story, seed, entries: Vec::new(), undone: Vec::new(), watched: Vec::new(), now };
        game.go_on()?;
        Ok(game)
    }

    /// A game from a list of moves: runs no experiment (but to draw pictures that are about to be shown),
    /// builds no text. Returns the game as far as the list is valid, and for a list that is not: the
    /// index of the first move that cannot be made, and why. A list may stop short of the world's
    /// answer: [`Game::go_on`] asks for it.
    ///
    /// # Errors
    /// As [`Game::new`].
    pub fn replay(
        story: &'s Story,
        seed: u32,
        entries: &[Entry],
    ) -> Result<(Game<'s>, Option<(usize, Unmade)>), Unmade> {
        let now = Now::begin(story, seed)?;
        let list = Vec::with_capacity(entries.len());
        let mut game = Game { story, seed, entries: list, undone: Vec::new(), watched: Vec::new(), now };
        for (i, entry) in entries.iter().enumerate() {
            if let Err(why) = game.now.make(story, entry) {
                // The move may have been made in part, as keys before one that does not fit.
                let (game, _) = Game::replay(story, seed, &game.entries)?;
                return Ok((game, Some((i, why))));
            }
            game.entries.push(entry.clone());
        }
        game.draw();
        Ok((game, None))
    }

    /// Lets the world answer, where it is its turn.
    ///
    /// # Errors
    /// When the story has nothing to go on with.
    pub fn go_on(&mut self) -> Result<(), Unmade> {
        self.ask_world()?;
        self.draw();
        Ok(())
    }

    /// The story.
    pub fn story(&self) -> &'s Story {
        self.story
    }

    /// The seed.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// The moves so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What undo took back, the next to redo last.
    pub fn undone(&self) -> &[Vec<Entry>] {
        &self.undone
    }

    /// Whether these moves are the game's own: made, or taken back and still there to be made again.
    pub fn holds(&self, moves: &[Entry]) -> bool {
        moves.iter().eq(self.entries.iter().chain(self.undone.iter().rev().flatten()).take(moves.len()))
    }

    /// Gives back what had been undone when the game was saved.
    pub fn set_undone(&mut self, undone: Vec<Vec<Entry>>) {
        self.undone = undone;
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.now.state
    }

    /// What can happen next.
    pub fn offer(&self) -> Offer {
        engine::offer(self.story, &self.now.state)
    }

    /// The scene.
    pub fn scene(&self) -> SceneId {
        self.now.state.scene(self.story)
    }

    /// The ending, if it is reached.
    pub fn ending(&self) -> Option<EndingId> {
        match self.story.scene(self.scene()).way {
            Way::Ending(ending) => Some(ending),
            _ => None,
        }
    }

    /// The exercise at hand.
    pub fn session(&self) -> Option<&Session> {
        self.now.session.as_ref()
    }

    /// Pages unlocked so far, in order.
    pub fn pages(&self) -> &[PageId] {
        &self.now.pages
    }

    /// The pages of the scenes that the last move led through: what they tell of this playthrough is
    /// what has just happened.
    pub fn taught(&self) -> Vec<PageId> {
        self.now.taught(self.story)
    }

    /// How many moves the player has made.
    pub fn turns(&self) -> usize {
        self.entries.iter().filter(|entry| !matches!(entry, Entry::World(..))).count()
    }

    /// What the telling needs beyond the state.
    pub fn telling(&self) -> &Telling {
        &self.now.telling
    }

    /// Takes a choice, and lets the world answer.
    ///
    /// # Errors
    /// When it is not on offer; nothing has changed then.
    pub fn choose(&mut self, choice: ChoiceId) -> Result<(), Unmade> {
        let id = self.story.str(self.story.choice(choice).id).to_owned();
        self.make(Entry::Choose(id))
    }

    /// Types a line in an exercise, and lets the world answer when it is done.
    ///
    /// # Errors
    /// When the exercise does not take the line, or none is at hand; nothing has changed then.
    pub fn type_line(&mut self, line: &str) -> Result<Accepted, Unmade> {
        let Some(session) = &self.now.session else { return Err(Refused::NotNow.into()) };
        let mut tried = session.clone();
        let accepted = tried.accept(line).map_err(|Refusal(why)| Unmade::Line(why))?;
        self.make(Entry::Type(accepted.keys.clone()))?;
        Ok(accepted)
    }

    /// Declines the exercise at hand.
    ///
    /// # Errors
    /// When none is.
    pub fn decline(&mut self) -> Result<(), Unmade> {
        let Offer::Exercise(kind) = self.offer() else { return Err(Refused::NotNow.into()) };
        let declined = kind.outcomes().last().copied().unwrap_or_default();
        self.make(Entry::World(declined.to_owned(), Vec::new()))
    }

    fn make(&mut self, entry: Entry) -> Result<(), Unmade> {
        if self.entries.len() >= MOST_MOVES {
            return Err(Unmade::TooLong);
        }
        let before = self.now.clone();
        let length = self.entries.len();
        let made = self.now.make(self.story, &entry).and_then(|()| {
            self.entries.push(entry);
            self.ask_world()
        });
        if let Err(why) = made {
            self.now = before;
            self.entries.truncate(length);
            return Err(why);
        }
        self.draw();
        // What was undone can be redone until a different move is made.
        match self.undone.pop() {
            Some(tail) if self.entries[length..] == tail[..] => {}
            Some(_) => self.undone.clear(),
            None => {}
        }
        Ok(())
    }

    /// Runs experiments and ends exercises until the player is asked.
    fn ask_world(&mut self) -> Result<(), Unmade> {
        loop {
            let entry = match self.offer() {
                Offer::World(lab) => self.now.experiment(self.story, self.seed, lab),
                Offer::Exercise(kind) => match self.now.session.as_ref().and_then(Session::outcome) {
                    Some(outcome) => {
                        Entry::World(kind.outcomes()[usize::from(outcome)].to_owned(), Vec::new())
                    }
                    None => return Ok(()),
                },
                Offer::Choose(_) | Offer::End(_) => return Ok(()),
            };
            if self.entries.len() >= MOST_MOVES {
                return Err(Unmade::TooLong);
            }
            self.now.make(self.story, &entry)?;
            self.entries.push(entry);
        }
    }

    /// Makes the next move of a recorded list, the player's or the world's; runs no experiment but to draw
    /// the pictures that are about to be shown.
    ///
    /// # Errors
    /// When it cannot be made here; nothing has changed then.
    pub fn follow(&mut self, entry: &Entry) -> Result<(), Unmade> {
        let before = self.now.clone();
        if let Err(why) = self.now.make(self.story, entry) {
            self.now = before;
            return Err(why);
        }
        self.entries.push(entry.clone());
        self.draw();
        Ok(())
    }

    /// What the experiment at hand answers when it is run now; `None` where none is at hand.
    pub fn measure(&self) -> Option<Entry> {
        match self.offer() {
            Offer::World(lab) => Some(self.now.clone().experiment(self.story, self.seed, lab)),
            _ => None,
        }
    }

    /// How the player's last move is called: a label, or keys.
    pub fn last(&self) -> &str {
        &self.now.last
    }

    /// Draws what the scenes at hand show of labs and replay did not bring along: pictures, and what is
    /// asked before an experiment.
    fn draw(&mut self) {
        self.now.draw(self.story, self.seed);
    }

    /// Takes back the player's last move and the world's answers to it; says what it was.
    pub fn undo(&mut self) -> Option<String> {
        let last = self
            .entries
            .iter()
            .rposition(|entry| !matches!(entry, Entry::World(..)) || self.is_declined(entry))?;
        let said = self.now.last.clone();
        let tail = self.entries.split_off(last);
        let undone = std::mem::take(&mut self.undone);
        // A list that was played can be played again as far as it went.
        let (mut game, stopped) = Game::replay(self.story, self.seed, &self.entries).ok()?;
        if stopped.is_some() {
            self.entries.extend(tail);
            self.undone = undone;
            return None;
        }
        game.undone = undone;
        game.undone.push(tail);
        game.watched = std::mem::take(&mut self.watched);
        *self = game;
        Some(said)
    }

    /// Declining is the player's move though the world's answer.
    fn is_declined(&self, entry: &Entry) -> bool {
        matches!(entry, Entry::World(outcome, _) if outcome == "Declined")
    }

    /// Makes the move again that was undone last; says what it was.
    pub fn redo(&mut self) -> Option<String> {
        let tail = self.undone.pop()?;
        let length = self.entries.len();
        let before = self.now.clone();
        for entry in &tail {
            if self.now.make(self.story, entry).is_err() {
                self.now = before;
                self.entries.truncate(length);
                self.undone.clear();
                return None;
            }
            self.entries.push(entry.clone());
        }
        self.draw();
        Some(self.now.last.clone())
    }

    /// What is shown now.
    pub fn screen(&self) -> Screen<'_> {
        let mut blocks = Vec::new();
        for told in &self.now.trail {
            let text = match told.reply {
                Some(choice) => self.story.choice(choice).reply,
                None => self.story.scene(told.state.scene(self.story)).text,
            };
            engine::tell(self.story, text, &told.state, &told.telling, &mut blocks);
        }
        let scene = engine::show(self.story, &self.now.state, &self.now.telling);
        Screen { blocks, scene }
    }
}

impl Now {
    fn begin(story: &Story, seed: u32) -> Result<Now, Unmade> {
        let step = engine::begin(story)?;
        let mut now = Now {
            state: step.state.clone(),
            telling: Telling::new(story, seed),
            trail: Vec::new(),
            last: String::new(),
            session: None,
            begun: [0; 3],
            inputs: Inputs::default(),
            runs: [None, None, None],
            fresh: None,
            pages: Vec::new(),
        };
        now.arrive(story, step);
        Ok(now)
    }

    fn taught(&self, story: &Story) -> Vec<PageId> {
        let passed = self.trail.iter().filter(|told| told.reply.is_none());
        let scenes = passed.map(|told| told.state.scene(story)).chain([self.state.scene(story)]);
        scenes.flat_map(|scene| pages_of(story, scene)).collect()
    }

    /// Makes one recorded move. On an error nothing has changed that matters: the caller throws it away.
    fn make(&mut self, story: &Story, entry: &Entry) -> Result<(), Unmade> {
        match entry {
            Entry::Choose(id) => {
                let here = self.state.scene(story);
                let choice = story.choice_named(here, id).ok_or_else(|| Unmade::Unknown(id.clone()))?;
                let step = engine::step(story, &self.state, Move::Choose(choice))?;
                self.trail.clear();
                // The reply is told as things stand after the choice, still in its scene.
                if !story.choice(choice).reply.is_empty() {
                    let state = step.passed.first().unwrap_or(&step.state).clone();
                    self.trail.push(Told { state, telling: self.telling.clone(), reply: Some(choice) });
                }
                self.last = engine::paragraph(story, story.choice(choice).label, &self.state, &self.telling)
                    .into_owned();
                self.arrive(story, step);
            }
            Entry::Type(keys) => {
                let step = engine::step(story, &self.state, Move::Type)?;
                let session = self.session.as_mut().ok_or(Refused::NotNow)?;
                session.replay(keys).map_err(|Refusal(why)| Unmade::Line(why))?;
                self.trail.clear();
                self.last = format!("what you typed last ({keys})");
                self.state = step.state;
            }
            Entry::World(name, figures) => self.answer(story, name, figures)?,
        }
        Ok(())
    }

    fn answer(&mut self, story: &Story, name: &str, figures: &[(String, Measured)]) -> Result<(), Unmade> {
        let here = self.state.scene(story);
        let unknown = || Unmade::Unknown(name.to_owned());
        match &story.scene(here).way {
            Way::Lab { lab, .. } => {
                let lab = *lab;
                let outcome = lab
                    .signature()
                    .outcomes
                    .iter()
                    .position(|known| known.name == name)
                    .ok_or_else(unknown)? as u8;
                let told = Told { state: self.state.clone(), telling: self.telling.clone(), reply: None };
                let setting = engine::setting(story, &self.state, lab);
                let step = engine::step(story, &self.state, Move::World(outcome))?;
                // Play has just measured; replay takes what was kept.
                let report = match self.fresh.take() {
                    Some((measured, report)) if measured == lab && report.outcome == Outcome(outcome) => {
                        report
                    }
                    _ => Rc::new(kept_report(lab, outcome, figures)),
                };
                self.telling.reports[lab as usize] = Some(report);
                self.runs[lab as usize] = Some((setting, self.inputs.clone()));
                self.trail.push(told);
                self.arrive(story, step);
            }
            Way::Exercise { kind, .. } => {
                let outcome =
                    kind.outcomes().iter().position(|known| *known == name).ok_or_else(unknown)? as u8;
                let declined = name == "Declined";
                let session = self.session.take();
                if !declined {
                    let session =
                        session.filter(|session| session.outcome() == Some(outcome)).ok_or_else(unknown)?;
                    session.give(&mut self.inputs);
                } else {
                    self.trail.clear();
                    self.last = "decline".to_owned();
                }
                let step = engine::step(story, &self.state, Move::World(outcome))?;
                self.arrive(story, step);
            }
            _ => return Err(Refused::NotNow.into()),
        }
        Ok(())
    }

    /// Enters the scenes that a step has passed and the one it stopped in.
    fn arrive(&mut self, story: &Story, step: Step) {
        for passed in step.passed {
            let scene = passed.scene(story);
            self.enter(story, scene);
            self.trail.push(Told { state: passed, telling: self.telling.clone(), reply: None });
        }
        self.state = step.state;
        let scene = self.state.scene(story);
        self.enter(story, scene);
        if let Way::Exercise { kind, .. } = story.scene(scene).way {
            let n = &mut self.begun[kind as usize];
            self.session = Some(Session::begin(kind, self.telling.seed.into(), *n));
            *n += 1;
        }
    }

    fn enter(&mut self, story: &Story, scene: SceneId) {
        self.telling.enter(scene);
        for page in pages_of(story, scene) {
            if !self.pages.contains(&page) {
                self.pages.push(page);
            }
        }
    }

    /// Runs the experiment at hand; its answer as an entry.
    fn experiment(&mut self, story: &Story, seed: u32, lab: Lab) -> Entry {
        let setting = engine::setting(story, &self.state, lab);
        let report = lab.run(&setting, &self.inputs, seed.into());
        let signature = lab.signature();
        let figures = signature
            .figures
            .iter()
            .zip(&report.figures)
            .map(|(spec, value)| {
                let measured = match value {
                    Value::Whole(n) => Measured::Whole(*n),
                    Value::Real(x) => Measured::Real(*x),
                    Value::Name(name) => Measured::Name((*name).to_owned()),
                };
                (spec.name.to_owned(), measured)
            })
            .collect();
        let name = signature.outcomes.get(usize::from(report.outcome.0)).map_or("", |outcome| outcome.name);
        self.fresh = Some((lab, Rc::new(report)));
        Entry::World(name.to_owned(), figures)
    }

    /// Draws what replay left undrawn for the texts that are about to be shown.
    fn draw(&mut self, story: &Story, seed: u32) {
        let here = self.state.scene(story);
        // A reply is written with the choice, wherever that leads.
        let home = |told: &Told| told.reply.and_then(|choice| story.home(choice));
        let of = |told: &Told| home(told).unwrap_or_else(|| told.state.scene(story));
        let of: Vec<SceneId> = self.trail.iter().map(of).collect();
        for lab in Lab::ALL {
            let bit = 1 << lab as u8;
            let draws = |scene: SceneId| (story.scene(scene).draws | story.draws) & bit != 0;
            let asks = |scene: SceneId| (story.scene(scene).asks | story.asks) & bit != 0;
            let must_draw = draws(here) || of.iter().copied().any(draws);
            if must_draw
                && let (Some(report), Some((setting, inputs))) =
                    (&self.telling.reports[lab as usize], &self.runs[lab as usize])
                && report.pictures.is_empty()
            {
                let again = lab.run(setting, inputs, seed.into());
                // Pictures of another result would lie.
                if again.outcome == report.outcome && again.figures == report.figures {
                    let again = Rc::new(again);
                    self.telling.reports[lab as usize] = Some(Rc::clone(&again));
                    for told in &mut self.trail {
                        if told.telling.reports[lab as usize]
                            .as_ref()
                            .is_some_and(|old| old.figures == again.figures)
                        {
                            told.telling.reports[lab as usize] = Some(Rc::clone(&again));
                        }
                    }
                }
            }
            // Each text asks at the knobs as they stood when it was told.
            if asks(here) {
                self.telling.asked[lab as usize] =
                    Some(Rc::new(lab.ask(&engine::setting(story, &self.state, lab), seed.into())));
            }
            for (told, of) in self.trail.iter_mut().zip(&of) {
                if asks(*of) {
                    let asked = lab.ask(&engine::setting(story, &told.state, lab), seed.into());
                    told.telling.asked[lab as usize] = Some(Rc::new(asked));
                }
            }
        }
    }
}

/// The state before each move of a list and after the last, and what was done by hand until then. Runs
/// no experiment.
///
/// # Errors
/// Where a move cannot be made.
pub fn states(story: &Story, seed: u32, entries: &[Entry]) -> Result<Vec<(State, Inputs)>, Unmade> {
    let mut now = Now::begin(story, seed)?;
    let mut states = vec![(now.state.clone(), now.inputs.clone())];
    for entry in entries {
        now.make(story, entry)?;
        states.push((now.state.clone(), now.inputs.clone()));
    }
    Ok(states)
}

/// A report from what was kept: figures by name, no pictures.
fn kept_report(lab: Lab, outcome: u8, kept: &[(String, Measured)]) -> Report {
    let figures = lab
        .signature()
        .figures
        .iter()
        .map(|spec| {
            let value = kept.iter().find(|(name, _)| name == spec.name).map(|(_, value)| value);
            match value {
                Some(Measured::Whole(n)) => Value::Whole(*n),
                Some(Measured::Real(x)) => Value::Real(*x),
                Some(Measured::Name(name)) => Value::Name(lab.name_of(name)),
                None => Value::Name("(not measured here)"),
            }
        })
        .collect();
    Report { outcome: Outcome(outcome), figures, pictures: Vec::new() }
}

/// The pages that a scene unlocks, with those of its ending.
pub fn pages_of(story: &Story, scene: SceneId) -> impl Iterator<Item = PageId> {
    let scene = story.scene(scene);
    let of_ending = match scene.way {
        Way::Ending(ending) => &story.endings[ending.index()].pages[..],
        _ => &[],
    };
    scene.pages.iter().chain(of_ending).copied()
}

//! The loop: show, ask, understand, make the move, save.

pub mod listing;
pub mod prompt;
pub mod render;
mod sentences;
pub mod terminal;
pub mod understand;

use crate::engine::{self, Offer, ShownChoice};
use crate::journal::gallery::Gallery;
use crate::journal::save::Save;
use crate::journal::store::{Failed, Lock, Store};
use crate::journal::{Game, SEEDS, Unmade};
use crate::labs::exercise::Session;
use crate::story::{ChoiceId, Color, PageId, Story};
use prompt::{Input, Prompt};
use rand::RngExt;
use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use terminal::Style;
use understand::{COMMANDS, Meaning, Verb, command, understand};

/// Why the program ends otherwise than well.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Something about saves.
    #[error(transparent)]
    Saves(#[from] Failed),
    /// A line of a script that means nothing here.
    #[error("line {line}: {why}")]
    Script {
        /// Its number.
        line: usize,
        /// What was wrong, and what can be said.
        why: String,
    },
    /// A story that does not even begin.
    #[error("the story cannot begin: {0}")]
    Story(#[from] Unmade),
    /// Standard output or input failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A sentence that says it all.
    #[error("{0}")]
    Told(String),
}

/// How a game begins.
#[derive(Debug)]
pub enum Begin {
    /// Where it was left; new where it never was.
    Resume,
    /// New; what was played in the slot before is kept.
    New,
    /// From another slot.
    From(String),
}

/// A game at a terminal or in a pipe.
pub struct Shell<'s> {
    story: &'s Story,
    game: Game<'s>,
    store: Store,
    slot: String,
    _lock: Lock,
    gallery: Option<Gallery>,
    style: Style,
    prompt: Prompt,
    person: bool,
    /// Text of the last screen, for assertions of scripts.
    last: String,
    played: Duration,
    since: Instant,
    /// The last save failed with this sentence.
    unsaved: Option<String>,
    /// Sentences that were used when nothing was understood.
    puzzled: usize,
    first_run: bool,
    leaving: bool,
}

/// Seconds since 1970, by this machine's clock; 0 where it is set before.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A seed for a new game.
pub fn fresh_seed() -> u32 {
    rand::rng().random_range(0..SEEDS)
}

/// Plays until the player leaves.
///
/// # Errors
/// [`Trouble`]; the game is saved as far as it can be.
pub fn play(
    story: &Story,
    store: Store,
    slot: &str,
    begin: Begin,
    seed: Option<u32>,
    style: Style,
    person: bool,
) -> Result<(), Trouble> {
    let lock = store.lock(slot)?;
    let mut out = io::stdout();
    let first_run = store.slots().map_or(true, |slots| slots.is_empty());
    let (save, source) = match &begin {
        Begin::Resume if store.exists(slot) => {
            (Some(store.load(slot).map_err(|failed| way_out(failed, slot))?), slot.to_owned())
        }
        Begin::From(from) => (Some(store.load(from)?), from.clone()),
        Begin::Resume | Begin::New => (None, slot.to_owned()),
    };
    let mut notes = Vec::new();
    if matches!(begin, Begin::New | Begin::From(_))
        && source_differs(&begin, slot)
        && let Some(kept) = keep_unfinished(story, &store, slot)?
    {
        notes.push(format!("What was played in `{slot}` is kept as `{kept}`."));
    }
    let (game, played) = match save {
        None => (Game::new(story, seed.unwrap_or_else(fresh_seed))?, Duration::ZERO),
        Some(save) => {
            let (game, more) =
                resume(story, &store, &source, &save, person).map_err(|trouble| match (&begin, trouble) {
                    (Begin::Resume, Trouble::Saves(failed)) => way_out(failed, slot),
                    (_, trouble) => trouble,
                })?;
            notes.extend(more);
            (game, save.played)
        }
    };
    let gallery = match store.gallery() {
        Ok(gallery) => Some(gallery),
        Err(failed @ Failed::Bad { .. }) => {
            let aside = store.set_gallery_aside()?;
            notes.push(format!("{failed}. It is kept as {}; a new one is begun beside it.", aside.display()));
            Some(Gallery::default())
        }
        Err(failed) => return Err(failed.into()),
    };
    let prompt = Prompt::new(person, Some(store.history_path()), style.color);
    let mut shell = Shell {
        story,
        game,
        store,
        slot: slot.to_owned(),
        _lock: lock,
        gallery,
        style,
        person: prompt.is_person(),
        prompt,
        last: String::new(),
        played,
        since: Instant::now(),
        unsaved: None,
        puzzled: 0,
        first_run,
        leaving: false,
    };
    let result = shell.run(&mut out, &notes);
    // Whatever ended it, the game is saved, and so that it survives a loss of power.
    shell.save(true);
    shell.prompt.close();
    let unsaved = shell.unsaved.take();
    match (result, unsaved) {
        (Err(trouble), _) => Err(trouble),
        (Ok(()), Some(sentence)) => Err(Trouble::Told(sentence)),
        (Ok(()), None) => Ok(()),
    }
}

fn source_differs(begin: &Begin, slot: &str) -> bool {
    !matches!(begin, Begin::From(from) if from == slot)
}

fn way_out(failed: Failed, slot: &str) -> Trouble {
    Trouble::Told(format!(
        "{failed}. `treed --new` begins a new game and keeps this file; `treed --slot NAME` plays beside it (not `{slot}`)"
    ))
}

/// Keeps an unfinished game of a slot under another name before it is begun anew.
fn keep_unfinished(story: &Story, store: &Store, slot: &str) -> Result<Option<String>, Trouble> {
    if !store.exists(slot) {
        return Ok(None);
    }
    let worth = match store.load(slot) {
        Ok(save) => save.game(story).map_or(true, |(game, stopped)| {
            let lost =
                game.ending().is_none() && game.turns() > 2 && !store.holds(slot, save.seed, &save.moves);
            !save.intact || stopped.is_some() || lost
        }),
        Err(_) => true,
    };
    Ok(if worth { Some(store.keep_copy(slot, "kept")?) } else { None })
}

/// A game from a save, and what there is to say about it.
fn resume<'s>(
    story: &'s Story,
    store: &Store,
    slot: &str,
    save: &Save,
    person: bool,
) -> Result<(Game<'s>, Vec<String>), Trouble> {
    let bad = |bad| Failed::Bad { path: format!("the save `{slot}`"), bad };
    let (game, stopped) = save.game(story).map_err(bad)?;
    let mut notes = Vec::new();
    if !save.intact {
        let at = place(&game);
        let moves = game.entries().len();
        if !person {
            return Err(Trouble::Told(format!(
                "the save `{slot}` was changed outside treed (its checksum is wrong); it replays {moves} moves, to: {at}. Load it at a terminal to go on from there, or `treed --new`"
            )));
        }
        notes.push(format!("The save `{slot}` was changed outside treed (its checksum is wrong). It replays to: {at}. You go on from there."));
    }
    if let Some((index, why)) = stopped {
        let kept = store.keep_copy(slot, "before-the-edit")?;
        notes.push(format!(
            "The story has changed since this was saved: move {} of {} cannot be made any more ({why}). You go on from the one before it; the save as it was is kept as `{kept}`.",
            index + 1,
            save.moves.len()
        ));
    }
    Ok((game, notes))
}

/// Where a game stands, in a few words.
pub fn place(game: &Game) -> String {
    let story = game.story();
    let title = match game.ending() {
        Some(ending) => story.str(story.endings[ending.index()].title),
        None => story.str(story.scene(game.scene()).title),
    };
    let status = engine::paragraph(story, story.status, game.state(), game.telling());
    if status.is_empty() { title.to_owned() } else { format!("{title}, {status}") }
}

impl Shell<'_> {
    fn run(&mut self, out: &mut impl Write, notes: &[String]) -> Result<(), Trouble> {
        self.title(out, notes)?;
        self.save(self.person);
        self.show(out)?;
        let mut interrupted = false;
        while !self.leaving {
            out.flush()?;
            self.offer_completions();
            match self.prompt.read("> ")? {
                Input::End => {
                    if self.person {
                        writeln!(out)?;
                    }
                    self.leaving = true;
                }
                Input::Interrupted if interrupted => self.leaving = true,
                Input::Interrupted => {
                    interrupted = true;
                    writeln!(out, "(Once more leaves; the game is saved.)")?;
                    continue;
                }
                Input::Line(line) => {
                    // The terminal may have been resized while the line was typed.
                    self.style = if self.person { self.style.resized() } else { self.style };
                    self.take(&line, out)?;
                }
            }
            interrupted = false;
        }
        if self.person && self.unsaved.is_none() {
            writeln!(out, "Saved. `treed` goes on from here.")?;
        }
        out.flush()?;
        Ok(())
    }

    fn title(&mut self, out: &mut impl Write, notes: &[String]) -> Result<(), Trouble> {
        let mut text = String::new();
        let story = self.story;
        if self.game.turns() == 0 {
            let mut blocks = Vec::new();
            engine::tell(story, story.cover, self.game.state(), self.game.telling(), &mut blocks);
            render::blocks(story, &blocks, self.style, &mut text);
            let title = story.str(story.title).to_uppercase();
            text.push('\n');
            text.push_str(&self.style.strong(&title));
            text.push('\n');
            render::wrap(story.str(story.tagline), "", "", self.style.width, &mut text);
        } else {
            let title = format!("{}: you are back. `restart` begins again.", story.str(story.title));
            render::wrap(&title, "", "", self.style.width, &mut text);
        }
        for note in notes {
            text.push('\n');
            render::wrap(note, "", "", self.style.width, &mut text);
        }
        if self.first_run && self.person {
            text.push('\n');
            render::wrap(sentences::FIRST_TIP, "", "", self.style.width, &mut text);
        }
        write!(out, "{text}")?;
        Ok(())
    }

    /// Shows where the game stands.
    fn show(&mut self, out: &mut impl Write) -> Result<(), Trouble> {
        let text = self.screen();
        write!(out, "{text}")?;
        self.last = text;
        Ok(())
    }

    fn screen(&self) -> String {
        let mut text = told(&self.game, self.style);
        if let Some(ending) = self.game.ending() {
            self.ending_card(ending, &mut text);
        }
        text
    }

    fn ending_card(&self, ending: crate::story::EndingId, text: &mut String) {
        let story = self.story;
        let entry = &story.endings[ending.index()];
        text.push('\n');
        if !self.style.plain {
            text.push_str(&self.style.faint(&"─".repeat(self.style.width)));
            text.push('\n');
        }
        text.push_str(&format!("Ending: {}\n", self.style.paint(story.str(entry.title), Color::Yellow)));
        let mut blocks = Vec::new();
        engine::tell(story, story.card, self.game.state(), self.game.telling(), &mut blocks);
        let mut card = String::new();
        render::blocks(story, &blocks, self.style, &mut card);
        text.push('\n');
        text.push_str(&card);
        if let Some(gallery) = &self.gallery {
            let known = |id: &str| story.ending_named(id).is_some();
            let found = gallery.endings.iter().filter(|reached| known(&reached.id)).count();
            text.push_str(&format!(
                "\nEndings found: {found} of {}. Moves: {}. Seed: {}.\n",
                story.endings.len(),
                self.game.turns(),
                self.game.seed()
            ));
        }
        for (number, (_, label)) in sentences::AT_THE_END.iter().enumerate() {
            text.push_str(&format!("{}{}. {label}\n", if number == 0 { "\n" } else { "" }, number + 1));
        }
    }

    fn offer_completions(&mut self) {
        let mut offered: Vec<(String, String)> = Vec::new();
        match self.game.offer() {
            Offer::Choose(_) => {
                let screen = self.game.screen();
                for choice in &screen.scene.choices {
                    offered.push((
                        self.story.str(self.story.choice(choice.id).id).to_owned(),
                        choice.label.clone().into_owned(),
                    ));
                }
            }
            Offer::Exercise(_) => {
                offered.push(("decline".to_owned(), "decline: somebody else may do it".to_owned()))
            }
            Offer::End(_) => offered.extend(
                sentences::AT_THE_END.iter().map(|(word, label)| ((*word).to_owned(), (*label).to_owned())),
            ),
            Offer::World(_) => {}
        }
        self.prompt.offer(offered);
    }

    /// Does what a line says.
    fn take(&mut self, line: &str, out: &mut impl Write) -> Result<(), Trouble> {
        let line = line.trim();
        if !self.person {
            if line.is_empty() || line.starts_with('#') {
                return Ok(());
            }
            if let Some(words) = line.strip_prefix('?').map(str::trim).filter(|words| !words.is_empty()) {
                return self.assert_shown(words);
            }
            if !self.style.plain {
                writeln!(out, "\n> {line}")?;
            }
        }
        match self.game.offer() {
            Offer::Exercise(_) => self.take_in_exercise(line, out),
            Offer::End(_) => self.take_at_end(line, out),
            Offer::Choose(_) | Offer::World(_) => self.take_choice(line, out),
        }
    }

    fn take_choice(&mut self, line: &str, out: &mut impl Write) -> Result<(), Trouble> {
        let choices: Vec<ShownChoice<'static>> =
            self.game.screen().scene.choices.into_iter().map(ShownChoice::into_owned).collect();
        let numbered = |ids: &[ChoiceId]| {
            let named: Vec<String> = choices
                .iter()
                .filter(|choice| ids.contains(&choice.id))
                .map(|choice| format!("{} ({})", choice.number, choice.label))
                .collect();
            named.join(", or ")
        };
        match understand(self.story, &choices, line) {
            Meaning::Nothing => self.show_choices(&choices, out),
            Meaning::Command(verb, argument) => self.command(verb, &argument, out),
            Meaning::Choice(id) => {
                self.game.choose(id)?;
                self.moved(out)
            }
            Meaning::Locked(id) => {
                let reason = choices
                    .iter()
                    .find(|choice| choice.id == id)
                    .and_then(|choice| choice.locked.as_deref())
                    .unwrap_or_default();
                self.refuse(&format!("Not now: {reason}"), out)
            }
            Meaning::NoSuchNumber(number) => {
                let known: Vec<String> = choices.iter().map(|choice| choice.number.to_string()).collect();
                self.refuse(
                    &format!("There is no choice {number} here. There are {}.", known.join(", ")),
                    out,
                )
            }
            Meaning::Which(ids) => self.refuse(&format!("Do you mean {}?", numbered(&ids)), out),
            Meaning::Perhaps(id) => {
                self.refuse(&format!("Do you mean {}? Type the number.", numbered(&[id])), out)
            }
            Meaning::Unknown => {
                let sentence = sentences::PUZZLED[self.puzzled % sentences::PUZZLED.len()];
                self.puzzled += 1;
                self.refuse(sentence, out)?;
                self.show_choices(&choices, out)
            }
        }
    }

    fn show_choices(&mut self, choices: &[ShownChoice], out: &mut impl Write) -> Result<(), Trouble> {
        let mut text = String::new();
        render::choices(choices, self.style, &mut text);
        write!(out, "{text}")?;
        Ok(())
    }

    fn take_in_exercise(&mut self, line: &str, out: &mut impl Write) -> Result<(), Trouble> {
        if line.is_empty() {
            return self.say("Type what to do, or `decline`.", out);
        }
        if matches!(line.to_lowercase().as_str(), "decline" | "skip" | "stop") {
            self.game.decline()?;
            return self.moved(out);
        }
        // Single letters are keys here.
        if line.len() > 1
            && let Some((verb, argument)) = command(line)
        {
            return self.command(verb, &argument, out);
        }
        let mut last = self.game.session().cloned();
        match self.game.type_line(line) {
            Ok(accepted) => {
                let mut text = String::new();
                for sentence in &accepted.says {
                    render::wrap(sentence, "", "", self.style.width, &mut text);
                }
                if let (Offer::Exercise(_), Some(session)) = (self.game.offer(), self.game.session()) {
                    exercise(session, self.style, &mut text);
                    write!(out, "{text}")?;
                    self.last = text;
                    self.save(self.person);
                    return Ok(());
                }
                // How it ended is seen once more before the story goes on.
                if let Some(ended) = &mut last
                    && ended.accept(line).is_ok()
                {
                    render::drawn(&ended.picture(), self.style, &mut text);
                }
                write!(out, "{text}")?;
                self.moved(out)
            }
            Err(Unmade::Line(why)) => self.refuse(&why, out),
            Err(other) => Err(other.into()),
        }
    }

    fn take_at_end(&mut self, line: &str, out: &mut impl Write) -> Result<(), Trouble> {
        let number =
            line.trim_end_matches('.').parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let word = number.and_then(|index| sentences::AT_THE_END.get(index)).map_or(line, |(word, _)| *word);
        match command(word) {
            Some((verb, argument)) => self.command(verb, &argument, out),
            None => self
                .refuse("The story has ended. Type `undo`, `restart`, `endings`, `notebook` or `quit`.", out),
        }
    }

    /// After a move: keep what was found, save, show.
    fn moved(&mut self, out: &mut impl Write) -> Result<(), Trouble> {
        let before: Vec<String> = self
            .gallery
            .iter()
            .flat_map(|gallery| gallery.pages.iter().map(|page| page.id.clone()))
            .collect();
        let new: Vec<PageId> = self
            .game
            .pages()
            .iter()
            .copied()
            .filter(|page| !before.iter().any(|id| id == self.story.str(self.story.pages[page.index()].name)))
            .collect();
        if self.game.ending().is_some() || !new.is_empty() {
            match self.store.keep(&self.game, now(), self.person) {
                Ok(gallery) => self.gallery = Some(gallery),
                Err(failed) => self.say(&format!("The gallery could not be kept: {failed}."), out)?,
            }
        }
        self.save(self.person);
        if let Some(sentence) = &self.unsaved {
            let sentence =
                format!("{sentence} You can go on playing; this will be tried again after every move.");
            self.say(&sentence, out)?;
        }
        self.show(out)?;
        if !new.is_empty() {
            let titles: Vec<&str> =
                new.iter().map(|page| self.story.str(self.story.pages[page.index()].title)).collect();
            let text = format!("New in your notebook: {}. (`notebook`)", titles.join("; "));
            let mut lines = String::from("\n");
            render::wrap(&text, "", "", self.style.width, &mut lines);
            write!(out, "{}", self.style.faint(lines.trim_end()))?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn save(&mut self, sync: bool) {
        let played = self.played + self.since.elapsed();
        let save = Save::of(&self.game, place(&self.game), played, now());
        self.unsaved = self
            .store
            .save(&self.slot, &save, sync)
            .err()
            .map(|failed| format!("The game could not be saved: {failed}."));
    }

    /// Keeps the game under a name of its own before another takes its slot; says so, or why not.
    fn keep_so_far(&mut self) -> Result<String, String> {
        self.save(self.person);
        if let Some(why) = &self.unsaved {
            return Err(why.clone());
        }
        if self.store.holds(&self.slot, self.game.seed(), self.game.entries()) {
            return Ok("(Another save holds the game so far.)".to_owned());
        }
        match self.store.keep_copy(&self.slot, "kept") {
            Ok(kept) => Ok(format!("(The game so far is kept as `{kept}`.)")),
            Err(failed) => Err(sentence(&failed)),
        }
    }

    fn say(&mut self, sentence: &str, out: &mut impl Write) -> Result<(), Trouble> {
        let mut text = String::new();
        render::wrap(sentence, "", "", self.style.width, &mut text);
        write!(out, "{text}")?;
        self.last = text;
        Ok(())
    }

    /// A line that cannot be acted on: said to a person; the end of a script.
    fn refuse(&mut self, sentence: &str, out: &mut impl Write) -> Result<(), Trouble> {
        if self.person {
            return self.say(sentence, out);
        }
        Err(Trouble::Script { line: self.prompt.line_number(), why: sentence.to_owned() })
    }

    fn assert_shown(&self, words: &str) -> Result<(), Trouble> {
        let fold = |text: &str| {
            text.replace('\u{A0}', " ").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
        };
        if fold(&self.last).contains(&fold(words)) {
            return Ok(());
        }
        Err(Trouble::Script {
            line: self.prompt.line_number(),
            why: format!("the last screen does not say `{words}`; it says:\n{}", self.last),
        })
    }

    fn command(&mut self, verb: Verb, argument: &str, out: &mut impl Write) -> Result<(), Trouble> {
        match verb {
            Verb::Help => {
                let mut text = String::from(sentences::HELP);
                for command in COMMANDS {
                    let name = format!("{} {}", command.names[0], command.argument);
                    render::wrap(
                        command.about,
                        &format!("  {name:<16} "),
                        &" ".repeat(19),
                        self.style.width,
                        &mut text,
                    );
                }
                if let Offer::Exercise(_) = self.game.offer() {
                    text.push_str("  decline          let somebody else do this\n");
                }
                self.print(&text, out)
            }
            Verb::Look => self.show(out),
            Verb::Undo => match self.game.undo() {
                Some(what) => {
                    self.say(&format!("(Taken back: {what})"), out)?;
                    self.save(self.person);
                    self.show(out)
                }
                None => self.refuse("There is nothing to take back: this is the beginning.", out),
            },
            Verb::Redo => match self.game.redo() {
                Some(what) => {
                    self.say(&format!("(Made again: {what})"), out)?;
                    self.moved(out)
                }
                None => self.refuse("There is nothing to make again.", out),
            },
            Verb::Save if argument.is_empty() => self.refuse(
                "Under which name? Type `save NAME`. (The game is also saved by itself after every move.)",
                out,
            ),
            Verb::Save => {
                let save = Save::of(&self.game, place(&self.game), self.played + self.since.elapsed(), now());
                // The slot that is played is locked by this game.
                let lock = if argument == self.slot { Ok(None) } else { self.store.lock(argument).map(Some) };
                match lock.and_then(|_lock| self.store.save(argument, &save, true)) {
                    Ok(()) => self.say(
                        &format!("Kept as `{argument}`. `load {argument}` comes back to this moment."),
                        out,
                    ),
                    Err(failed) => self.refuse(&sentence(&failed), out),
                }
            }
            Verb::Load if argument.is_empty() => {
                self.command(Verb::Saves, "", out)?;
                self.say("Type `load NAME`.", out)
            }
            Verb::Load => self.load(argument, out),
            Verb::Saves => {
                let text = listing::saves(&self.store, self.style)?;
                self.print(&text, out)
            }
            Verb::Restart => {
                let note = if self.game.ending().is_none() && self.game.turns() > 2 {
                    match self.keep_so_far() {
                        Ok(note) => note,
                        Err(why) => return self.refuse(&why, out),
                    }
                } else {
                    "(From the beginning.)".to_owned()
                };
                self.game = Game::new(self.story, fresh_seed())?;
                self.played = Duration::ZERO;
                self.since = Instant::now();
                self.say(&note, out)?;
                self.save(self.person);
                self.show(out)
            }
            Verb::Endings => {
                let text = listing::endings(
                    self.story,
                    self.gallery.as_ref().unwrap_or(&Gallery::default()),
                    self.style,
                );
                self.print(&text, out)
            }
            Verb::Notebook if argument.is_empty() => {
                let text = listing::pages(
                    self.story,
                    self.gallery.as_ref().unwrap_or(&Gallery::default()),
                    self.style,
                );
                self.print(&text, out)
            }
            Verb::What if argument.is_empty() => {
                self.refuse("What is what? Type `what is recall`, say.", out)
            }
            Verb::What | Verb::Notebook => match listing::page(
                self.story,
                self.gallery.as_ref().unwrap_or(&Gallery::default()),
                argument,
                self.style,
            ) {
                Ok(text) => self.print(&text, out),
                Err(why) => self.refuse(&why, out),
            },
            Verb::Log => {
                let text = listing::log(&self.game, self.style)?;
                self.print(&text, out)
            }
            Verb::Credits => {
                let mut blocks = Vec::new();
                engine::tell(
                    self.story,
                    self.story.credits,
                    self.game.state(),
                    self.game.telling(),
                    &mut blocks,
                );
                let mut text = String::new();
                render::blocks(self.story, &blocks, self.style, &mut text);
                drop(blocks);
                self.print(&text, out)
            }
            Verb::Quit => {
                self.leaving = true;
                Ok(())
            }
        }
    }

    fn print(&mut self, text: &str, out: &mut impl Write) -> Result<(), Trouble> {
        write!(out, "{text}")?;
        self.last = text.to_owned();
        Ok(())
    }

    fn load(&mut self, name: &str, out: &mut impl Write) -> Result<(), Trouble> {
        let save = match self.store.load(name) {
            Ok(save) => save,
            Err(failed) => return self.refuse(&sentence(&failed), out),
        };
        let (game, notes) = match resume(self.story, &self.store, name, &save, self.person) {
            Ok(loaded) => loaded,
            Err(trouble) => return self.refuse(&trouble.to_string(), out),
        };
        if name != self.slot && self.game.ending().is_none() && self.game.turns() > 2 {
            match self.keep_so_far() {
                Ok(note) => self.say(&note, out)?,
                Err(why) => return self.refuse(&why, out),
            }
        }
        self.game = game;
        self.played = save.played;
        self.since = Instant::now();
        for note in notes {
            self.say(&note, out)?;
        }
        self.save(self.person);
        self.show(out)
    }
}

/// What is shown of a game: head, all that was told since the player's last move, exercise, choices.
pub fn told(game: &Game, style: Style) -> String {
    let story = game.story();
    let screen = game.screen();
    let mut text = String::from("\n");
    let status = engine::paragraph(story, story.status, game.state(), game.telling());
    let scene = story.scene(screen.scene.id);
    // A scene without a title of its own has only its name, which is for authors.
    let title = if scene.title == scene.name { "" } else { story.str(scene.title) };
    render::head(title, &status, style, &mut text);
    let mut body = String::new();
    render::blocks(story, &screen.blocks, style, &mut body);
    render::blocks(story, &screen.scene.blocks, style, &mut body);
    text.push('\n');
    text.push_str(&body);
    if let Some(session) = game.session() {
        exercise(session, style, &mut text);
    }
    if !screen.scene.choices.is_empty() {
        text.push('\n');
        render::choices(&screen.scene.choices, style, &mut text);
    }
    text
}

fn exercise(session: &Session, style: Style, text: &mut String) {
    text.push('\n');
    render::drawn(&session.picture(), style, text);
    text.push('\n');
    render::wrap(&session.prompt(), "", "", style.width, text);
}

fn sentence(failed: &Failed) -> String {
    let text = failed.to_string();
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect::<String>() + ".")
}

//! The loop: show, ask, understand, make the move, save.
//!
//! A line goes through `turn` (what it means where the game stands, by `understand`) to a move of the game or
//! to a command of the one table in [`commands`]; `screen` and `listing` make texts of values, `render` and
//! `terminal` lines and colours of texts.

mod begin;
pub mod commands;
pub mod found;
mod keeping;
pub mod listing;
pub mod prompt;
pub mod render;
mod resume;
mod screen;
mod sentences;
pub mod terminal;
mod tips;
mod title;
mod turn;
pub mod understand;
mod what_if;

use crate::journal::gallery::Gallery;
use crate::journal::settings::Settings;
use crate::journal::store::{Failed, Lock, Store};
use crate::journal::{Game, SEEDS, Unmade};
use crate::story::Story;
pub use begin::{Begin, play};
use prompt::{Input, Prompt};
use rand::RngExt;
pub use screen::{place, told};
pub use sentences::remember_flags;
use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use terminal::Style;

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
    /// A command line that could mean several things: all of them.
    #[error("{0}; say which")]
    Which(String),
}

/// A game at a terminal or in a pipe.
pub struct Shell<'s> {
    story: &'s Story,
    game: Game<'s>,
    store: Store,
    slot: String,
    lock: Lock,
    gallery: Option<Gallery>,
    /// As the command line wants it, before the player's settings.
    asked_style: Style,
    settings: Settings,
    style: Style,
    prompt: Prompt,
    person: bool,
    /// Text of the last screen, for assertions of scripts.
    last: String,
    played: Duration,
    since: Instant,
    /// The last save failed with this sentence.
    unsaved: Option<String>,
    /// What has happened to the folder of saves and is still to be told.
    mended: Option<String>,
    /// Something that was found is not in the gallery yet.
    owed: bool,
    /// What the last question was about, if it asked about one thing.
    asked: Option<understand::Candidate>,
    /// Sentences that were used when nothing was understood.
    puzzled: usize,
    /// How often something was examined.
    examined: usize,
    leaving: bool,
    /// The move to go back to for another ending, where one was found.
    chance: Option<usize>,
}

/// Seconds since 1970, by this machine's clock; 0 where it is set before.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A seed for a new game.
pub fn fresh_seed() -> u32 {
    rand::rng().random_range(0..SEEDS)
}

impl Shell<'_> {
    fn run(&mut self, out: &mut dyn Write, notes: &[String]) -> Result<(), Trouble> {
        write!(out, "{}", self.title(notes))?;
        self.begun(out)?;
        self.tip(out)?;
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
                // Only on an empty line it is a second time.
                Input::Interrupted | Input::Cancelled => {
                    interrupted = true;
                    writeln!(out, "{}", sentences::ONCE_MORE)?;
                    continue;
                }
                Input::Line(line) => {
                    // The terminal may have been resized while the line was typed.
                    self.restyle();
                    self.take(&line, out)?;
                }
            }
            interrupted = false;
        }
        if self.person && self.unsaved.is_none() {
            self.say(&sentences::saved(&self.slot), out)?;
        }
        out.flush()?;
        Ok(())
    }

    /// Decides anew how to show things: the terminal may have another width, a setting another value.
    fn restyle(&mut self) {
        if self.person {
            self.style = self.asked_style.with(&self.settings);
        }
    }

    /// Shows where the game stands.
    fn show(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        let text = self.screen();
        write!(out, "{text}")?;
        self.last = text;
        self.wonder(out)
    }

    fn say(&mut self, sentence: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        let mut text = String::new();
        render::wrap(sentence, "", "", self.style.width, &mut text);
        write!(out, "{text}")?;
        self.last = text;
        Ok(())
    }

    /// A line that cannot be acted on: said to a person; the end of a script.
    fn refuse(&mut self, sentence: &str, out: &mut dyn Write) -> Result<(), Trouble> {
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

    fn print(&mut self, text: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        write!(out, "{text}")?;
        self.last = text.to_owned();
        Ok(())
    }
}

fn sentence(failed: &Failed) -> String {
    let text = failed.to_string();
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect::<String>() + ".")
}

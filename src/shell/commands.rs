//! What the player can say at any time. One table: help, completion and understanding are made of it, and
//! a command is added by one line here and its function in a file below.

mod games;
mod map;
mod moves;
mod reading;
mod rewind;
mod settings;

use super::{Shell, Trouble};
pub(super) use settings::completions as setting_names;
use std::fmt;
use std::io::Write;

/// Does what a command says, with what followed its name.
type Run = fn(&mut Shell<'_>, &str, &mut dyn Write) -> Result<(), Trouble>;

/// One command.
pub struct Command {
    /// Its names; the first is the one that is shown.
    pub names: &'static [&'static str],
    /// What may follow it, as shown; empty for nothing.
    pub argument: &'static str,
    /// What it does, for `help`.
    pub about: &'static str,
    pub(super) run: Run,
}

/// All commands, in the order of `help`.
pub const COMMANDS: &[Command] = &[
    named(&["look", "l"], "", "show this scene again", moves::look),
    named(&["undo"], "[N]", "take back your last move, or the last N", moves::undo),
    named(&["rewind"], "[N]", "list your moves, or go back to where you made one", rewind::rewind),
    named(&["redo"], "[N]", "make it again, or N of them", moves::redo),
    named(&["save"], "NAME", "keep this moment under a name", games::save),
    named(&["load"], "NAME", "go back to a moment you kept", games::load),
    named(&["saves"], "", "list what you kept", games::saves),
    named(&["restart"], "", "begin again", games::restart),
    named(&["endings"], "", "the endings you have found, and hints for the rest", reading::endings),
    named(&["notebook"], "[TERM]", "the pages you have unlocked", reading::notebook),
    named(&["what is", "what's", "what are", "whats"], "TERM", "a page of the notebook", reading::what),
    named(&["map"], "", "where you have been", map::map),
    named(&["log"], "", "the seed and your moves so far", moves::log),
    named(&["credits"], "", "where the story comes from", reading::credits),
    named(&["settings"], "[NAME VALUE]", "width, pace, colour, pictures, plain", settings::settings),
    named(&["help", "?", "h", "commands"], "", "this list", reading::help),
    named(&["quit", "q", "exit", "bye"], "", "leave; the game is saved", games::quit),
];

const fn named(
    names: &'static [&'static str],
    argument: &'static str,
    about: &'static str,
    run: Run,
) -> Command {
    Command { names, argument, about, run }
}

impl PartialEq for Command {
    fn eq(&self, other: &Command) -> bool {
        self.names == other.names
    }
}

impl Eq for Command {}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.names[0])
    }
}

/// The command that a line is, if it is one, and what follows it: an exact command word is always the
/// command.
pub fn command(line: &str) -> Option<(&'static Command, String)> {
    let line = line.trim();
    for command in COMMANDS {
        for name in command.names {
            // What follows keeps its capitals: it may be the name of a save.
            let Some((word, rest)) = line.split_at_checked(name.len()) else { continue };
            if !word.eq_ignore_ascii_case(name) {
                continue;
            }
            if rest.is_empty() {
                return Some((command, String::new()));
            }
            if rest.starts_with(' ') && !command.argument.is_empty() {
                return Some((command, rest.trim().trim_end_matches('?').trim().to_owned()));
            }
        }
    }
    None
}

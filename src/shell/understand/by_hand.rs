//! A typed line while something is done by hand: keys, a command, or the wish to stop.

use super::super::commands::{Command, command};
use super::sayings;
use super::words::split;
use crate::labs::exercise::{Refusal, Session};
use crate::story::Story;

/// What a line means during an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// Nothing was typed.
    Nothing,
    /// Somebody else may do it.
    Decline,
    /// A command and what follows it.
    Command(&'static Command, String),
    /// The exercise takes the line; what it would be recorded as.
    Keys(String),
    /// It does not, and says why.
    Refused(String),
}

/// What a line means where this exercise stands. Keys come before all but a command's own name.
pub fn understand_by_hand(story: &Story, session: &Session, line: &str) -> ByHand {
    let line = line.trim();
    if line.is_empty() {
        return ByHand::Nothing;
    }
    let declines =
        ["decline", "skip", "stop", "give up", "i give up", "hand it back", "hand back", "give it back"];
    if declines.contains(&&*line.trim_end_matches(['.', '!']).to_lowercase()) {
        return ByHand::Decline;
    }
    // Single letters are keys here.
    if line.len() > 1
        && let Some((command, rest)) = command(line)
    {
        return ByHand::Command(command, sayings::argument(command, rest));
    }
    match session.clone().accept(line) {
        Ok(accepted) => ByHand::Keys(accepted.keys),
        Err(Refusal(why)) => match sayings::said(story, line, &split(line)) {
            Some((command, rest)) => ByHand::Command(command, rest),
            None => ByHand::Refused(why),
        },
    }
}

//! A save and a story that has changed since: up to where the moves still lead, and what is told of it.
//!
//! Moves are found by their ids and aliases, never by their place in a list, so a choice that was added
//! above another changes nothing here.

use super::save::Save;
use super::{Entry, Game, Unmade};
use crate::engine::Refused;
use crate::story::Story;

/// What a replayed save has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// All moves were made, and lead where they led.
    Whole,
    /// All moves were made, but they lead elsewhere, or the place is called something else now.
    Elsewhere(String),
    /// Some moves cannot be made any more.
    Stopped(String),
}

/// Compares a save with the game that its moves have led to. `place` says where that is; `stopped` is
/// the first entry that could not be made.
pub fn fit(save: &Save, game: &Game, place: &str, stopped: Option<&(usize, Unmade)>) -> Fit {
    let edited = save.hash != game.story().hash;
    let since = if edited {
        "The story has changed since this was saved"
    } else {
        "The moves of this save do not fit the story"
    };
    let Some((index, why)) = stopped else {
        return if edited && save.at != place {
            Fit::Elsewhere(format!(
                "{since}. The same moves, which led to \u{201C}{}\u{201D}, now lead to \u{201C}{place}\u{201D}.",
                save.at
            ))
        } else {
            Fit::Whole
        };
    };
    let (before, after) = save.moves.split_at((*index).min(save.moves.len()));
    let made = turns(before);
    let all = made + turns(after);
    let what = match after.first() {
        Some(entry) => reason(game.story(), entry, why),
        None => why.to_string(),
    };
    Fit::Stopped(if made == 0 {
        format!("{since}. Of its {all} moves not even the first can be made: {what}.")
    } else {
        format!(
            "{since}. {made} of its {all} moves can still be made, up to \u{201C}{place}\u{201D}; there {what}."
        )
    })
}

/// How many moves of the player are among these.
fn turns(entries: &[Entry]) -> usize {
    entries.iter().filter(|entry| !matches!(entry, Entry::World(..))).count()
}

/// Why a recorded move cannot be made, in words for a player.
fn reason(story: &Story, entry: &Entry, why: &Unmade) -> String {
    match (entry, why) {
        (Entry::Choose(id), Unmade::Unknown(_)) => {
            if story.choices.iter().any(|choice| story.str(choice.id) == id) {
                format!("the choice `{id}` is not to be found any more")
            } else {
                format!("the choice `{id}` is no longer in the story")
            }
        }
        (Entry::Choose(id), Unmade::Refused(Refused::NotOffered)) => {
            format!("the choice `{id}` is not on offer any more")
        }
        (Entry::Choose(id), Unmade::Refused(Refused::Locked)) => {
            format!("the choice `{id}` is locked now")
        }
        (Entry::Choose(id), Unmade::Refused(Refused::NotNow)) => {
            format!("nothing is to be chosen any more, and `{id}` was chosen")
        }
        (Entry::Type(keys), Unmade::Refused(Refused::NotNow)) => {
            format!("nothing is done by hand any more, and `{keys}` was typed")
        }
        (Entry::World(outcome, _), Unmade::Refused(Refused::NotNow)) => {
            format!("no experiment is run any more, and one had answered `{outcome}`")
        }
        (Entry::World(outcome, _), Unmade::Unknown(_) | Unmade::Refused(Refused::Impossible)) => {
            format!("the experiment cannot answer `{outcome}` any more")
        }
        (Entry::Choose(id), why) => format!("the choice `{id}` cannot be taken: {why}"),
        (_, why) => format!("the next move cannot be made: {why}"),
    }
}

//! How a game begins: where it was left, anew, or from another slot; and what there is to say about it.

use super::prompt::Prompt;
use super::terminal::Style;
use super::{Shell, Trouble, fresh_seed, place};
use crate::journal::Game;
use crate::journal::gallery::Gallery;
use crate::journal::save::Save;
use crate::journal::store::{Failed, Store};
use crate::story::Story;
use std::io;
use std::time::{Duration, Instant};

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
pub(super) fn resume<'s>(
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

//! How a game begins: where it was left, anew, or from another slot; and what there is to say about it.

use super::prompt::Prompt;
use super::resume::{resume, settle, yes};
use super::terminal::Style;
use super::{Shell, Trouble, fresh_seed, sentence, title};
use crate::journal::Game;
use crate::journal::settings::Settings;
use crate::journal::store::{Failed, Store};
use crate::story::Story;
use std::io::{self, Write};
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
    // What is not there is told before that the slot at hand is taken.
    let mut save = match &begin {
        Begin::From(from) => Some((store.load(from)?, from.clone())),
        Begin::Resume | Begin::New => None,
    };
    let lock = store.lock(slot)?;
    let mut out = io::stdout();
    let mut notes = Vec::new();
    let settings = match store.settings() {
        Ok(settings) => settings,
        Err(failed) => {
            notes.push(format!(
                "{failed}. The program plays with its own settings; `settings` sets them anew."
            ));
            Settings::default()
        }
    };
    let asked_style = style;
    let style = if person { style.with(&settings) } else { style };
    let mut prompt = Prompt::new(person, style.plain, Some(store.history_path()), style.color, slot);
    let mut begin = begin;
    if matches!(begin, Begin::Resume) && store.exists(slot) {
        match store.load(slot) {
            Ok(found) => {
                if prompt.is_person() {
                    match title::ask(story, &store, &found, &mut prompt, style, &mut out)? {
                        Some(chosen) => begin = chosen,
                        None => return Ok(()),
                    }
                }
                if matches!(begin, Begin::Resume) {
                    save = Some((found, slot.to_owned()));
                }
            }
            Err(failed @ Failed::Bad { .. }) if prompt.is_person() => {
                let told = sentence(&failed);
                if !yes(&told, "Begin a new game? The file is kept.", &mut prompt, style, &mut out)? {
                    return Ok(());
                }
                notes.push(format!("The file is kept as `{}`.", store.keep_copy(slot, "kept")?));
            }
            Err(failed) => return Err(way_out(failed, slot)),
        }
    }
    // The title screen may have been asked for another save.
    if let (Begin::From(from), None) = (&begin, &save) {
        save = Some((store.load(from)?, from.clone()));
    }
    let (game, played) = match save {
        None => (Game::new(story, seed.unwrap_or_else(fresh_seed))?, Duration::ZERO),
        Some((save, source)) => {
            let resumed =
                resume(story, &source, &save, person).map_err(|trouble| match (&begin, trouble) {
                    (Begin::Resume, Trouble::Saves(failed)) => way_out(failed, slot),
                    (_, trouble) => trouble,
                })?;
            let settled = settle(resumed, &store, &source, source == slot, &mut prompt, style, &mut out)?;
            let Some((game, more)) = settled else {
                writeln!(out, "Nothing was changed. `treed --new` begins a new game and keeps this save.")?;
                return Ok(());
            };
            notes.extend(more);
            (game, save.played)
        }
    };
    if matches!(begin, Begin::New | Begin::From(_))
        && source_differs(&begin, slot)
        && let Some(note) = keep_unfinished(story, &store, slot)?
    {
        notes.push(note);
    }
    let found = store.open_gallery()?;
    notes.extend(found.aside);
    let mut shell = Shell {
        story,
        game,
        store,
        slot: slot.to_owned(),
        lock,
        gallery: Some(found.gallery),
        asked_style,
        settings,
        style,
        person: prompt.is_person(),
        prompt,
        last: String::new(),
        played,
        since: Instant::now(),
        unsaved: None,
        mended: None,
        owed: false,
        asked: None,
        puzzled: 0,
        examined: 0,
        leaving: false,
        chance: None,
    };
    let result = shell.run(&mut out, &notes);
    // Whatever ended it, the game is saved, and so that it survives a loss of power.
    shell.save(true);
    if shell.owed {
        shell.keep();
    }
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

/// Keeps an unfinished game of a slot under another name before it is begun anew; says under which, or why it
/// is not kept. Of a game that has ended the gallery tells.
fn keep_unfinished(story: &Story, store: &Store, slot: &str) -> Result<Option<String>, Trouble> {
    if !store.exists(slot) {
        return Ok(None);
    }
    if let Ok(save) = store.load(slot)
        && save.intact
        && let Ok((game, None)) = save.game(story)
    {
        if game.ending().is_some() || game.turns() == 0 {
            return Ok(None);
        }
        if let Some(name) = store.holder(slot, save.seed, &save.moves) {
            return Ok(Some(format!(
                "What was played in `{slot}` is in `{name}` too: `treed load {name}` goes back to it."
            )));
        }
        if game.turns() <= 2 {
            let moves = crate::text::counted(game.turns() as u64, "move");
            return Ok(Some(format!("The game in `{slot}` had only {moves} and is not kept.")));
        }
    }
    let kept = store.keep_copy(slot, "kept")?;
    Ok(Some(format!("What was played in `{slot}` is kept as `{kept}`: `treed load {kept}` goes back to it.")))
}

//! Commands that keep a game, take up another, or leave.

use crate::journal::Game;
use crate::journal::save::Save;
use crate::shell::resume::{resume, settle};
use crate::shell::{Shell, Trouble, fresh_seed, listing, now, place, sentence};
use std::io::Write;
use std::time::{Duration, Instant};

pub(super) fn save(shell: &mut Shell, name: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    if name.is_empty() {
        return shell.refuse(
            "Under which name? Type `save NAME`. (The game is also saved by itself after every move.)",
            out,
        );
    }
    let save = Save::of(&shell.game, place(&shell.game), shell.time(), now());
    // The slot that is played is locked by this game.
    let lock = if name == shell.slot { Ok(None) } else { shell.store.lock(name).map(Some) };
    let kept = lock.and_then(|_lock| {
        // The slot that is played holds this game, and is written after every move.
        let other = if name == shell.slot { None } else { shell.store.keep_other(name, &shell.game)? };
        shell.store.save(name, &save, true)?;
        Ok(other)
    });
    match kept {
        Ok(other) => {
            let other = other.map(|other| {
                format!(
                    " The save that was there is of another game, or cannot be read: it is kept as `{other}`."
                )
            });
            let told = format!(
                "Kept as `{name}`. `load {name}` comes back to this moment.{}",
                other.unwrap_or_default()
            );
            shell.say(&told, out)
        }
        Err(failed) => shell.refuse(&sentence(&failed), out),
    }
}

pub(super) fn load(shell: &mut Shell, name: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    if name.is_empty() {
        saves(shell, "", out)?;
        return shell.say("Type `load NAME`.", out);
    }
    let save = match shell.store.load(name) {
        Ok(save) => save,
        Err(failed) => return shell.refuse(&sentence(&failed), out),
    };
    let resumed = match resume(shell.story, name, &save, shell.person) {
        Ok(resumed) => resumed,
        Err(trouble) => return shell.refuse(&trouble.to_string(), out),
    };
    let over = name == shell.slot;
    let settled = settle(resumed, &shell.store, name, over, &mut shell.prompt, shell.style, out)?;
    let Some((game, notes)) = settled else {
        return shell.say("Nothing was loaded; your game goes on where it was.", out);
    };
    if name != shell.slot && shell.game.ending().is_none() && shell.game.turns() > 2 {
        match keep_so_far(shell) {
            Ok(note) => shell.say(&note, out)?,
            Err(why) => return shell.refuse(&why, out),
        }
    }
    shell.game = game;
    shell.played = save.played;
    shell.since = Instant::now();
    for note in notes {
        shell.say(&note, out)?;
    }
    shell.save(shell.person);
    shell.show(out)
}

pub(super) fn saves(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let text = listing::saves(&shell.store, shell.style)?;
    shell.print(&text, out)
}

pub(super) fn restart(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let note = if shell.game.ending().is_none() && shell.game.turns() > 2 {
        match keep_so_far(shell) {
            Ok(note) => note,
            Err(why) => return shell.refuse(&why, out),
        }
    } else if shell.game.ending().is_some() {
        "(From the beginning. `endings` has the game that ended; `treed replay TITLE` plays it again.)"
            .to_owned()
    } else if shell.game.turns() > 0 {
        "(From the beginning. So short a game is not kept; the same choices lead back to where you were.)"
            .to_owned()
    } else {
        "(From the beginning.)".to_owned()
    };
    shell.game = Game::new(shell.story, fresh_seed())?;
    shell.played = Duration::ZERO;
    shell.since = Instant::now();
    shell.say(&note, out)?;
    shell.begun(out)
}

/// Keeps the game under a name of its own before another takes its slot; says so, or why not.
fn keep_so_far(shell: &mut Shell) -> Result<String, String> {
    shell.save(shell.person);
    if let Some(why) = &shell.unsaved {
        return Err(why.clone());
    }
    if let Some(name) = shell.store.holder(&shell.slot, shell.game.seed(), shell.game.entries()) {
        return Ok(format!("(`{name}` holds the game so far: `load {name}` goes back to it.)"));
    }
    match shell.store.keep_copy(&shell.slot, "kept") {
        Ok(kept) => Ok(format!("(The game so far is kept: `load {kept}` goes back to it.)")),
        Err(failed) => Err(sentence(&failed)),
    }
}

pub(super) fn quit(shell: &mut Shell, _: &str, _: &mut dyn Write) -> Result<(), Trouble> {
    shell.leaving = true;
    Ok(())
}

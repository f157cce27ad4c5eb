//! Going on from a save: what is told where it does not fit any more, and the question whether to go on.

use super::prompt::{Input, Prompt};
use super::render;
use super::terminal::Style;
use super::{Trouble, place};
use crate::journal::Game;
use crate::journal::edited::{Fit, fit};
use crate::journal::save::Save;
use crate::journal::store::{Failed, Store};
use crate::story::Story;
use std::io::Write;

/// A save, played again as far as it goes.
pub(super) struct Resumed<'s> {
    /// Where that has led.
    pub(super) game: Game<'s>,
    /// What there is to say of it.
    notes: Vec<String>,
    /// Something of the save is lost by going on: it is asked about, and a copy gets a name with this word.
    doubt: Option<&'static str>,
}

/// Plays a save again.
pub(super) fn resume<'s>(
    story: &'s Story,
    slot: &str,
    save: &Save,
    person: bool,
) -> Result<Resumed<'s>, Trouble> {
    let bad = |bad| Failed::Bad { path: format!("the save `{slot}`"), bad };
    let (game, stopped) = save.game(story).map_err(bad)?;
    let at = place(&game);
    let mut resumed = Resumed { notes: Vec::new(), doubt: None, game };
    if let Some(wrong) = save.doubt() {
        let moves = crate::text::counted(resumed.game.entries().len() as u64, "move");
        if !person {
            return Err(Trouble::Told(format!(
                "the save `{slot}` {wrong}; played again ({moves}) it leads to \u{201C}{at}\u{201D}. Load it at a terminal to go on from there, or begin anew with `treed --new`: the file is kept"
            )));
        }
        resumed.notes.push(format!(
            "The save `{slot}` {wrong}. Played again ({moves}) it leads to \u{201C}{at}\u{201D}."
        ));
        resumed.doubt = Some("as-found");
    }
    match fit(save, &resumed.game, &at, stopped.as_ref()) {
        Fit::Whole => {}
        Fit::Elsewhere(note) => resumed.notes.push(note),
        Fit::Stopped(note) => {
            resumed.notes.push(note);
            resumed.doubt = Some("before-the-edit");
        }
    }
    Ok(resumed)
}

/// Settles what is doubtful about a save. A person is asked; a script goes on. The save as it was is kept,
/// under another name where it is about to be written over. Says the game and what is still to be told;
/// `None` where it is not to be gone on with.
pub(super) fn settle<'s>(
    resumed: Resumed<'s>,
    store: &Store,
    slot: &str,
    written_over: bool,
    prompt: &mut Prompt,
    style: Style,
    out: &mut dyn Write,
) -> Result<Option<(Game<'s>, Vec<String>)>, Trouble> {
    let Resumed { game, mut notes, doubt } = resumed;
    let Some(word) = doubt else { return Ok(Some((game, notes))) };
    if prompt.is_person() {
        let asked = std::mem::take(&mut notes);
        if !yes(&asked.join(" "), "Go on from there?", prompt, style, out)? {
            return Ok(None);
        }
    }
    notes.push(if written_over {
        format!("The save as it was is kept as `{}`.", store.keep_copy(slot, word)?)
    } else {
        format!("The save `{slot}` stays as it was.")
    });
    Ok(Some((game, notes)))
}

/// Tells something and asks whether to go on; Enter is yes.
pub(super) fn yes(
    told: &str,
    question: &str,
    prompt: &mut Prompt,
    style: Style,
    out: &mut dyn Write,
) -> Result<bool, Trouble> {
    let mut text = String::from("\n");
    render::wrap(told, "", "", style.width, &mut text);
    render::wrap(
        &format!("{question} (Enter or `yes`; `no` leaves everything as it is.)"),
        "",
        "",
        style.width,
        &mut text,
    );
    write!(out, "{text}")?;
    out.flush()?;
    loop {
        match prompt.read("> ")? {
            Input::End | Input::Interrupted => return Ok(false),
            Input::Cancelled => {}
            Input::Line(line) => match line.trim().to_lowercase().as_str() {
                "" | "y" | "yes" | "ok" | "1" => return Ok(true),
                "n" | "no" | "q" | "quit" | "0" => return Ok(false),
                _ => {
                    writeln!(out, "`yes` or `no`?")?;
                    out.flush()?;
                }
            },
        }
    }
}

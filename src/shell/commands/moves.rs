//! Commands about the moves of the game at hand: see them, take them back, make them again.

use crate::shell::{Shell, Trouble, listing};
use std::io::Write;

pub(super) fn look(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    shell.show(out)
}

pub(super) fn undo(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    match shell.game.undo() {
        Some(what) => {
            shell.say(&format!("(Taken back: {what})"), out)?;
            shell.save(shell.person);
            shell.show(out)
        }
        None => shell.refuse("There is nothing to take back: this is the beginning.", out),
    }
}

pub(super) fn redo(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    match shell.game.redo() {
        Some(what) => {
            shell.say(&format!("(Made again: {what})"), out)?;
            shell.moved(out)
        }
        None => shell.refuse("There is nothing to make again.", out),
    }
}

pub(super) fn log(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let text = listing::log(&shell.game, shell.style)?;
    shell.print(&text, out)
}

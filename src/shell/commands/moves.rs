//! Commands about the moves of the game at hand: see them, take them back, make them again.

use crate::shell::understand::number;
use crate::shell::{Shell, Trouble, listing};
use std::io::Write;

pub(super) fn look(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    shell.show(out)
}

pub(super) fn undo(shell: &mut Shell, count: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let Some(count) = how_many(count) else { return refuse_count("undo", count, shell, out) };
    let undone = several(count, || shell.game.undo());
    if undone.is_empty() {
        return shell.refuse("There is nothing to take back: this is the beginning.", out);
    }
    shell.say(&format!("(Taken back: {})", undone.join("; ")), out)?;
    shell.save(shell.person);
    shell.show(out)
}

pub(super) fn redo(shell: &mut Shell, count: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let Some(count) = how_many(count) else { return refuse_count("redo", count, shell, out) };
    let redone = several(count, || shell.game.redo());
    if redone.is_empty() {
        return shell.refuse("There is nothing to make again.", out);
    }
    shell.say(&format!("(Made again: {})", redone.join("; ")), out)?;
    shell.moved(out)
}

/// How often: once where nothing is said.
fn how_many(said: &str) -> Option<usize> {
    match said.trim() {
        "" => Some(1),
        "all" | "everything" => Some(usize::MAX),
        said => {
            let words: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
            let words: Vec<String> = words
                .into_iter()
                .filter(|word| !matches!(&**word, "moves" | "move" | "times" | "last"))
                .collect();
            number(&words).map(|number| number as usize).filter(|number| *number > 0)
        }
    }
}

fn refuse_count(verb: &str, said: &str, shell: &mut Shell, out: &mut dyn Write) -> Result<(), Trouble> {
    shell.refuse(&format!("`{verb} {said}`: how many moves? Type `{verb} 3`, say, or `{verb} all`."), out)
}

/// Does it so often, or as often as it can be done; what was done each time.
fn several(count: usize, once: impl FnMut() -> Option<String>) -> Vec<String> {
    std::iter::from_fn(once).take(count).collect()
}

pub(super) fn log(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let text = listing::log(&shell.game, shell.style)?;
    shell.print(&text, out)
}

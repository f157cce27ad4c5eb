//! Going back to any earlier choice.

use crate::journal::turns::players;
use crate::shell::{Shell, Trouble, listing, render};
use std::io::Write;

/// Lists the moves, or goes back to where one of them was made.
pub(super) fn rewind(shell: &mut Shell, number: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let moves = players(shell.game.entries()).len();
    if moves == 0 {
        return shell.refuse("There is nothing to go back to: this is the beginning.", out);
    }
    if number.is_empty() {
        let mut text = listing::log(&shell.game, shell.style)?;
        let told =
            format!("`rewind {moves}` goes back to where you made move {moves}; `redo` makes it again.");
        render::wrap(&told, "", "", shell.style.width, &mut text);
        return shell.print(&text, out);
    }
    match number.parse::<usize>() {
        Ok(number) if (1..=moves).contains(&number) && shell.game.rewind(number) => {
            shell.say(&format!("(Back to where you made move {number}. `redo` makes it again.)"), out)?;
            shell.save(shell.person);
            shell.show(out)
        }
        _ => shell
            .refuse(&format!("Which move? They are numbered from 1 to {moves}; `rewind` lists them."), out),
    }
}

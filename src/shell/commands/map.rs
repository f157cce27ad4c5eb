//! Where the player has been.

use crate::map::{Walk, walked};
use crate::shell::{Shell, Trouble};
use std::io::Write;

pub(super) fn map(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let walk = Walk::of(shell.story, shell.game.seed(), shell.game.entries())?;
    let width = shell.style.width;
    let text = if shell.style.plain {
        walked::list(shell.story, &walk, width)
    } else {
        walked::tree(shell.story, &walk, width)
    };
    shell.print(&text, out)
}

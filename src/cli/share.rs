//! `treed share`: the code of a playthrough, to send to somebody.

use super::find::{find_playthrough, from_slot};
use crate::journal::code;
use crate::journal::store::Store;
use crate::shell::Trouble;
use crate::story::Story;
use clap::Args;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub(super) struct ShareArguments {
    /// A save's name, an ending's name or a file; without one, the game at hand
    what: Option<String>,
}

pub(super) fn share(
    arguments: &ShareArguments,
    story: &Story,
    store: &Store,
    slot: &str,
    out: &mut impl Write,
) -> Result<i32, Trouble> {
    let (seed, entries) = match (&arguments.what, store.exists(slot)) {
        (None, false) => {
            return Err(Trouble::Told(
                "nothing was played yet; `treed share NAME` takes a save or an ending".into(),
            ));
        }
        (None, true) => from_slot(story, store, slot)?,
        (Some(what), _) => find_playthrough(story, store, what)?,
    };
    let code = code::encode(story, seed, &entries).map_err(|why| Trouble::Told(why.to_string()))?;
    writeln!(out, "{code}")?;
    out.flush()?;
    // What to do with it is for a reader, not for a program that takes the code.
    if io::IsTerminal::is_terminal(&io::stdout()) {
        writeln!(out, "(`treed replay CODE` plays it, on any machine with this story)")?;
    }
    Ok(0)
}

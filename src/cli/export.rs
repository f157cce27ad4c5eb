//! `treed export`: a playthrough as a file.

mod record;

use super::find::find_playthrough;
use super::output::Output;
use crate::export::{Retelling, html, markdown};
use crate::journal::store::Store;
use crate::shell::Trouble;
use crate::story::Story;
use clap::{Args, ValueEnum};
use std::io::Write;

/// `treed export`.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// A file, a save's name or an ending's name; without one, the game that is being played
    what: Option<String>,
    /// What to make of it
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    to: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A transcript in Markdown
    Md,
    /// A comic page: one file for any browser, to read, to print, to send
    Html,
    /// A recording of the terminal (asciicast 2), for asciinema and others
    Cast,
}

/// Plays the moves again into the file.
pub(super) fn export(
    arguments: &ExportArguments,
    story: &Story,
    store: &Store,
    slot: &str,
    out: &mut impl Write,
) -> Result<i32, Trouble> {
    let what = arguments.what.as_deref().unwrap_or(slot);
    if arguments.what.is_none() && !store.exists(slot) {
        return Err(Trouble::Told(format!(
            "there is no game in `{slot}` yet; play one, or say which with `treed export --format md NAME` (`treed saves` lists them)"
        )));
    }
    let (seed, entries) = find_playthrough(story, store, what)?;
    let told = Retelling::new(story, seed, &entries).map_err(|stopped| Trouble::Told(stopped.to_string()))?;
    let text = match arguments.format {
        Format::Md => markdown::transcript(&told),
        Format::Html => html::page(&told),
        Format::Cast => {
            record::record(story, seed, &entries).map_err(|why| Trouble::Told(why.to_string()))?
        }
    };
    let summary = format!("{}.", told.summary());
    arguments.to.deliver(&text, &summary, out)?;
    Ok(0)
}

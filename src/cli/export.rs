//! `treed export`: a playthrough as a file.

mod record;

use super::{Found, find_playthrough};
use crate::export::{Retelling, html, markdown};
use crate::journal::store::Store;
use crate::shell::Trouble;
use crate::story::Story;
use crate::text::visible;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// `treed export`.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// A file, a save's name or an ending's name; without one, the game that is being played
    what: Option<String>,
    /// What to make of it
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,
    /// Write here instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    force: bool,
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
    let (seed, entries) = match find_playthrough(story, store, what)? {
        Found::One(run) => run,
        Found::Many(places) => {
            return Err(Trouble::Told(format!(
                "`{what}` is {}; say which with a path",
                places.join(" and ")
            )));
        }
    };
    let told = Retelling::new(story, seed, &entries).map_err(|stopped| Trouble::Told(stopped.to_string()))?;
    let text = match arguments.format {
        Format::Md => markdown::transcript(&told),
        Format::Html => html::page(&told),
        Format::Cast => {
            record::record(story, seed, &entries).map_err(|why| Trouble::Told(why.to_string()))?
        }
    };
    let summary = format!("{}.", told.summary());
    deliver(&text, arguments.output.as_deref(), arguments.force, &summary, out)?;
    Ok(0)
}

/// Writes a text to standard output, or to a file and says so.
pub(super) fn deliver(
    text: &str,
    output: Option<&Path>,
    replace: bool,
    summary: &str,
    out: &mut impl Write,
) -> Result<(), Trouble> {
    let Some(path) = output else { return Ok(out.write_all(text.as_bytes())?) };
    let name = visible(&path.display().to_string()).into_owned();
    if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(Trouble::Told(format!("cannot write {name}: there is no such folder")));
    }
    write_whole(path, text, replace).map_err(|why| {
        Trouble::Told(match why.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{name} is already there; choose another name, or `--force` replaces it")
            }
            kind => format!("cannot write {name}: {kind}; choose another place with `--output FILE`"),
        })
    })?;
    Ok(writeln!(out, "{name} is written. {summary}")?)
}

/// A file that is there whole or not at all.
fn write_whole(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A temporary file would be readable by its owner alone; a page is to be sent to others.
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    match if replace { file.persist(path).map(drop) } else { file.persist_noclobber(path).map(drop) } {
        Ok(()) => Ok(()),
        Err(failed) => Err(failed.error),
    }
}

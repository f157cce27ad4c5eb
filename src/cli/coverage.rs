//! `treed coverage PLAYTHROUGH...`: which paragraphs of the story some playthroughs never show.

use super::find::find_playthrough;
use super::lab::sweep::Progress;
use super::read_story;
use crate::journal::coverage::{Coverage, Piece};
use crate::journal::curious;
use crate::journal::store::Store;
use crate::shell::Trouble;
use crate::story::Story;
use clap::Args;
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// Version of what `--json` prints; grows when a field changes its meaning or goes.
const SCHEMA: u32 = 1;
/// Pieces that are listed without `--all`.
const MOST: usize = 30;

#[derive(Debug, Args)]
pub(super) struct CoverageArguments {
    /// Files, saves, endings that you have found, or folders of files
    #[arg(required_unless_present = "games")]
    what: Vec<String>,
    /// Play so many games besides, in which what was tried least is tried next
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    games: u32,
    /// Exit code 1 where anything was not shown
    #[arg(long)]
    deny_missing: bool,
    /// List every paragraph that was not shown
    #[arg(long)]
    all: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// Plays all of them and lists what was not shown.
pub(super) fn run(
    story: &Story,
    file: Option<&Path>,
    store: &Store,
    arguments: &CoverageArguments,
) -> Result<i32, Trouble> {
    let mut coverage = Coverage::new(story);
    let mut kept = Vec::new();
    let mut played = 0u32;
    for what in &arguments.what {
        let path = Path::new(what);
        let names = if path.is_dir() { files(path)? } else { vec![what.clone()] };
        for name in names {
            let (seed, entries) = find_playthrough(story, store, &name)?;
            coverage.play(seed, &entries).map_err(|(at, why)| {
                let name = crate::text::visible(&name).into_owned();
                Trouble::Told(format!("{name}: move {} cannot be made in this story any more: {why}", at + 1))
            })?;
            played += 1;
            kept.push((seed, entries));
        }
    }
    played += arguments.games;
    let progress = Progress::on_stderr();
    let shown = curious::explore(story, &kept, arguments.games, &|| progress.tick(arguments.games.into()));
    progress.clear();
    let shown = shown.map_err(|why| Trouble::Told(format!("a game cannot be played on: {why}")))?;
    coverage.join(shown);
    let source = read_story(file)?;
    let pieces = coverage.pieces();
    let missing: Vec<&Piece> = pieces.iter().filter(|piece| !piece.shown).collect();
    let line =
        |piece: &Piece| source.text.get(..piece.span.start as usize).unwrap_or("").matches('\n').count() + 1;
    let words = |piece: &Piece| {
        let written = source.text.get(piece.span.start as usize..piece.span.end as usize).unwrap_or("");
        let all: Vec<&str> = written.split_whitespace().collect();
        let more = if all.len() > 9 { " ..." } else { "" };
        format!("{}{more}", crate::text::visible(&all[..all.len().min(9)].join(" ")))
    };
    let exit = i32::from(arguments.deny_missing && !missing.is_empty());
    let mut out = io::stdout().lock();
    if arguments.json {
        let list: Vec<_> = missing
            .iter()
            .map(|piece| json!({"of": piece.of, "line": line(piece), "begins": words(piece)}))
            .collect();
        let report = json!({"schema": SCHEMA, "playthroughs": played, "pieces": pieces.len(), "shown": pieces.len() - missing.len(), "missing": list});
        writeln!(out, "{report}")?;
        return Ok(exit);
    }
    let most = if arguments.all { usize::MAX } else { MOST };
    for piece in missing.iter().take(most) {
        writeln!(out, "{}:{}: {}: {}", source.name, line(piece), piece.of, words(piece))?;
    }
    if missing.len() > most {
        writeln!(out, "and {} more (--all lists them)", missing.len() - most)?;
    }
    let share = 100.0 * (pieces.len() - missing.len()) as f64 / pieces.len().max(1) as f64;
    writeln!(
        out,
        "{} show {} of {} paragraphs and pictures ({share:.1} %).",
        crate::text::counted(played.into(), "playthrough"),
        pieces.len() - missing.len(),
        pieces.len()
    )?;
    Ok(exit)
}

/// The files of a folder that can be playthroughs, by name.
fn files(folder: &Path) -> Result<Vec<String>, Trouble> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_save = path.extension().is_some_and(|extension| extension == "ron");
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if is_save && !hidden && path.file_stem().is_none_or(|stem| stem != "gallery") {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

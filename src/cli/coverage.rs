//! `treed coverage PLAYTHROUGH...`: which paragraphs of the story some playthroughs never show.

use super::check::{Bar, Effort, interrupted, prove};
use super::find::find_playthrough;
use super::lab::sweep::Progress;
use super::read_story;
use crate::journal::coverage::{Coverage, Piece, fewest};
use crate::journal::curious;
use crate::journal::kept::{self, Kept};
use crate::journal::save::MOST_BYTES;
use crate::journal::store::Store;
use crate::proof::cover;
use crate::proof::shown::Limits;
use crate::shell::Trouble;
use crate::story::Story;
use crate::text::{counted, visible};
use clap::Args;
use serde_json::json;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Version of what `--json` prints; grows when a field changes its meaning or goes.
const SCHEMA: u32 = 1;
/// Pieces that are listed without `--all`.
const MOST: usize = 30;

#[derive(Debug, Args)]
pub(super) struct CoverageArguments {
    /// Files, lists of games, saves, endings that you have found, or folders of files
    #[arg(required_unless_present_any = ["games", "write"])]
    what: Vec<String>,
    /// Play so many games besides, in which what was tried least is tried next
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    games: u32,
    /// Prove the story, find real games that show what is left, and keep few of them in this list; what it holds
    /// already is kept as far as it can still be played
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Seeds that are tried for what is left, from 0 on
    #[arg(long, value_name = "N", requires = "write", default_value_t = Limits::default().seeds, value_parser = clap::value_parser!(u32).range(1..=i64::from(crate::journal::SEEDS)))]
    seeds: u32,
    #[command(flatten)]
    effort: Effort,
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
        if let Some(games) = list(path)? {
            for (i, game) in games.iter().enumerate() {
                let game = game.play(story, &mut |screen| coverage.look(screen)).map_err(|(at, why)| {
                    Trouble::Told(format!(
                        "{}: game {}: move {} cannot be made in this story any more: {why}; `--write` makes such a list anew",
                        visible(what),
                        i + 1,
                        at + 1
                    ))
                })?;
                played += 1;
                kept.push((game.seed(), game.entries().to_vec()));
            }
            continue;
        }
        let names = if path.is_dir() { files(path)? } else { vec![what.clone()] };
        for name in names {
            let (seed, entries) = find_playthrough(story, store, &name)?;
            coverage.play(seed, &entries).map_err(|(at, why)| {
                let name = visible(&name).into_owned();
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
    coverage.join(&shown);
    let mut written = None;
    if let Some(path) = &arguments.write {
        let (games, stopped) = write(story, path, &mut coverage, arguments)?;
        played += games as u32;
        written = Some((path, games, stopped));
    }
    let source = read_story(file)?;
    let pieces = coverage.pieces();
    let missing: Vec<&Piece> = pieces.iter().filter(|piece| !piece.shown).collect();
    let line =
        |piece: &Piece| source.text.get(..piece.span.start as usize).unwrap_or("").matches('\n').count() + 1;
    let words = |piece: &Piece| {
        let written = source.text.get(piece.span.start as usize..piece.span.end as usize).unwrap_or("");
        let all: Vec<&str> = written.split_whitespace().collect();
        let more = if all.len() > 9 { " ..." } else { "" };
        format!("{}{more}", visible(&all[..all.len().min(9)].join(" ")))
    };
    let stopped = written.is_some_and(|(.., stopped)| stopped);
    let exit = match stopped {
        true => 3,
        false => i32::from(arguments.deny_missing && !missing.is_empty()),
    };
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
        counted(played.into(), "playthrough"),
        pieces.len() - missing.len(),
        pieces.len()
    )?;
    if let Some((path, games, stopped)) = written {
        let name = path.display().to_string();
        let cut = if stopped { " You interrupted; the same command goes on from there." } else { "" };
        writeln!(out, "{} is written: {}.{cut}", visible(&name), counted(games as u64, "game"))?;
    }
    Ok(exit)
}

/// Finds games that show what is left, and keeps few of them. Says how many, and whether somebody asked to stop.
fn write<'s>(
    story: &'s Story,
    path: &Path,
    coverage: &mut Coverage<'s>,
    arguments: &CoverageArguments,
) -> Result<(usize, bool), Trouble> {
    let told = |why: String| Trouble::Told(why);
    let mut games: Vec<Kept> = Vec::new();
    let mut shows: Vec<Coverage> = Vec::new();
    let mut all = Coverage::new(story);
    all.join(coverage);
    for mut game in if path.exists() { list(path)?.ok_or_else(|| no_list(path))? } else { Vec::new() } {
        let mut shown = Coverage::new(story);
        if let Err((at, _)) = game.play(story, &mut |screen| shown.look(screen)) {
            game.moves.truncate(at);
        }
        all.join(&shown);
        games.push(game);
        shows.push(shown);
    }
    let stop = interrupted();
    let bar = Bar::new(arguments.json);
    let proof = prove(story, &arguments.effort, None, &stop, &bar);
    let limits = Limits {
        seeds: arguments.seeds,
        threads: arguments.effort.threads(),
        runs: cover::RUNS,
        ..Limits::default()
    };
    let pieces = all.pieces().len();
    let found = cover::games(story, &proof, &mut all, limits, &stop, &mut |shown| {
        bar.say(|| format!("playing: {shown} of {pieces} paragraphs and pictures are shown"));
    });
    bar.clear();
    for (seed, entries) in found.map_err(|why| told(format!("a game cannot be played on: {why}")))? {
        // What is kept is played as it will be: the experiments answer anew.
        let game = Kept::of(seed, &entries);
        let mut shown = Coverage::new(story);
        game.play(story, &mut |screen| shown.look(screen))
            .map_err(|(_, why)| told(format!("a game that was found cannot be played again: {why}")))?;
        games.push(game);
        shows.push(shown);
    }
    let chosen = fewest(story, coverage, &shows);
    chosen.iter().for_each(|i| coverage.join(&shows[*i]));
    let few: Vec<Kept> = chosen.iter().map(|i| games[*i].clone()).collect();
    let text = kept::write(
        "Written by `treed coverage --write FILE`, which makes it anew when the story changes.",
        &few,
    );
    super::output::write_whole(path, &text, true).map_err(|why| {
        told(format!(
            "cannot write {}: {why}; name another file with --write",
            visible(&path.display().to_string())
        ))
    })?;
    Ok((few.len(), stop.load(Ordering::Relaxed)))
}

/// The games of a list; `None` for what is none.
fn list(path: &Path) -> Result<Option<Vec<Kept>>, Trouble> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MOST_BYTES as u64).read_to_end(&mut bytes)?;
    match std::str::from_utf8(&bytes).map(kept::read) {
        Ok(Ok(games)) => Ok(Some(games)),
        Ok(Err(kept::Bad::NoList)) | Err(_) => Ok(None),
        Ok(Err(bad)) => Err(Trouble::Told(format!("{}: {bad}", visible(&path.display().to_string())))),
    }
}

/// Nothing of somebody's is replaced.
fn no_list(path: &Path) -> Trouble {
    let name = path.display().to_string();
    Trouble::Told(format!(
        "{} is there and is no list of games; name another file with --write",
        visible(&name)
    ))
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

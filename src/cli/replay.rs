//! `treed replay`: a list of moves played again, at reading pace, step by step or at once; checked against the
//! experiments; compared with another; taken over at any point.

mod compare;
mod pace;

use super::find::find_playthrough;
use crate::journal::save::Save;
use crate::journal::store::{AUTO, Store};
use crate::journal::turns::players;
use crate::journal::{Entry, Game};
use crate::shell::terminal::Style;
use crate::shell::{self, Begin, Trouble, render};
use crate::story::Story;
use clap::Args;
use pace::{Pace, Pressed};
use std::io::{self, Write};
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct ReplayArguments {
    /// A file, a share code, a save's name or an ending's name; `save:NAME`, `ending:NAME`, `file:NAME` or
    /// `code:CODE` where it could be two of them
    what: String,
    /// All at once
    #[arg(long)]
    instant: bool,
    /// One screen for every Enter
    #[arg(long, conflicts_with = "instant")]
    step: bool,
    /// Begin where this move was made, as `log` numbers them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    from: Option<u32>,
    /// Play on yourself: where `--from` says, or wherever you press `b`; in a save of its own
    #[arg(long)]
    branch: bool,
    /// Compare with another playthrough: where they part, and what each led to
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["instant", "step", "branch", "from", "verify"])]
    with: Option<String>,
    /// Run the experiments again and report any difference
    #[arg(long, conflicts_with_all = ["branch", "from"])]
    verify: bool,
}

pub(super) fn replay(
    arguments: &ReplayArguments,
    story: &Story,
    store: Store,
    slot: &str,
    style: Style,
    person: bool,
) -> Result<i32, Trouble> {
    let mut out = io::stdout();
    let (seed, entries) = find_playthrough(story, &store, &arguments.what)?;
    if let Some(other) = &arguments.with {
        let b = find_playthrough(story, &store, other)?;
        let text = compare::compare(story, (&arguments.what, seed, &entries), (other, b.0, &b.1), style)?;
        out.write_all(text.as_bytes())?;
        return Ok(0);
    }
    if arguments.verify {
        return verify(story, seed, &entries, &mut out);
    }
    let moves = players(&entries);
    let from = arguments.from.map_or(1, |from| from as usize);
    // After the last move there is still a screen.
    let Some(at) = moves.iter().copied().chain([entries.len()]).nth(from - 1) else {
        return Err(Trouble::Told(format!(
            "there is no move {from}: this playthrough has {}",
            crate::text::counted(moves.len() as u64, "move")
        )));
    };
    let base = if store.exists(&arguments.what) { &*arguments.what } else { AUTO };
    let branch = Branch { story, seed, entries: &entries, slot, base, style, person };
    if arguments.branch && arguments.from.is_some() {
        return branch.take_over(follow(story, seed, &entries, at)?, store, &mut out);
    }
    let set = store.settings().unwrap_or_default().pace.words_a_minute();
    let pace = match (arguments.instant || !person, arguments.step, set) {
        (false, true, _) => Pace::Step,
        (false, false, Some(words_a_minute)) => Pace::reading(words_a_minute),
        _ if arguments.branch => {
            writeln!(io::stderr(), "treed: `--branch` needs `--from N` here: the move to play on from")?;
            return Ok(2);
        }
        _ => Pace::Instant,
    };
    match play(story, seed, &entries, at, pace, style, &mut out)? {
        Some(game) => branch.take_over(game, store, &mut out),
        None => Ok(0),
    }
}

/// The game that the first entries of a list lead to.
fn follow<'s>(story: &'s Story, seed: u32, entries: &[Entry], to: usize) -> Result<Game<'s>, Trouble> {
    match Game::replay(story, seed, entries.get(..to).unwrap_or(entries))? {
        (game, None) => Ok(game),
        (_, Some((i, why))) => Err(unmade(i, entries.len(), &why)),
    }
}

fn unmade(index: usize, all: usize, why: &dyn std::fmt::Display) -> Trouble {
    Trouble::Told(format!("move {} of {all} cannot be made in this story any more: {why}", index + 1))
}

/// Plays a list of moves again from one of them, screen by screen; a game where the reader wants to play on.
fn play<'s>(
    story: &'s Story,
    seed: u32,
    entries: &[Entry],
    mut from: usize,
    mut pace: Pace,
    style: Style,
    out: &mut impl Write,
) -> Result<Option<Game<'s>>, Trouble> {
    let mut game = follow(story, seed, entries, from)?;
    pace.introduce(style, out)?;
    loop {
        let text = shell::told(&game, style);
        out.write_all(text.as_bytes())?;
        out.flush()?;
        if from >= entries.len() {
            return Ok(None);
        }
        match pace.wait(text.split_whitespace().count(), style, out)? {
            Pressed::Next => {}
            Pressed::Branch => return Ok(Some(game)),
            Pressed::Leave => return Ok(None),
        }
        // The player's move, then the world's answers to it.
        let to = entries[from + 1..]
            .iter()
            .position(|entry| !matches!(entry, Entry::World(..)))
            .map_or(entries.len(), |i| from + 1 + i);
        for (i, entry) in entries[from..to].iter().enumerate() {
            game.follow(entry).map_err(|why| unmade(from + i, entries.len(), &why))?;
        }
        writeln!(out, "\n> {}", game.last())?;
        from = to;
    }
}

/// Where and how a reader plays on.
struct Branch<'b> {
    story: &'b Story,
    seed: u32,
    entries: &'b [Entry],
    slot: &'b str,
    base: &'b str,
    style: Style,
    person: bool,
}

impl Branch<'_> {
    /// Hands over the prompt, in a save of its own; what was watched stays as it is.
    fn take_over(&self, mut game: Game, store: Store, out: &mut impl Write) -> Result<i32, Trouble> {
        let slot = match self.slot {
            AUTO => store.free_name(self.base, "branch"),
            named if store.exists(named) => {
                return Err(Trouble::Told(format!(
                    "the save `{named}` is there already; name another with `--slot`, or leave it out"
                )));
            }
            named => named.to_owned(),
        };
        let number = players(game.entries()).len() + 1;
        game.set_watched(self.entries.to_vec());
        game.go_on()?;
        debug_assert_eq!(game.seed(), self.seed);
        store.save(&slot, &Save::of(&game, shell::place(&game), Duration::ZERO, shell::now()), true)?;
        let mut text = String::from("\n");
        let note = format!(
            "You play on from move {number}, in the save `{slot}`; what you watched stays as it was. Endings and pages count from your first different move. `treed --slot {slot}` comes back here."
        );
        render::wrap(&note, "", "", self.style.width, &mut text);
        out.write_all(text.as_bytes())?;
        out.flush()?;
        let begin = Begin::From(slot.clone());
        shell::play(self.story, store, &slot, begin, None, self.style, self.person)?;
        Ok(0)
    }
}

/// Runs every experiment of a list again.
fn verify(story: &Story, seed: u32, entries: &[Entry], out: &mut impl Write) -> Result<i32, Trouble> {
    let mut game = Game::replay(story, seed, &[])?.0;
    let (mut measured, mut differ) = (0, 0);
    for (i, entry) in entries.iter().enumerate() {
        if let (Some(again), Entry::World(outcome, figures)) = (game.measure(), entry) {
            measured += 1;
            if again != *entry {
                differ += 1;
                writeln!(
                    out,
                    "move {}: recorded {outcome} with {} figures; the experiment now answers differently",
                    i + 1,
                    figures.len()
                )?;
            }
        }
        game.follow(entry)
            .map_err(|why| Trouble::Told(format!("move {} cannot be made any more: {why}", i + 1)))?;
    }
    writeln!(out, "{measured} experiments run again, {differ} differ.")?;
    Ok(i32::from(differ > 0))
}

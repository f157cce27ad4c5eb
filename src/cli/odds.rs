//! `treed odds PLAYTHROUGH`: how the odds of each ending moved, move by move.
//!
//! (`treed lab odds` is something else: it measures how experiments answer, which these odds weigh by.)

use super::check::{Bar, Effort, interrupted, prove, summary};
use super::find::find_playthrough;
use crate::journal::store::Store;
use crate::proof::turns::{self, Turn};
use crate::proof::{Course, Ended, Phase};
use crate::shell::terminal::Style;
use crate::shell::{Trouble, render};
use crate::story::Story;
use clap::Args;
use serde_json::json;
use std::io::{self, Write};
use std::sync::Mutex;

/// Version of what `--json` prints; grows when a field changes its meaning or goes.
const SCHEMA: u32 = 1;
/// Endings that get a letter of their own.
const LETTERS: &str = "ABCDEFGH";

#[derive(Debug, Args)]
pub(super) struct OddsArguments {
    /// A file, a save's name or an ending's name
    what: String,
    #[command(flatten)]
    effort: Effort,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// Proves the story and follows the playthrough; exit code 3 where not every state could be looked at, or odds are not settled.
pub(super) fn run(
    story: &Story,
    store: &Store,
    plain: bool,
    arguments: &OddsArguments,
) -> Result<i32, Trouble> {
    let (seed, entries) = find_playthrough(story, store, &arguments.what)?;
    let stop = interrupted();
    let bar = Bar::new(arguments.json);
    // What is wrong with the story is for `check` to say.
    let proof = prove(story, &arguments.effort, None, &stop, &bar);
    if !proof.is_complete() {
        bar.clear();
        let states = crate::text::digits(proof.graph.looked_at() as i64);
        let why = match (summary::cut_while(&proof), proof.graph.ended) {
            (Some(cut), Ended::Complete) => format!(
                "interrupted while {cut}; all {states} states were looked at, but there are no odds yet"
            ),
            (_, Ended::Interrupted) => {
                format!("interrupted: odds need every state of the story, and only {states} were looked at")
            }
            _ => format!(
                "odds need every state of the story, and only {states} were looked at; a larger --budget or --memory may do"
            ),
        };
        writeln!(io::stderr().lock(), "treed: {why}")?;
        return Ok(3);
    }
    let moves = crate::text::counted(entries.len() as u64, "move");
    let far = Mutex::new(0.0);
    let progress = |now| {
        if let (Phase::Odds(part), Ok(mut far)) = (now, far.lock()) {
            *far = part;
            bar.say(|| format!("odds after {moves}: {}", summary::percent(part)));
        }
    };
    let course = Course { stop: &stop, progress: &progress };
    let turns = turns::along(
        story,
        &proof,
        &entries,
        &arguments.effort.budget(),
        arguments.effort.threads(),
        &course,
    );
    bar.clear();
    let turns = turns.map_err(|move_| {
        Trouble::Told(format!(
            "move {} of {} cannot be made in this story any more; `treed replay` says why",
            move_ + 1,
            entries.len()
        ))
    })?;
    let Some(turns) = turns else {
        let part = summary::percent(far.lock().map_or(0.0, |far| *far));
        writeln!(
            io::stderr().lock(),
            "treed: interrupted while the odds after {moves} were solved ({part})"
        )?;
        return Ok(3);
    };
    let mut out = io::stdout().lock();
    let unsettled = turns.iter().position(|turn| !turn.settled);
    if arguments.json {
        writeln!(out, "{}", to_json(story, seed, &turns))?;
    } else if let Some(after) = unsettled {
        let after = crate::text::counted(after as u64, "move");
        writeln!(io::stderr().lock(), "treed: {}", summary::unsettled(&format!("the odds after {after}")))?;
    } else {
        out.write_all(drawn(story, seed, &turns, Style::detect(plain)).as_bytes())?;
    }
    Ok(if unsettled.is_some() { 3 } else { 0 })
}

fn to_json(story: &Story, seed: u32, turns: &[Turn]) -> serde_json::Value {
    // How much the first move after odds that are not settled changed is not known.
    let before = std::iter::once(true).chain(turns.iter().map(|turn| turn.settled));
    let moves: Vec<_> = turns
        .iter()
        .zip(before)
        .map(|(turn, before)| {
            let settled = |figure: f64| turn.settled.then_some(figure);
            let odds: serde_json::Map<String, serde_json::Value> = story
                .endings
                .iter()
                .zip(&turn.odds)
                .map(|(ending, odds)| (story.str(ending.name).to_owned(), json!(settled(*odds))))
                .collect();
            json!({
                "entry": turn.entry,
                "move": turn.entry.map(|_| &turn.name),
                "by": turn.entry.map(|_| if turn.world { "world" } else { "player" }),
                "odds": odds,
                "never": settled(turn.never),
                "change": settled(turn.change).filter(|_| before),
                "turning": turn.turning,
            })
        })
        .collect();
    json!({"schema": SCHEMA, "seed": seed, "moves": moves})
}

/// Endings that matter here, the likeliest at any time first.
fn leading(story: &Story, turns: &[Turn]) -> Vec<usize> {
    let most = |i: usize| turns.iter().map(|turn| turn.odds[i]).fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..story.endings.len()).filter(|i| most(*i) >= 0.01).collect();
    order.sort_by(|a, b| most(*b).total_cmp(&most(*a)).then(a.cmp(b)));
    order.truncate(LETTERS.len());
    order
}

fn drawn(story: &Story, seed: u32, turns: &[Turn], style: Style) -> String {
    let mut text = String::new();
    let say = |sentence: &str, text: &mut String| render::wrap(sentence, "", "  ", style.width, text);
    say(
        &format!(
            "Seed {seed}: how likely each ending was after each move, for a player who goes on by the weights of choices."
        ),
        &mut text,
    );
    text.push('\n');
    let shown = leading(story, turns);
    let name = |i: usize| story.str(story.endings[i].name);
    if style.plain {
        for (number, turn) in turns.iter().enumerate() {
            let mut likely = shown.clone();
            likely.sort_by(|a, b| turn.odds[*b].total_cmp(&turn.odds[*a]));
            let likely: Vec<String> = likely
                .iter()
                .take(3)
                .filter(|i| turn.odds[**i] >= 0.001)
                .map(|i| format!("{} {:.1} %", name(*i), turn.odds[*i] * 100.0))
                .collect();
            let turning = if turn.turning { "; a turning point" } else { "" };
            let sentence = format!(
                "{number}. {}: changes {:.0} %{turning}. Likeliest: {}.",
                turn.name,
                turn.change * 100.0,
                likely.join(", ")
            );
            say(&sentence, &mut text);
        }
    } else {
        let widest = turns.iter().map(|turn| turn.name.chars().count()).max().unwrap_or(0);
        let widest = widest.min(style.width / 3);
        let room = style.width.saturating_sub(widest + 14);
        for (number, turn) in turns.iter().enumerate() {
            let mark = if turn.turning { '*' } else { ' ' };
            let cut: String = turn.name.chars().take(widest).collect();
            let change = if number == 0 { String::new() } else { format!("{:.0} %", turn.change * 100.0) };
            let line =
                format!("{mark}{number:>3} {cut:<widest$} {change:>5}  {}", stacked(turn, &shown, room));
            text.push_str(&if turn.turning { style.strong(&line) } else { line });
            text.push('\n');
        }
    }
    text.push('\n');
    let (first, last) = (turns.first(), turns.last());
    for (letter, i) in LETTERS.chars().zip(&shown) {
        let at = |turn: Option<&Turn>| turn.map_or(0.0, |turn| turn.odds[*i] * 100.0);
        let letter = if style.plain { String::new() } else { format!("{letter} ") };
        text.push_str(&format!("  {letter}{:<24} {:>6.2} % → {:>6.2} %\n", name(*i), at(first), at(last)));
    }
    if !style.plain {
        text.push_str("  · all others\n");
    }
    text.push('\n');
    let turning: Vec<String> = turns
        .iter()
        .enumerate()
        .filter(|(_, turn)| turn.turning)
        .map(|(number, turn)| format!("{number} ({}, {:.0} %)", turn.name, turn.change * 100.0))
        .collect();
    let sentence = match turning.len() {
        0 => "No move changed much.".to_owned(),
        1 => format!("The turning point: move {}.", turning[0]),
        _ => format!("Turning points: moves {}.", turning.join(", ")),
    };
    say(&sentence, &mut text);
    say(
        "How much a move changes is the total variation distance: the most by which the chance of any set of endings moved.",
        &mut text,
    );
    text
}

/// The odds as a line of letters: the largest remainders are rounded up, so that it is full.
fn stacked(turn: &Turn, shown: &[usize], room: usize) -> String {
    let mut shares: Vec<(char, f64)> =
        LETTERS.chars().zip(shown).map(|(letter, i)| (letter, turn.odds[*i] * room as f64)).collect();
    let others = room as f64 - shares.iter().map(|(_, share)| share).sum::<f64>();
    shares.push(('·', others.max(0.0)));
    let mut counts: Vec<usize> = shares.iter().map(|(_, share)| share.floor() as usize).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    let rest = |i: usize| shares[i].1 - shares[i].1.floor();
    order.sort_by(|a, b| rest(*b).total_cmp(&rest(*a)));
    let missing = room.saturating_sub(counts.iter().sum());
    order.into_iter().take(missing).for_each(|i| counts[i] += 1);
    shares.iter().zip(counts).map(|((letter, _), count)| letter.to_string().repeat(count)).collect()
}

//! What was found over all games: endings, how they were reached, and the roads taken.

use super::listing::ago;
use super::render;
use super::terminal::Style;
use crate::journal::gallery::{Finished, Gallery, Reached, Run};
use crate::journal::rarity::Rarity;
use crate::story::{Ending, EndingId, Story};
use crate::text::{counted, digits, one_in};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Characters of the bar.
const BAR: usize = 24;

/// All endings: those reached, with their runs, and hints for the rest. `now`: seconds since 1970.
pub fn endings(story: &Story, gallery: &Gallery, style: Style, now: u64) -> String {
    let found = found(story, gallery);
    let all = story.endings.len();
    let mut text = format!("Endings found: {found} of {all}\n");
    text.push_str(&completion(found, all, style));
    if found > 0 {
        text.push_str("`treed replay TITLE` plays one again.\n");
    }
    if let Some(sentence) = finished(gallery) {
        render::wrap(&sentence, "", "", style.width, &mut text);
    }
    if let Some(sentence) = roads(story, gallery) {
        render::wrap(&sentence, "", "", style.width, &mut text);
    }
    let rarity = Rarity::of(story);
    if let Some(sentence) = rarest(story, gallery, rarity.as_ref()) {
        render::wrap(&sentence, "", "", style.width, &mut text);
    }
    text.push('\n');
    for (id, ending) in numbered(story) {
        match gallery.reached(story.str(ending.name)) {
            Some(reached) => {
                let odds = rarity.as_ref().and_then(|rarity| rarity.odds(id));
                let odds = odds.map_or(String::new(), |odds| format!("; odds {}", unbroken(odds)));
                let line = format!("{} ({}{odds})", story.str(ending.title), runs(reached, now));
                render::wrap(&line, "* ", "  ", style.width, &mut text);
            }
            None => render::wrap(story.str(ending.hint), "? ", "  ", style.width, &mut text),
        }
    }
    let strangers = gallery.strangers(story);
    if !strangers.is_empty() {
        let names: Vec<String> = strangers.iter().map(|id| format!("`{id}`")).collect();
        let sentence = format!(
            "Also found, and not in this version of the story: {}. They stay in your gallery.",
            names.join(", ")
        );
        text.push('\n');
        render::wrap(&sentence, "", "", style.width, &mut text);
    }
    text
}

fn numbered(story: &Story) -> impl Iterator<Item = (EndingId, &Ending)> {
    (0..).map(EndingId).zip(&story.endings)
}

/// The rarest ending that was found, where the odds of this story are known.
fn rarest(story: &Story, gallery: &Gallery, rarity: Option<&Rarity>) -> Option<String> {
    let known = numbered(story)
        .filter(|(_, ending)| gallery.reached(story.str(ending.name)).is_some())
        .filter_map(|(id, ending)| Some((ending, rarity?.odds(id)?)));
    let (ending, odds) = known.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(format!(
        "Rarest found: {}, {} for a player who chooses at random.",
        story.str(ending.title),
        unbroken(odds)
    ))
}

/// Odds that stay on one line.
fn unbroken(odds: f64) -> String {
    one_in(odds).replace(' ', "\u{A0}")
}

/// How many of the story's endings were found.
pub fn found(story: &Story, gallery: &Gallery) -> usize {
    story.endings.iter().filter(|ending| gallery.reached(story.str(ending.name)).is_some()).count()
}

/// A bar, but for who reads line by line.
fn completion(found: usize, all: usize, style: Style) -> String {
    if style.plain || all == 0 {
        return String::new();
    }
    let full = found * BAR / all;
    // Something found is never nothing.
    let full = if found > 0 { full.max(1) } else { 0 };
    format!("[{}{}] {} %\n", "#".repeat(full), ".".repeat(BAR - full), (found * 200 + all) / (2 * all))
}

/// When and how an ending was reached.
fn runs(reached: &Reached, now: u64) -> String {
    let (first, shortest) = (&reached.first, &reached.shortest);
    if reached.times == 1 {
        return format!("once, {}: {}", ago(first.when, now), length(first));
    }
    format!(
        "{} times; first {}: {}; shortest: {}",
        digits(i64::from(reached.times)),
        ago(first.when, now),
        length(first),
        length(shortest)
    )
}

fn length(run: &Run) -> String {
    let moves = counted(u64::from(run.turns), "move");
    run.played.map_or(moves.clone(), |played| format!("{moves} in {}", span(played)))
}

/// How many games came to an end, and how long they took.
fn finished(gallery: &Gallery) -> Option<String> {
    let games = gallery.finished.len();
    (games > 0).then(|| {
        let total = gallery.finished.iter().fold(Duration::ZERO, |sum, game| sum.saturating_add(game.played));
        let moves: u64 = gallery.finished.iter().map(|game| u64::from(game.turns)).sum();
        let games = counted(games as u64, "game");
        let (moves, time) = (counted(moves, "move"), span(total));
        match gallery.finished.len() {
            1 => format!("{games} finished, in {moves} and {time}."),
            // After `undo` a game ends twice, and its beginning is a part of both.
            _ => format!(
                "{games} finished; their lengths add up to {moves} and {time}. What two of them share, where `undo` went back from an end, counts in both."
            ),
        }
    })
}

/// How many finished games went through each act, without the act in which all begin.
fn roads(story: &Story, gallery: &Gallery) -> Option<String> {
    let taken = counts(&gallery.finished);
    let first = story.scene(story.start).act.map_or("", |act| story.str(story.acts[act.index()]));
    let said: Vec<String> = story
        .acts
        .iter()
        .map(|act| story.str(*act))
        .filter(|act| *act != first)
        .filter_map(|act| taken.get(act).map(|times| format!("{act} {}", digits(*times as i64))))
        .collect();
    (!said.is_empty()).then(|| format!("Roads taken: {}.", said.join(", ")))
}

fn counts(finished: &[Finished]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for road in finished.iter().flat_map(|game| &game.roads) {
        *counts.entry(road.as_str()).or_insert(0) += 1;
    }
    counts
}

/// A length of time as it is said of a game.
fn span(played: Duration) -> String {
    match played.as_secs() {
        0..60 => "less than a minute".to_owned(),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => match (seconds / 3600, seconds % 3600 / 60) {
            (hours, 0) => format!("{} h", digits(i64::try_from(hours).unwrap_or(i64::MAX))),
            (hours, minutes) => {
                format!("{} h {minutes} min", digits(i64::try_from(hours).unwrap_or(i64::MAX)))
            }
        },
    }
}

/// The same for programs.
pub fn json(story: &Story, gallery: &Gallery) -> Value {
    let run = |run: &Run| {
        json!({
            "when": run.when,
            "moves": run.turns,
            "seconds": run.played.map(|played| played.as_secs()),
            "seed": run.seed,
        })
    };
    let rarity = Rarity::of(story);
    let endings: Vec<_> = numbered(story)
        .map(|(number, ending)| {
            let id = story.str(ending.name);
            let reached = gallery.reached(id);
            json!({
                "id": id,
                "title": reached.map(|_| story.str(ending.title)),
                "hint": story.str(ending.hint),
                "reached": reached.is_some(),
                "odds": rarity.as_ref().and_then(|rarity| rarity.odds(number)),
                "times": reached.map_or(0, |reached| reached.times),
                "first": reached.map(|reached| reached.first.when),
                "shortest": reached.map(|reached| reached.shortest.turns),
                "first_run": reached.map(|reached| run(&reached.first)),
                "shortest_run": reached.map(|reached| run(&reached.shortest)),
            })
        })
        .collect();
    json!({
        "endings": endings,
        "found": found(story, gallery),
        "of": story.endings.len(),
        "elsewhere": gallery.strangers(story),
        "games": gallery.finished.len(),
        "seconds": gallery.finished.iter().fold(0u64, |sum, game| sum.saturating_add(game.played.as_secs())),
        "roads": counts(&gallery.finished),
    })
}

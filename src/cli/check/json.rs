//! What `treed check --json` prints: one object, described in `docs/proof.md`.

use super::Found;
use super::summary::cycle_names;
use crate::cli::diagnostic_json;
use crate::proof::Proof;
use crate::proof::odds::Longest;
use crate::proof::shown::is_tried;
use crate::story::{Diagnostic, Source};
use serde_json::{Value, json};

/// Version of what is printed; grows when a field changes its meaning or goes.
const SCHEMA: u32 = 3;

/// A story that cannot be resolved: no more is known of it.
pub(super) fn of_faults(source: &Source, faults: &[Diagnostic]) -> Value {
    report(source, faults, None)
}

/// All that was found out.
pub(super) fn of(found: &Found<'_>) -> Value {
    report(found.source, found.complaints, Some(found))
}

/// Every field that there is, null where nothing is known of it.
fn report(source: &Source, complaints: &[Diagnostic], found: Option<&Found<'_>>) -> Value {
    let proof = found.map(|found| found.proof);
    let odds = proof.and_then(Proof::settled_odds);
    let residual = proof.and_then(|proof| proof.odds.as_ref()).map(|odds| odds.residual);
    let words = found.and_then(|found| found.reading);
    let diagnostics: Vec<Value> = complaints
        .iter()
        .enumerate()
        .map(|(i, complaint)| {
            let shown = found.and_then(|found| found.shown.get(i)?.as_ref()).filter(|_| is_tried(complaint));
            let mut told = diagnostic_json(complaint, &source.text);
            told["shown"] = json!(shown.map(|shown| shown.seed));
            told
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "story": source.name,
        "sound": found.is_some_and(|found| found.sound),
        "proved": proof.is_some_and(Proof::is_decided),
        "states": proof.map(|proof| proof.graph.len()),
        "transitions": proof.map(|proof| proof.graph.transitions()),
        "looked_at": proof.map(|proof| proof.graph.looked_at()),
        "seconds": found.map(|found| found.times.0.as_secs_f64()),
        "bytes": proof.map(|proof| proof.graph.bytes),
        "pairs": proof.map(|proof| proof.pairs),
        "endings": found.map(endings),
        "experiments": found.and_then(|found| found.showing).map(|showing| showing.runs),
        "seconds_shown": found.map(|found| found.times.1.as_secs_f64()),
        "moves": odds.map(|odds| odds.moves),
        "player_moves": odds.map(|odds| odds.player_moves),
        "within_eight": odds.map(|odds| odds.short),
        "never": odds.map(|odds| odds.never),
        "residual": residual,
        "settings_measured": odds.map(|odds| odds.coverage.0),
        "settings_reached": odds.map(|odds| odds.coverage.1),
        "words": words.map(|read| json!({"mean": read.words, "error": read.error, "games": read.games})),
        "longest": found.and_then(longest),
        "claims": proof.map(|proof| {
            json!({"fail": proof.claims.fail, "hold": proof.claims.hold, "open": proof.claims.open})
        }),
        "diagnostics": diagnostics,
    })
}

fn endings(found: &Found<'_>) -> Vec<Value> {
    let Found { story, proof, showing, .. } = found;
    (0..story.endings.len())
        .map(|i| {
            let node = proof.endings[i];
            let path = node.map(|node| proof.names(story, &proof.graph.path(node)));
            let shown = showing.and_then(|showing| showing.endings[i].as_ref());
            json!({
                "id": story.str(story.endings[i].name),
                "allowed": node.is_some(),
                "odds": proof.settled_odds().map(|odds| odds.endings[i]),
                "shortest": path,
                "shown": shown.map(|shown| json!({"seed": shown.seed, "moves": shown.moves})),
            })
        })
        .collect()
}

fn longest(found: &Found<'_>) -> Option<Value> {
    Some(match found.proof.longest.as_ref()? {
        Longest::Moves(most) => json!({"moves": most}),
        Longest::Cycle(cycle) => json!({"cycle": cycle_names(found.story, found.proof, cycle)}),
    })
}

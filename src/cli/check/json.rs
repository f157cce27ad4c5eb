//! What `treed check --json` prints: one object, described in `docs/proof.md`.

use super::Found;
use super::summary::cycle_names;
use crate::cli::diagnostic_json;
use crate::proof::odds::Longest;
use crate::proof::shown::is_tried;
use crate::story::{Diagnostic, Source};
use serde_json::{Value, json};

/// Version of what is printed; grows when a field changes its meaning or goes.
const SCHEMA: u32 = 3;

/// A story that cannot be resolved.
pub(super) fn of_faults(source: &Source, faults: &[Diagnostic]) -> Value {
    let list: Vec<_> = faults.iter().map(|fault| diagnostic_json(fault, &source.text)).collect();
    json!({"schema": SCHEMA, "story": source.name, "proved": false, "sound": false, "diagnostics": list})
}

/// All that was found out.
pub(super) fn of(found: &Found<'_>) -> Value {
    let Found { story, source, proof, showing, reading, .. } = found;
    let endings: Vec<_> = (0..story.endings.len())
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
        .collect();
    let longest = match &proof.longest {
        Some(Longest::Moves(most)) => json!({"moves": most}),
        Some(Longest::Cycle(cycle)) => json!({"cycle": cycle_names(story, proof, cycle)}),
        None => Value::Null,
    };
    let list: Vec<_> = found
        .complaints
        .iter()
        .enumerate()
        .map(|(i, fault)| {
            let mut told = diagnostic_json(fault, &source.text);
            let seed = found
                .shown
                .get(i)
                .and_then(Option::as_ref)
                .map(|shown| shown.seed)
                .filter(|_| is_tried(fault));
            told["shown"] = json!(seed);
            told
        })
        .collect();
    let odds = proof.settled_odds();
    json!({
        "schema": SCHEMA,
        "story": source.name,
        "sound": found.sound,
        "proved": proof.is_decided(),
        "states": proof.graph.len(),
        "transitions": proof.graph.transitions(),
        "looked_at": proof.graph.looked_at(),
        "seconds": found.times.0.as_secs_f64(),
        "bytes": proof.graph.bytes,
        "endings": endings,
        "experiments": showing.map(|showing| showing.runs),
        "seconds_shown": found.times.1.as_secs_f64(),
        "moves": odds.map(|odds| odds.moves),
        "player_moves": odds.map(|odds| odds.player_moves),
        "within_eight": odds.map(|odds| odds.short),
        "never": odds.map(|odds| odds.never),
        "residual": proof.odds.as_ref().map(|odds| odds.residual),
        "settings_measured": odds.map(|odds| odds.coverage.0),
        "settings_reached": odds.map(|odds| odds.coverage.1),
        "words": reading.map(|read| json!({"mean": read.words, "error": read.error, "games": read.games})),
        "longest": longest,
        "claims": {"fail": proof.claims.fail, "hold": proof.claims.hold, "open": proof.claims.open},
        "diagnostics": list,
    })
}

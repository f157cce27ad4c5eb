//! `treed check`: proves a story and reports.
//!
//! `--json` prints one object; its fields are described in `docs/proof.md`.

use super::{diagnostic_json, draw, read_story};
use crate::proof::odds::{Longest, SHORT, Weights};
use crate::proof::{self, Ended, Options, Progress, Proof, graph::Node};
use crate::shell::Trouble;
use crate::story::diagnostic::Severity;
use crate::story::{self, Diagnostic, EndingId, Source, Story, Way};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Version of what `--json` prints.
const SCHEMA: u32 = 2;

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The story; without one, the one that is built in (or `--story`)
    pub file: Option<PathBuf>,
    /// Warnings count as errors
    #[arg(long)]
    deny_warnings: bool,
    /// Show notes too
    #[arg(long)]
    notes: bool,
    /// Give up after this many states; what was not looked at is not judged, and the exit code is 3
    #[arg(long, value_name = "STATES", default_value_t = proof::Budget::default().states)]
    budget: usize,
    /// Threads; the report is the same at any number (default: as many as there are cores)
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Print the shortest way to each ending, as a script that `treed` plays
    #[arg(long)]
    walkthroughs: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// Proves a story; the exit code: 0 proved, 1 faults, 3 undecided.
pub(super) fn check(file: Option<&Path>, arguments: &CheckArguments) -> Result<i32, Trouble> {
    let source = read_story(file)?;
    let story = match story::load(&source) {
        Ok(story) => story,
        Err(faults) => {
            if arguments.json {
                let list: Vec<_> = faults.iter().map(|fault| diagnostic_json(fault, &source.text)).collect();
                let report = json!({"schema": SCHEMA, "story": source.name, "proved": false, "sound": false, "diagnostics": list});
                writeln!(io::stdout().lock(), "{report}")?;
            } else {
                draw(&faults, &source)?;
            }
            return Ok(1);
        }
    };
    let begun = Instant::now();
    let proof = prove(&story, arguments);
    let time = begun.elapsed();
    let mut found = story.warnings.clone();
    found.extend(proof.diagnostics.iter().cloned());
    found.extend(crate::shell::understand::shadowed(&story));
    found.sort_by(|a, b| a.span.cmp(&b.span).then(a.code.cmp(&b.code)));
    let count = |severity| found.iter().filter(|fault| fault.code.severity() == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    let bad = errors > 0 || (arguments.deny_warnings && warnings > 0);
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", to_json(&story, &source, &proof, &found, !bad, time))?;
    } else if arguments.walkthroughs {
        walkthroughs(&story, &proof, &mut out)?;
    } else {
        found.retain(|fault| arguments.notes || fault.code.severity() != Severity::Note);
        draw(&found, &source)?;
        summary(&story, &source, &proof, time, &mut out)?;
        let of = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let more = if notes > 0 && !arguments.notes { " (--notes shows them)" } else { "" };
        writeln!(out, "{}, {}, {}{more}.", of(errors, "error"), of(warnings, "warning"), of(notes, "note"))?;
    }
    Ok(match (bad, proof.is_complete()) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => 3,
    })
}

/// Explores with a bar after a second, and stops early when interrupted.
fn prove(story: &Story, arguments: &CheckArguments) -> Proof {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    // Where no handler can be set, an interrupt ends the program as it always did.
    let _ = ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    let mut progress = |now: Progress| {
        let time = begun.elapsed();
        if time < Duration::from_secs(1) || arguments.json || !io::stderr().is_terminal() {
            return;
        }
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        bar.set_message(format!(
            "{} states, {} a second, {} to look at, {} moves deep",
            crate::text::digits(now.states as i64),
            crate::text::digits((now.states as f64 / time.as_secs_f64()) as i64),
            crate::text::digits(now.frontier as i64),
            now.depth
        ));
        bar.tick();
    };
    let proof = proof::prove(
        story,
        Options {
            budget: proof::Budget { states: arguments.budget, ..proof::Budget::default() },
            threads: arguments.threads.unwrap_or(cores),
            reduce: proof::pack::Reduce::default(),
            weights: Weights::measured(),
            stop: &stop,
            progress: &mut progress,
        },
    );
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    proof
}

/// What a person likes to read.
fn summary(
    story: &Story,
    source: &Source,
    proof: &Proof,
    time: Duration,
    out: &mut impl Write,
) -> io::Result<()> {
    let digits = |n: usize| crate::text::digits(n as i64);
    writeln!(
        out,
        "{}: {} scenes, {} choices, {} endings, {} words.",
        source.name,
        story.scenes.len(),
        story.choices.len(),
        story.endings.len(),
        digits(proof::words(story))
    )?;
    writeln!(
        out,
        "{} states, {} moves between them, at most {} deep; {:.1} s, {:.0} bytes a state.",
        digits(proof.graph.len()),
        digits(proof.graph.transitions()),
        proof.graph.levels.len().saturating_sub(2),
        time.as_secs_f64(),
        proof.graph.bytes as f64 / proof.graph.len().max(1) as f64
    )?;
    if !proof.is_complete() {
        let why = match proof.graph.ended {
            Ended::States => "the budget of states was spent (--budget)",
            Ended::Memory => "the budget of memory was spent",
            Ended::Interrupted => "interrupted",
            Ended::Complete => "",
        };
        let looked_at = proof.graph.looked_at();
        writeln!(
            out,
            "Not finished: {why}. {} states were looked at, all of those within {} moves; nothing is claimed of the rest.",
            digits(looked_at),
            proof.graph.depth((looked_at as Node).saturating_sub(1)).saturating_sub(1)
        )?;
    }
    if let Some(odds) = &proof.odds {
        writeln!(out, "\nA player who picks by the weights of choices ends so:")?;
        let most = odds.endings.iter().copied().fold(0.0, f64::max).max(1e-9);
        let mut order: Vec<usize> = (0..story.endings.len()).collect();
        order.sort_by(|a, b| odds.endings[*b].total_cmp(&odds.endings[*a]));
        for i in order {
            let bar = "#".repeat((odds.endings[i] / most * 24.0).round() as usize);
            let way = match proof.endings[i] {
                Some(node) => format!("{:>3} moves", proof.graph.depth(node)),
                None => "  never".to_owned(),
            };
            writeln!(
                out,
                "  {:>9.5} %  {way}  {:<22} {bar}",
                odds.endings[i] * 100.0,
                story.str(story.endings[i].name)
            )?;
        }
        if odds.never > 0.0 {
            writeln!(out, "  {:>9.5} %  never ends", odds.never * 100.0)?;
        }
        let (measured, asked) = odds.coverage;
        if measured < asked {
            writeln!(
                out,
                "  The world answers uniformly where it was not measured: {} of {asked} settings of labs.",
                asked - measured
            )?;
        }
        writeln!(
            out,
            "On average {:.1} moves, {:.1} of them the player's; {:.2} % of games end within {SHORT}. Error at most {:.0e} ({} rounds).",
            odds.moves,
            odds.player_moves,
            odds.short * 100.0,
            odds.residual,
            odds.rounds
        )?;
    }
    let shortest = proof.endings.iter().flatten().map(|node| proof.graph.depth(*node)).min();
    match (&proof.longest, shortest) {
        (Some(Longest::Moves(most)), Some(least)) => {
            writeln!(out, "Games take {least} to {most} moves.")?;
        }
        (Some(Longest::Cycle(cycle)), Some(least)) => {
            writeln!(
                out,
                "Games take {least} moves or more, without end by way of {}.",
                cycle_names(story, proof, cycle).join(", ")
            )?;
        }
        _ => {}
    }
    Ok(())
}

fn cycle_names(story: &Story, proof: &Proof, cycle: &[Node]) -> Vec<String> {
    let steps = cycle.iter().zip(cycle.iter().cycle().skip(1));
    let path: Vec<_> = steps
        .filter_map(|(from, to)| {
            let edge = proof.graph.edges(*from).iter().find(|edge| edge.to == *to)?;
            Some((*from, proof.graph.move_of(edge.script)?))
        })
        .collect();
    proof.names(story, &path)
}

/// The shortest way to each ending: choices as ids, what the world must answer as comments.
fn walkthroughs(story: &Story, proof: &Proof, out: &mut impl Write) -> io::Result<()> {
    for (i, ending) in story.endings.iter().enumerate() {
        let name = story.str(ending.name);
        let Some(node) = proof.endings[i] else {
            writeln!(out, "# {name}: no playthrough ends so\n")?;
            continue;
        };
        let path = proof.graph.path(node);
        writeln!(out, "# {name}: {} moves", path.len())?;
        for ((node, _), name) in path.iter().zip(proof.names(story, &path)) {
            match (&story.scene(proof.scene(*node)).way, name.split_once(": ")) {
                (Way::Exercise { .. }, Some((_, "Declined"))) => writeln!(out, "decline")?,
                (Way::Exercise { .. } | Way::Lab { .. }, Some((of, outcome))) => {
                    writeln!(out, "# {of} must end in {outcome}")?;
                }
                _ => writeln!(out, "{name}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn to_json(
    story: &Story,
    source: &Source,
    proof: &Proof,
    found: &[Diagnostic],
    sound: bool,
    time: Duration,
) -> serde_json::Value {
    let endings: Vec<_> = (0..story.endings.len())
        .map(|i| {
            let node = proof.endings[EndingId(i as u32).index()];
            let path = node.map(|node| proof.names(story, &proof.graph.path(node)));
            json!({
                "id": story.str(story.endings[i].name),
                "allowed": node.is_some(),
                "odds": proof.odds.as_ref().map(|odds| odds.endings[i]),
                "shortest": path,
            })
        })
        .collect();
    let longest = match &proof.longest {
        Some(Longest::Moves(most)) => json!({"moves": most}),
        Some(Longest::Cycle(cycle)) => json!({"cycle": cycle_names(story, proof, cycle)}),
        None => serde_json::Value::Null,
    };
    let list: Vec<_> = found.iter().map(|fault| diagnostic_json(fault, &source.text)).collect();
    json!({
        "schema": SCHEMA,
        "story": source.name,
        "sound": sound,
        "proved": proof.is_complete(),
        "states": proof.graph.len(),
        "transitions": proof.graph.transitions(),
        "seconds": time.as_secs_f64(),
        "bytes": proof.graph.bytes,
        "endings": endings,
        "moves": proof.odds.as_ref().map(|odds| odds.moves),
        "player_moves": proof.odds.as_ref().map(|odds| odds.player_moves),
        "within_eight": proof.odds.as_ref().map(|odds| odds.short),
        "residual": proof.odds.as_ref().map(|odds| odds.residual),
        "settings_measured": proof.odds.as_ref().map(|odds| odds.coverage.0),
        "settings_reached": proof.odds.as_ref().map(|odds| odds.coverage.1),
        "longest": longest,
        "diagnostics": list,
    })
}

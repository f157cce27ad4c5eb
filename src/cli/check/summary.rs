//! What a person likes to read: how large the story is, how it ends, how long it takes.

use super::Found;
use crate::proof::graph::Node;
use crate::proof::odds::{Longest, SHORT};
use crate::proof::{self, Ended, Phase, Proof, Tally};
use crate::shell::render;
use crate::shell::terminal::Style;
use crate::story::Story;
use crate::story::diagnostic::{Code, Severity};
use crate::text::one_in;
use std::io::{self, Write};

/// Prints it.
pub(super) fn print(found: &Found<'_>, style: Style, notes: bool, out: &mut impl Write) -> io::Result<()> {
    let Found { story, source, proof, .. } = found;
    let mut text = String::new();
    let mut say = |sentence: &str| render::wrap(sentence, "", "  ", style.width, &mut text);
    say(&format!(
        "{}: {}, {}, {}, {} words.",
        source.name,
        counted(story.scenes.len(), "scene"),
        counted(story.choices.len(), "choice"),
        counted(story.endings.len(), "ending"),
        digits(proof::words(story))
    ));
    let bytes = match proof.graph.len() {
        0 => String::new(),
        states => format!(", {:.0} bytes a state", proof.graph.bytes as f64 / states as f64),
    };
    say(&format!(
        "{}, {} between them, at most {} deep; {:.1} s{bytes}.",
        counted(proof.graph.len(), "state"),
        counted(proof.graph.transitions(), "move"),
        proof.graph.levels.len().saturating_sub(2),
        found.times.0.as_secs_f64(),
    ));
    if proof.pairs > 0 {
        let pairs = crate::text::counted(proof.pairs, "pair");
        say(&format!("For texts, {pairs} of a state and a value of the facts that they ask for."));
    }
    if let Some(sentence) = unfinished(proof) {
        say(&sentence);
    }
    out.write_all(text.as_bytes())?;
    endings(found, style, out)?;
    let mut text = String::new();
    let mut say = |sentence: &str| render::wrap(sentence, "", "  ", style.width, &mut text);
    say("");
    lengths(found, &mut say);
    shown(found, &mut say);
    let count = |severity| found.complaints.iter().filter(|it| it.code.severity() == severity).count();
    let noted = count(Severity::Note);
    let more = if noted > 0 && !notes { " (--notes shows them)" } else { "" };
    say(&format!(
        "{}, {}, {}{more}.",
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
        counted(noted, "note")
    ));
    out.write_all(text.as_bytes())
}

fn digits(n: usize) -> String {
    crate::text::digits(n as i64)
}

fn counted(n: usize, what: &str) -> String {
    crate::text::counted(n as u64, what)
}

/// A share in whole per cent, 100 only when it is all.
pub(in crate::cli) fn percent(part: f64) -> String {
    format!("{:.0} %", (part * 100.0).floor())
}

/// Says that odds are not settled.
pub(in crate::cli) fn unsettled(odds: &str) -> String {
    format!(
        "{odds} are not settled, since a player may go round and round for very long in a large part of the story"
    )
}

/// What was not finished when somebody asked to stop, after states were looked at.
pub(in crate::cli) fn cut_while(proof: &Proof) -> Option<String> {
    let parts: Vec<String> = proof
        .cut
        .iter()
        .map(|phase| match phase {
            Phase::States(_) => "states were looked for".to_owned(),
            Phase::Graph => "the states were put in order".to_owned(),
            Phase::Claims(_, 0) => "traps were looked for".to_owned(),
            Phase::Claims(done, all) => {
                format!("claims were decided ({} of {})", digits(*done), digits(*all))
            }
            Phase::Following(part) => format!("texts were followed ({})", percent(*part)),
            Phase::Texts(done, all) => {
                format!("questions about texts were answered ({} of {})", digits(*done), digits(*all))
            }
            Phase::Odds(part) => format!("odds were solved ({})", percent(*part)),
            Phase::Longest => "the longest game was looked for".to_owned(),
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

fn unfinished(proof: &Proof) -> Option<String> {
    let why = match proof.graph.ended {
        Ended::Complete => {
            let cut = cut_while(proof)?;
            let all = digits(proof.graph.len());
            return Some(format!(
                "Not finished: interrupted while {cut}. All {all} states were looked at; nothing is claimed of what was left."
            ));
        }
        Ended::States => "the budget of states was spent (--budget)",
        Ended::Memory => "the budget of memory was spent (--memory)",
        Ended::Interrupted => "interrupted",
    };
    let looked_at = proof.graph.looked_at();
    Some(format!(
        "Not finished: {why}. {} states were looked at, all of those within {} moves; nothing is claimed of the rest. {}",
        digits(looked_at),
        proof.graph.depth((looked_at as Node).saturating_sub(1)).saturating_sub(1),
        judged(proof)
    ))
}

/// What was judged on a part of all states, and what was not.
pub(in crate::cli) fn judged(proof: &Proof) -> String {
    let mut told = match cut_while(proof) {
        Some(cut) => format!("What is wrong with them was judged until it was stopped while {cut}."),
        None => "What is wrong with them is told: where one gets stuck or can never end, facts that leave their range, \
            figures that were not measured, and claims."
            .to_owned(),
    };
    let Tally { fail, hold, open } = proof.claims;
    let all = fail + hold + open;
    if all > 0 {
        let verb = |n, one: &str, more: &str| format!("{} {}", digits(n), if n == 1 { one } else { more });
        told.push_str(&format!(
            " Of {}, {} on these states, {} whatever the rest is like, and {} open.",
            counted(all, "claim"),
            verb(fail, "fails", "fail"),
            verb(hold, "holds", "hold"),
            verb(open, "is", "are"),
        ));
    }
    told + " What is never reached, offered or shown was not judged."
}

/// A bar of so many columns, in eighths of a column.
pub(in crate::cli) fn bar(share: f64, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * columns as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// A line for each ending: how likely, how far, and a bar.
fn endings(found: &Found<'_>, style: Style, out: &mut impl Write) -> io::Result<()> {
    let Found { story, proof, .. } = found;
    let name = |i: usize| story.str(story.endings[i].name);
    let odds = proof.settled_odds();
    let mut order: Vec<usize> = (0..story.endings.len()).collect();
    match odds {
        Some(odds) => {
            writeln!(out, "\nA player who picks by the weights of choices ends so:")?;
            order.sort_by(|a, b| odds.endings[*b].total_cmp(&odds.endings[*a]));
        }
        None => {
            let all = proof.graph.ended == Ended::Complete;
            writeln!(
                out,
                "\n{}",
                if all { "Endings that can be reached:" } else { "Endings found so far:" }
            )?;
            order.retain(|i| proof.endings[*i].is_some());
        }
    }
    let widest = order.iter().map(|i| name(*i).len()).max().unwrap_or(0).min(24);
    let most = odds.map_or(1.0, |odds| odds.endings.iter().copied().fold(1e-12, f64::max));
    for i in order {
        let chance = odds.map_or(String::new(), |odds| {
            format!(" {:>9.5} % {:>14}", odds.endings[i] * 100.0, one_in(odds.endings[i]))
        });
        let way = proof.endings[i].map_or(String::new(), |node| {
            let shortest = proof.graph.depth(node);
            let played = match found.showing.map(|showing| &showing.endings[i]) {
                None => String::new(),
                Some(Some(shown)) if shown.moves == shortest => String::new(),
                Some(Some(shown)) => format!("+{}", shown.moves - shortest),
                Some(None) => "?".to_owned(),
            };
            format!(" {shortest:>3}{played:<2}")
        });
        let line = format!("  {:<widest$}{chance}{way}", name(i));
        let room = style.width.saturating_sub(line.chars().count() + 1);
        match odds {
            Some(odds) if !style.plain => {
                writeln!(out, "{line} {}", bar(odds.endings[i] / most, room.min(40)))?;
            }
            _ => writeln!(out, "{}", line.trim_end())?,
        }
    }
    if let Some(odds) = odds.filter(|odds| odds.never > 0.0) {
        let never = format!("{:>9.5} % {:>14}", odds.never * 100.0, one_in(odds.never));
        writeln!(out, "  {:<widest$} {never}", "(no ending)")?;
    }
    let mut text = String::new();
    let mut legend = "The last number is the least moves, the player's and the world's.".to_owned();
    if let Some(showing) = found.showing {
        let longer = showing.endings.iter().zip(&proof.endings).any(|(shown, node)| match (shown, node) {
            (Some(shown), Some(node)) => shown.moves > proof.graph.depth(*node),
            _ => false,
        });
        if longer {
            legend.push_str(" `+2`: a real game takes two more.");
        }
        let missed = |(shown, node): (&Option<_>, &Option<_>)| shown.is_none() && node.is_some();
        if showing.endings.iter().zip(&proof.endings).any(missed) {
            legend.push_str(" `?`: no real game was found.");
        }
    }
    render::wrap(&legend, "  ", "  ", style.width, &mut text);
    if let Some((measured, asked)) = odds.map(|odds| odds.coverage).filter(|(measured, all)| measured < all) {
        let sentence = format!(
            "The world answers uniformly where it was not measured: {} of {} settings of labs (`treed lab odds --write` measures).",
            digits(asked - measured),
            digits(asked)
        );
        render::wrap(&sentence, "  ", "  ", style.width, &mut text);
    }
    out.write_all(text.as_bytes())
}

fn lengths(found: &Found<'_>, say: &mut impl FnMut(&str)) {
    let Found { story, proof, .. } = found;
    if let Some(odds) = proof.settled_odds() {
        let words = found.reading.map_or(String::new(), |read| {
            format!(
                " {} ± {} words are read ({} games drawn).",
                digits(read.words.round() as usize),
                digits(read.error.ceil() as usize),
                digits(read.games as usize)
            )
        });
        say(&format!(
            "A game takes {:.1} moves on average, {:.1} of them the player’s; {:.2} % end within {SHORT}.{words}",
            odds.moves,
            odds.player_moves,
            odds.short * 100.0,
        ));
        say(&format!("No chance is off by more than {:.0e} ({} rounds).", odds.residual, odds.rounds));
    } else if let Some(odds) = &proof.odds {
        let left = format!(
            "after {} rounds through one part of it {:.1} % of games are still under way",
            digits(odds.rounds),
            odds.residual * 100.0
        );
        say(&format!("Not decided: {} ({left}).", unsettled("the odds")));
    }
    let open = found.proof.diagnostics.iter().filter(|it| it.code == Code::NotDecided).count();
    if open > 0 {
        let open = counted(open, "question");
        say(&format!(
            "Not decided: {open} about texts and claims (warnings T218); so the story is not proved."
        ));
    }
    let shortest = proof.endings.iter().flatten().map(|node| proof.graph.depth(*node)).min();
    match (&proof.longest, shortest) {
        (Some(Longest::Moves(most)), Some(least)) => say(&format!("Games take {least} to {most} moves.")),
        (Some(Longest::Cycle(cycle)), Some(least)) => say(&format!(
            "The shortest game takes {}; none is the longest, by way of {}.",
            counted(least, "move"),
            cycle_names(story, proof, cycle).join(", ")
        )),
        _ => {}
    }
}

fn shown(found: &Found<'_>, say: &mut impl FnMut(&str)) {
    let Some(showing) = found.showing else { return };
    let allowed = found.proof.endings.iter().flatten().count();
    let played = showing.endings.iter().flatten().count();
    let unshown = found.complaints.iter().any(|it| it.code == Code::EndingNotShown);
    say(&format!(
        "{played} of {} that are allowed {} shown by a real game ({} run, {:.1} s){}",
        counted(allowed, "ending"),
        if played == 1 { "is" } else { "are" },
        counted(showing.runs, "experiment"),
        found.times.1.as_secs_f64(),
        if unshown || played == 0 { "." } else { "; --walkthroughs prints them." },
    ));
}

/// The moves of a cycle, by name.
pub(super) fn cycle_names(story: &Story, proof: &Proof, cycle: &[Node]) -> Vec<String> {
    let steps = cycle.iter().zip(cycle.iter().cycle().skip(1));
    let path: Vec<_> = steps
        .filter_map(|(from, to)| {
            let edge = proof.graph.edges(*from).iter().find(|edge| edge.to == *to)?;
            Some((*from, proof.graph.move_of(edge.script)?))
        })
        .collect();
    proof.names(story, &path)
}

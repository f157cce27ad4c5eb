//! Two playthroughs side by side: the first move where they part, and what each led to.

use super::follow;
use crate::journal::turns::{part, players};
use crate::journal::{Entry, Game};
use crate::shell::terminal::Style;
use crate::shell::{Trouble, place, render};
use crate::story::Story;
use crate::text::{counted, visible};

/// A playthrough and how it was named.
type Run<'r> = (&'r str, u32, &'r [Entry]);

pub(super) fn compare(story: &Story, a: Run, b: Run, style: Style) -> Result<String, Trouble> {
    let mut text = String::new();
    let mut say = |line: &str| render::wrap(line, "", "  ", style.width, &mut text);
    if a.1 != b.1 {
        say(&format!(
            "The seeds differ ({} and {}): the world may answer the same moves in another way.",
            a.1, b.1
        ));
    }
    match part(a.2, b.2) {
        Some((in_a, in_b)) => {
            let (before, other) = (follow(story, a.1, a.2, in_a)?, follow(story, b.1, b.2, in_b)?);
            let number = players(&a.2[..in_a]).len();
            say(&format!(
                "{} the same. They part at {}:",
                match number {
                    0 => "Not one move is".to_owned(),
                    1 => "The first move is".to_owned(),
                    n => format!("The first {n} moves are"),
                },
                place(&before)
            ));
            for ((name, _, entries), at, game) in [(a, in_a, before), (b, in_b, other)] {
                say(&format!("- {}: {}", shown(name), told(game, &entries[at])?));
            }
        }
        None if players(a.2).len() == players(b.2).len() => say("They are the same, move for move."),
        None => {
            let (short, long) = if players(a.2).len() < players(b.2).len() { (a, b) } else { (b, a) };
            say(&format!(
                "{} is the beginning of {}: the first {} are the same.",
                shown(short.0),
                shown(long.0),
                counted(players(short.2).len() as u64, "move")
            ));
        }
    }
    for (name, seed, entries) in [a, b] {
        let game = follow(story, seed, entries, entries.len())?;
        let led = match game.ending() {
            Some(ending) => format!("the ending “{}”", story.str(story.endings[ending.index()].title)),
            None => format!("no ending yet; it stands at {}", place(&game)),
        };
        let mut line =
            format!("{} led to {led}, in {}.", shown(name), counted(players(entries).len() as u64, "move"));
        let found = found(story, seed, entries)?;
        if !found.is_empty() {
            line.push_str(&format!(" Experiments: {}.", found.join(", ")));
        }
        say(&line);
    }
    Ok(text)
}

fn shown(name: &str) -> String {
    let name = visible(name).replace('\n', " ");
    if name.chars().count() > 24 {
        format!("`{}...`", name.chars().take(24).collect::<String>())
    } else {
        format!("`{name}`")
    }
}

/// A move in words.
fn told(mut game: Game, entry: &Entry) -> Result<String, Trouble> {
    game.follow(entry)?;
    Ok(match entry {
        Entry::Choose(_) => game.last().to_owned(),
        Entry::Type(keys) => format!("typed {keys}"),
        Entry::World(outcome, _) => format!("the world answered {outcome}"),
    })
}

/// What the experiments answered, in order.
fn found(story: &Story, seed: u32, entries: &[Entry]) -> Result<Vec<String>, Trouble> {
    let states = crate::journal::states(story, seed, entries)?;
    let labs = states.iter().zip(entries).filter_map(|((state, _), entry)| {
        match (&story.scene(state.scene(story)).way, entry) {
            (crate::story::Way::Lab { lab, .. }, Entry::World(outcome, _)) => {
                Some(format!("{} {outcome}", lab.signature().name))
            }
            _ => None,
        }
    });
    Ok(labs.collect())
}

//! Kept games: lists of the player's moves, by stable names, that are played anew. What the world answered
//! is not kept, so every experiment runs again.
//!
//! One game a line: its seed, a colon, then its moves. A move is the id of a choice, `=keys` typed in
//! an exercise, or `=` where one is handed back. Lines that begin with `#` are for readers.

use super::{Entry, Game, MOST_MOVES, SEEDS, Unmade};
use crate::story::Story;
use std::fmt::Write;

/// The line that a list of games begins with.
pub const HEAD: &str = "# Games by the player's moves; the experiments answer anew.";

/// A game: its seed and the player's moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The seed.
    pub seed: u32,
    /// The player's moves, in order.
    pub moves: Vec<String>,
}

/// What was wrong with a list of games.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It does not begin as one.
    #[error("this is no list of games: it does not begin with `{HEAD}`")]
    NoList,
    /// This line is no game.
    #[error("line {0} is no game: it needs a seed, a colon and moves, as in `7: article button`")]
    Line(usize),
}

impl Kept {
    /// What the player did in a game.
    pub fn of(seed: u32, entries: &[Entry]) -> Kept {
        let moves = entries.iter().filter_map(|entry| match entry {
            Entry::Choose(id) => Some(id.clone()),
            Entry::Type(keys) => Some(format!("={keys}")),
            Entry::World(outcome, _) => (outcome == "Declined").then(|| "=".to_owned()),
        });
        Kept { seed, moves: moves.collect() }
    }

    /// Plays it for real. `look` is shown every screen that the player comes to.
    ///
    /// # Errors
    /// The index of the first move that cannot be made, and why; the game as far as it went was shown.
    pub fn play<'s>(
        &self,
        story: &'s Story,
        look: &mut dyn FnMut(&Game<'s>),
    ) -> Result<Game<'s>, (usize, Unmade)> {
        let mut game = Game::new(story, self.seed).map_err(|why| (0, why))?;
        look(&game);
        for (i, made) in self.moves.iter().enumerate() {
            let done = match made.strip_prefix('=') {
                Some("") => game.decline(),
                Some(keys) => game.type_line(keys).map(drop),
                None => match story.choice_named(game.scene(), made) {
                    Some(choice) => game.choose(choice),
                    None => Err(Unmade::Unknown(made.clone())),
                },
            };
            done.map_err(|why| (i, why))?;
            look(&game);
        }
        Ok(game)
    }
}

/// A list of games as a text.
pub fn write(note: &str, games: &[Kept]) -> String {
    let mut text = format!("{HEAD}\n");
    for line in note.lines() {
        let _ = writeln!(text, "# {line}");
    }
    for game in games {
        let _ = writeln!(text, "{}: {}", game.seed, game.moves.join(" "));
    }
    text
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// Where it is something else.
pub fn read(text: &str) -> Result<Vec<Kept>, Bad> {
    if !text.starts_with(HEAD) {
        return Err(Bad::NoList);
    }
    let mut games = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let game = line.split_once(':').and_then(|(seed, moves)| {
            let seed = seed.trim().parse().ok().filter(|seed| *seed < SEEDS)?;
            let moves: Vec<String> = moves.split_whitespace().map(str::to_owned).collect();
            (moves.len() <= MOST_MOVES).then_some(Kept { seed, moves })
        });
        games.push(game.ok_or(Bad::Line(i + 1))?);
    }
    Ok(games)
}

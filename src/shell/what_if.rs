//! Under the card of an ending: the last move at which another one, not found yet, was open.

use super::{Shell, Trouble, place, render, sentences};
use crate::journal::Game;
use crate::journal::turns::players;
use crate::proof::what_if_until;
use crate::story::EndingId;
use std::cell::Cell;
use std::io::Write;
use std::time::{Duration, Instant};

/// Longest search, while a person reads the card.
const LONGEST: Duration = Duration::from_millis(900);
/// Most states that are looked at in a piped game, which nobody waits for and which must not depend on a clock.
const MOST_IN_A_PIPE: usize = 10_000;

impl Shell<'_> {
    /// Looks for it and says where it is, if anywhere.
    pub(super) fn wonder(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        self.chance = None;
        let (Some(_), Some(gallery)) = (self.game.ending(), &self.gallery) else { return Ok(()) };
        let story = self.story;
        if super::found::found(story, gallery) == story.endings.len() {
            return Ok(());
        }
        out.flush()?;
        let (until, looked_at) = (Instant::now() + LONGEST, Cell::new(0));
        let stop = || {
            looked_at.set(looked_at.get() + 1);
            if self.person { Instant::now() >= until } else { looked_at.get() > MOST_IN_A_PIPE }
        };
        let found =
            |ending: EndingId| gallery.reached(story.str(story.endings[ending.index()].name)).is_some();
        let entries = self.game.entries();
        let other = what_if_until(story, self.game.seed(), entries, &found, &stop);
        let Some((index, _, ending)) = other else { return Ok(()) };
        let Some(number) = players(entries).iter().position(|i| *i == index).map(|i| i + 1) else {
            return Ok(());
        };
        let Ok((before, None)) = Game::replay(story, self.game.seed(), &entries[..index]) else {
            return Ok(());
        };
        let told = format!(
            "What if? At move {number} ({}) another ending was still open. Its hint: {}",
            place(&before),
            story.str(story.endings[ending.index()].hint)
        );
        let mut text = String::from("\n");
        render::wrap(&told, "", "", self.style.width, &mut text);
        text.push_str(&format!("{}. Go back there\n", sentences::AT_THE_END.len() + 1));
        self.chance = Some(number);
        write!(out, "{text}")?;
        self.last.push_str(&text);
        Ok(())
    }

    /// The command that goes back there, where the line asks for it.
    pub(super) fn takes_chance(&self, line: &str) -> Option<String> {
        let number = self.chance?;
        let key = (sentences::AT_THE_END.len() + 1).to_string();
        let line = line.trim().trim_end_matches('.').to_lowercase();
        (line == key || line == "what if" || line == "go back there").then(|| format!("rewind {number}"))
    }
}

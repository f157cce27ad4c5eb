//! The player's moves in a list: where they are, going back to one, and which are the player's own where the
//! list began as somebody else's.

use super::{Entry, Game, Now};
use crate::engine::{self, Offer, State, Telling};
use crate::story::PageId;

/// Whether the player made this move; handing back an exercise is the player's, though the world tells it.
pub fn is_players(entry: &Entry) -> bool {
    match entry {
        Entry::Choose(_) | Entry::Type(_) => true,
        Entry::World(outcome, _) => outcome == "Declined",
    }
}

/// Indices of the player's moves: the first is move 1 of the log.
pub fn players(entries: &[Entry]) -> Vec<usize> {
    (0..entries.len()).filter(|i| entries.get(*i).is_some_and(is_players)).collect()
}

/// What one step of two lists can be compared by: figures are left out, and how keys were spread over lines.
#[derive(Debug, PartialEq, Eq)]
enum Step<'e> {
    Choose(&'e str),
    Key(char),
    World(&'e str),
}

fn steps(entries: &[Entry]) -> Vec<(usize, Step<'_>)> {
    let mut steps = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        match entry {
            Entry::Choose(id) => steps.push((i, Step::Choose(id))),
            Entry::Type(keys) => steps.extend(keys.chars().map(|key| (i, Step::Key(key)))),
            Entry::World(outcome, _) => steps.push((i, Step::World(outcome))),
        }
    }
    steps
}

/// Where two lists part: the index of the first entry of each that is not the other's. `None` where one is
/// the beginning of the other, or they are the same.
pub fn part(a: &[Entry], b: &[Entry]) -> Option<(usize, usize)> {
    let (a, b) = (steps(a), steps(b));
    a.iter().zip(&b).find(|((_, a), (_, b))| a != b).map(|((a, _), (b, _))| (*a, *b))
}

/// The first move of a list that its player made otherwise than in the list that was watched before, or
/// after its end.
fn first_own(entries: &[Entry], watched: &[Entry]) -> Option<usize> {
    let (own, seen) = (steps(entries), steps(watched));
    let parted = own.iter().zip(&seen).position(|((_, a), (_, b))| a != b).unwrap_or(seen.len());
    let at = own.get(parted)?.0;
    (at..entries.len()).find(|i| entries.get(*i).is_some_and(is_players))
}

impl Game<'_> {
    /// The list that was watched before this game branched off it; empty for a game of one's own.
    pub fn watched(&self) -> &[Entry] {
        &self.watched
    }

    /// Makes this a branch of a list that was watched: it finds only what lies after the first move that is
    /// different from it.
    pub fn set_watched(&mut self, watched: Vec<Entry>) {
        self.watched = watched;
    }

    /// The pages that this game has unlocked by its player's own moves; `None` where none was made yet, and
    /// so no ending found either.
    pub fn earned(&self) -> Option<Vec<PageId>> {
        if self.watched.is_empty() {
            return Some(self.now.pages.clone());
        }
        let own = first_own(&self.entries, &self.watched)?;
        let mut now = Now::begin(self.story, self.seed).ok()?;
        for (i, entry) in self.entries.iter().enumerate() {
            if i == own {
                now.pages.clear();
            }
            now.make(self.story, entry).ok()?;
        }
        Some(now.pages)
    }

    /// As things stood when a page was taught last: where a move had come to rest, with what the telling needs.
    pub(super) fn when_taught(&self, page: PageId) -> Option<(State, Telling)> {
        let mut now = Now::begin(self.story, self.seed).ok()?;
        let mut found = None;
        for next in self.entries.iter().map(Some).chain([None]) {
            // Nothing is shown before the world has answered.
            if !matches!(engine::offer(self.story, &now.state), Offer::World(_))
                && now.taught(self.story).contains(&page)
            {
                found = Some((now.state.clone(), now.telling.clone()));
            }
            if let Some(entry) = next {
                now.make(self.story, entry).ok()?;
            }
        }
        found
    }

    /// Goes back to where the player's move of this number, from 1, was made; false where there is none.
    /// What is taken back can be made again, move by move.
    pub fn rewind(&mut self, number: usize) -> bool {
        let moves = players(&self.entries);
        let Some(&to) = number.checked_sub(1).and_then(|i| moves.get(i)) else { return false };
        let Ok((mut game, None)) = Game::replay(self.story, self.seed, &self.entries[..to]) else {
            return false;
        };
        game.undone = std::mem::take(&mut self.undone);
        let mut end = self.entries.len();
        for from in moves.into_iter().rev().take_while(|from| *from >= to) {
            game.undone.push(self.entries[from..end].to_vec());
            end = from;
        }
        game.watched = std::mem::take(&mut self.watched);
        *self = game;
        true
    }
}

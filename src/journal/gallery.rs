//! Endings reached and kept, and the pages of the notebook that were unlocked.

use super::save::{Bad, FORMAT, Moves, format_of, seal, unread, unseal, write_entry};
use super::{Entry, Game};
use crate::engine::{self, Block};
use crate::story::read::plain;
use crate::story::{EndingId, PageId, Story, Str};
use crate::text::visible;
use serde::Deserialize;
use std::fmt::Write;
use std::time::Duration;

/// Most finished games that are remembered one by one; what endings count goes on.
pub const MOST_FINISHED: usize = 10_000;

/// What a player has found in a story, over all games.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gallery {
    /// Endings, in the order in which they were first reached.
    pub endings: Vec<Reached>,
    /// Pages, in the order in which they were unlocked.
    pub pages: Vec<Unlocked>,
    /// Games that came to an ending, the latest last; at most [`MOST_FINISHED`].
    pub finished: Vec<Finished>,
}

/// An ending that was reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// Its id.
    pub id: String,
    /// How often.
    pub times: u32,
    /// The first playthrough.
    pub first: Run,
    /// The one with the fewest moves.
    pub shortest: Run,
}

/// A game that came to an ending.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// The ending's id.
    pub ending: String,
    /// Seconds since 1970.
    pub when: u64,
    /// The player's moves.
    pub turns: u32,
    /// Time played.
    pub played: Duration,
    /// Acts of the story that it went through, in the story's order.
    pub roads: Vec<String>,
    /// Hash of seed and moves: the same game, undone and made again, counts once.
    pub mark: u64,
}

/// A playthrough that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Seconds since 1970.
    pub when: u64,
    /// Time played; none in galleries that were kept before it was.
    pub played: Option<Duration>,
    /// The player's moves.
    pub turns: u32,
    /// The seed.
    pub seed: u32,
    /// The moves.
    pub moves: Vec<Entry>,
}

/// A page that was unlocked.
#[derive(Clone, Debug, PartialEq)]
pub struct Unlocked {
    /// Its id.
    pub id: String,
    /// What it said of the playthrough that unlocked it, a paragraph each.
    pub here: Vec<String>,
}

impl Gallery {
    /// The ending, if it was reached.
    pub fn reached(&self, id: &str) -> Option<&Reached> {
        self.endings.iter().find(|reached| reached.id == id)
    }

    /// The page, if it was unlocked.
    pub fn unlocked(&self, id: &str) -> Option<&Unlocked> {
        self.pages.iter().find(|page| page.id == id)
    }

    /// Keeps what a game has found; true if that is anything new to keep.
    pub fn keep(&mut self, game: &Game, when: u64, played: Duration) -> bool {
        // Watching finds nothing: what counts begins with the player's own first move.
        let Some(pages) = game.earned() else { return false };
        let news = self.keep_pages(game, &pages);
        game.ending().is_some_and(|ending| self.keep_ending(game, ending, when, played)) || news
    }

    /// False when this very game has been counted already.
    fn keep_ending(&mut self, game: &Game, ending: EndingId, when: u64, played: Duration) -> bool {
        let story = game.story();
        let id = story.str(story.endings[ending.index()].name);
        let turns = game.turns() as u32;
        let mark = mark(game);
        if self.finished.iter().any(|finished| finished.mark == mark && finished.ending == id) {
            return false;
        }
        let roads = roads(game).into_iter().map(str::to_owned).collect();
        self.finished.push(Finished { ending: id.to_owned(), when, turns, played, roads, mark });
        let more = self.finished.len().saturating_sub(MOST_FINISHED);
        self.finished.drain(..more);
        let run =
            Run { when, played: Some(played), turns, seed: game.seed(), moves: game.entries().to_vec() };
        match self.endings.iter_mut().find(|reached| reached.id == id) {
            Some(reached) => {
                reached.times = reached.times.saturating_add(1);
                if run.turns < reached.shortest.turns {
                    reached.shortest = run;
                }
            }
            None => {
                self.endings.push(Reached { id: id.to_owned(), times: 1, first: run.clone(), shortest: run })
            }
        }
        true
    }

    /// Endings that were found and that the story does not have, or not any more.
    pub fn strangers(&self, story: &Story) -> Vec<&str> {
        let ids = self.endings.iter().map(|reached| reached.id.as_str());
        ids.filter(|id| story.ending_named(id).is_none()).collect()
    }

    /// Brings endings and pages to the names that they have now. What was found under both is one.
    pub(super) fn rename(&mut self, renamed: &Renamed) {
        for (old, new) in &renamed.endings {
            for finished in self.finished.iter_mut().filter(|finished| finished.ending == *old) {
                finished.ending.clone_from(new);
            }
            let Some(at) = self.endings.iter().position(|reached| reached.id == *old) else { continue };
            let Some(other) = self.endings.iter().position(|reached| reached.id == *new) else {
                self.endings[at].id.clone_from(new);
                continue;
            };
            let moved = self.endings[at].clone();
            let into = &mut self.endings[other];
            into.times = into.times.saturating_add(moved.times);
            if moved.first.when < into.first.when {
                into.first = moved.first;
            }
            if moved.shortest.turns < into.shortest.turns {
                into.shortest = moved.shortest;
            }
            self.endings.remove(at);
        }
        for (old, new) in &renamed.pages {
            if self.unlocked(new).is_none()
                && let Some(page) = self.pages.iter_mut().find(|page| page.id == *old)
            {
                page.id.clone_from(new);
            }
        }
    }

    fn keep_pages(&mut self, game: &Game, earned: &[PageId]) -> bool {
        let story = game.story();
        let taught = game.taught();
        let is_known = |page: &PageId| self.unlocked(story.str(story.pages[page.index()].name)).is_some();
        // A page that is known tells of the last time that it was taught.
        let told: Vec<PageId> =
            earned.iter().copied().filter(|page| taught.contains(page) || !is_known(page)).collect();
        if told.is_empty() {
            return false;
        }
        let mut news = false;
        let now = || (game.state().clone(), game.telling().clone());
        for id in told {
            // What could not be kept at its time is told as it was then.
            let late = if taught.contains(&id) { None } else { game.when_taught(id) };
            let (state, mut telling) = late.unwrap_or_else(now);
            telling.ask(story, &state, game.seed());
            let page = &story.pages[id.index()];
            let id = story.str(page.name);
            let mut blocks = Vec::new();
            engine::tell(story, page.here, &state, &telling, &mut blocks);
            let here = blocks
                .into_iter()
                .filter_map(|block| match block {
                    Block::Paragraph { text, .. } => Some(text.into_owned()),
                    Block::Picture { .. } => None,
                })
                .collect();
            match self.pages.iter_mut().find(|known| known.id == id) {
                Some(known) if known.here == here => {}
                Some(known) => {
                    known.here = here;
                    news = true;
                }
                None => {
                    self.pages.push(Unlocked { id: id.to_owned(), here });
                    news = true;
                }
            }
        }
        news
    }

    /// The file's text, checksum included.
    pub fn to_text(&self, story: &Story) -> String {
        let mut out = format!(
            "Gallery(\n    format: {FORMAT},\n    story: {:?},\n    endings: [\n",
            story.str(story.id)
        );
        for reached in &self.endings {
            // Writing to a string cannot fail.
            let _ =
                write!(out, "        (id: {:?}, times: {},\n            first: ", reached.id, reached.times);
            write_run(&reached.first, &mut out);
            out.push_str(",\n            shortest: ");
            write_run(&reached.shortest, &mut out);
            out.push_str("),\n");
        }
        out.push_str("    ],\n    pages: [\n");
        for page in &self.pages {
            let here: Vec<String> =
                page.here.iter().map(|text| format!("{:?}", text.replace('\u{A0}', " "))).collect();
            let _ = writeln!(out, "        (id: {:?}, here: [{}]),", page.id, here.join(", "));
        }
        out.push_str("    ],\n    finished: [\n");
        for finished in &self.finished {
            let Finished { ending, when, turns, played, roads, mark } = finished;
            let played = played.as_secs();
            let _ = writeln!(
                out,
                "        (ending: {ending:?}, when: {when}, turns: {turns}, played: {played}, roads: {roads:?}, mark: \"{mark:016x}\"),",
            );
        }
        out.push_str("    ],\n)\n");
        seal(&mut out);
        out
    }

    /// Reads a gallery; the flag is false when the file was changed by something else than this program.
    ///
    /// # Errors
    /// [`Bad`] says why it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Gallery, bool), Bad> {
        let (text, intact) = unseal(bytes)?;
        if let Some(format) = format_of(text).filter(|format| *format > FORMAT) {
            return Err(Bad::Newer(format));
        }
        // It is read at every start, and may hold thousands of games.
        let written = match plain(text, NESTING) {
            Some(written) => written,
            None => by_ron(text)?,
        };
        Ok((Gallery::of(written)?, intact))
    }

    fn of(written: Written) -> Result<Gallery, Bad> {
        let clean = |text: String| visible(&text).into_owned();
        let run = |run: WrittenRun| {
            let moves = run.moves.within_bounds()?;
            let played = run.played.map(Duration::from_secs);
            Ok(Run { when: run.when, played, turns: run.turns, seed: run.seed, moves })
        };
        let endings = written
            .endings
            .into_iter()
            .map(|reached| {
                let (first, shortest) = (run(reached.first)?, run(reached.shortest)?);
                Ok(Reached { id: clean(reached.id), times: reached.times, first, shortest })
            })
            .collect::<Result<_, _>>()?;
        let pages = written
            .pages
            .into_iter()
            .map(|page| Unlocked { id: clean(page.id), here: page.here.into_iter().map(clean).collect() })
            .collect();
        let finished = written
            .finished
            .into_iter()
            .map(|finished| Finished {
                ending: clean(finished.ending),
                when: finished.when,
                turns: finished.turns,
                played: Duration::from_secs(finished.played),
                roads: finished.roads.into_iter().map(clean).collect(),
                mark: u64::from_str_radix(&finished.mark, 16).unwrap_or(0),
            })
            .collect();
        Ok(Gallery { endings, pages, finished })
    }
}

const NESTING: usize = 16;

fn by_ron(text: &str) -> Result<Written, Bad> {
    ron::Options::default().with_recursion_limit(NESTING).from_str(text).map_err(|error| unread(&error))
}

/// Old names of endings and pages, and what they are now.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    endings: Vec<(String, String)>,
    pages: Vec<(String, String)>,
}

impl Renamed {
    /// The aliases of a story.
    pub(super) fn of(story: &Story) -> Renamed {
        let owned = |(old, new): &(Str, Str)| (story.str(*old).to_owned(), story.str(*new).to_owned());
        Renamed {
            endings: story.ending_aliases.iter().map(owned).collect(),
            pages: story.page_aliases.iter().map(owned).collect(),
        }
    }
}

/// The acts that a game has been in.
fn roads<'s>(game: &Game<'s>) -> Vec<&'s str> {
    let story = game.story();
    let visits = &game.telling().visits;
    let been = |act: usize| {
        story
            .scenes
            .iter()
            .zip(visits)
            .any(|(scene, visits)| scene.act.is_some_and(|its| its.index() == act) && *visits > 0)
    };
    (0..story.acts.len()).filter(|act| been(*act)).map(|act| story.str(story.acts[act])).collect()
}

/// Hash of seed and moves.
fn mark(game: &Game) -> u64 {
    let mut text = game.seed().to_string();
    for entry in game.entries() {
        text.push(' ');
        write_entry(entry, &mut text);
    }
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

fn write_run(run: &Run, out: &mut String) {
    let _ = write!(out, "(when: {}, ", run.when);
    if let Some(played) = run.played {
        let _ = write!(out, "played: Some({}), ", played.as_secs());
    }
    let _ = write!(out, "turns: {}, seed: {}, moves: [", run.turns, run.seed);
    for (i, entry) in run.moves.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_entry(entry, out);
    }
    out.push_str("])");
}

#[derive(Deserialize)]
#[serde(rename = "Gallery", deny_unknown_fields)]
struct Written {
    // Looked at before.
    #[serde(rename = "format")]
    _format: u32,
    // For whoever reads the file.
    #[serde(rename = "story")]
    _story: String,
    endings: Vec<WrittenReached>,
    pages: Vec<WrittenPage>,
    #[serde(default)]
    finished: Vec<WrittenFinished>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFinished {
    ending: String,
    when: u64,
    turns: u32,
    played: u64,
    roads: Vec<String>,
    mark: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReached {
    id: String,
    times: u32,
    first: WrittenRun,
    shortest: WrittenRun,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRun {
    when: u64,
    #[serde(default)]
    played: Option<u64>,
    turns: u32,
    seed: u32,
    moves: Moves,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPage {
    id: String,
    here: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::{Gallery, NESTING, Written, by_ron, plain};
    use crate::story::read::spoilt;
    use proptest::prelude::*;

    const KEPT: &str = include_str!("../../tests/saves/format-1-gallery.ron");

    /// What is plain is what ron reads; says whether it was plain.
    fn compare(text: &str) -> bool {
        let Some(written) = plain::<Written>(text, NESTING) else { return false };
        let by_ron = by_ron(text).expect("what is plain is right");
        let told = |written| format!("{:?}", Gallery::of(written));
        assert_eq!(told(written), told(by_ron));
        true
    }

    #[test]
    fn a_kept_gallery_is_plain() {
        assert!(compare(KEPT));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn a_spoilt_gallery_is_read_as_ron_reads_it_or_not_at_all(
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..8, 0usize..20), 1..4),
        ) {
            const PIECES: [&str; 20] = [
                "", "", "(", ")", "[", "]", "{", "}", ",", ":", "\"", "\\", "\n", " ", "-", "7", ".5", "Some(",
                "None", "//",
            ];
            compare(&spoilt(KEPT.to_owned(), edits, &PIECES));
        }
    }
}

//! Endings reached and kept, and the pages of the notebook that were unlocked.

use super::save::{Bad, FORMAT, WrittenEntry, seal, unseal, write_entry};
use super::{Entry, Game};
use crate::engine::{self, Block};
use crate::labs::Lab;
use crate::story::{EndingId, Story};
use crate::text::visible;
use serde::Deserialize;
use std::fmt::Write;
use std::rc::Rc;

/// What a player has found in a story, over all games.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gallery {
    /// Endings, in the order in which they were first reached.
    pub endings: Vec<Reached>,
    /// Pages, in the order in which they were unlocked.
    pub pages: Vec<Unlocked>,
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

/// A playthrough that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Seconds since 1970.
    pub when: u64,
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
    pub fn keep(&mut self, game: &Game, when: u64) -> bool {
        let mut news = self.keep_pages(game);
        if let Some(ending) = game.ending() {
            self.keep_ending(game, ending, when);
            news = true;
        }
        news
    }

    fn keep_ending(&mut self, game: &Game, ending: EndingId, when: u64) {
        let story = game.story();
        let id = story.str(story.endings[ending.index()].name);
        let run = Run { when, turns: game.turns() as u32, seed: game.seed(), moves: game.entries().to_vec() };
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
    }

    fn keep_pages(&mut self, game: &Game) -> bool {
        let story = game.story();
        let before = self.pages.len();
        if game.pages().iter().all(|page| self.unlocked(story.str(story.pages[page.index()].name)).is_some())
        {
            return false;
        }
        // A page may ask what is known before an experiment.
        let mut telling = game.telling().clone();
        for lab in Lab::ALL {
            let setting = engine::setting(story, game.state(), lab);
            telling.asked[lab as usize] = Some(Rc::new(lab.ask(&setting, game.seed().into())));
        }
        for page in game.pages() {
            let page = &story.pages[page.index()];
            let id = story.str(page.name);
            if self.unlocked(id).is_some() {
                continue;
            }
            let mut blocks = Vec::new();
            engine::tell(story, page.here, game.state(), &telling, &mut blocks);
            let here = blocks
                .into_iter()
                .filter_map(|block| match block {
                    Block::Paragraph { text, .. } => Some(text.into_owned()),
                    Block::Picture { .. } => None,
                })
                .collect();
            self.pages.push(Unlocked { id: id.to_owned(), here });
        }
        self.pages.len() > before
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
        let written: Written =
            ron::Options::default().with_recursion_limit(16).from_str(text).map_err(|error| {
                Bad::Damaged {
                    line: error.span.start.line,
                    why: visible(&error.code.to_string().chars().take(200).collect::<String>()).into_owned(),
                }
            })?;
        if written.format > FORMAT {
            return Err(Bad::Newer(written.format));
        }
        let clean = |text: String| visible(&text).into_owned();
        let run = |run: WrittenRun| Run {
            when: run.when,
            turns: run.turns,
            seed: run.seed,
            moves: run.moves.into_iter().map(Entry::from).collect(),
        };
        let endings = written
            .endings
            .into_iter()
            .map(|reached| Reached {
                id: clean(reached.id),
                times: reached.times,
                first: run(reached.first),
                shortest: run(reached.shortest),
            })
            .collect();
        let pages = written
            .pages
            .into_iter()
            .map(|page| Unlocked { id: clean(page.id), here: page.here.into_iter().map(clean).collect() })
            .collect();
        Ok((Gallery { endings, pages }, intact))
    }
}

fn write_run(run: &Run, out: &mut String) {
    let _ = write!(out, "(when: {}, turns: {}, seed: {}, moves: [", run.when, run.turns, run.seed);
    for (i, entry) in run.moves.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_entry(entry, out);
    }
    out.push_str("])");
}

#[derive(Deserialize)]
#[serde(rename = "Gallery")]
struct Written {
    format: u32,
    #[allow(dead_code, reason = "for the reader of the file")]
    story: String,
    endings: Vec<WrittenReached>,
    pages: Vec<WrittenPage>,
}

#[derive(Deserialize)]
struct WrittenReached {
    id: String,
    times: u32,
    first: WrittenRun,
    shortest: WrittenRun,
}

#[derive(Deserialize)]
struct WrittenRun {
    when: u64,
    turns: u32,
    seed: u32,
    moves: Vec<WrittenEntry>,
}

#[derive(Deserialize)]
struct WrittenPage {
    id: String,
    here: Vec<String>,
}

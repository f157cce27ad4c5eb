//! The file format of a playthrough: small readable RON with a checksum, and what is said about a bad
//! one.

use super::{Entry, Game, MOST_MOVES, Measured, SEEDS, Unmade};
use crate::story::Story;
use crate::text::visible;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write};
use std::time::Duration;

/// The format that is written; every smaller number is read for ever.
pub const FORMAT: u32 = 1;

/// Most bytes of a save (32 MiB).
pub const MOST_BYTES: usize = 32 << 20;

/// A save as it lies on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Save {
    /// The story's own name.
    pub story: String,
    /// Its title, for messages.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Hash of the file it was played from.
    pub hash: u64,
    /// The seed.
    pub seed: u32,
    /// Where it stands, in words.
    pub at: String,
    /// Time played.
    pub played: Duration,
    /// Seconds since 1970 when it was written, by that machine's clock.
    pub when: u64,
    /// The moves.
    pub moves: Vec<Entry>,
    /// What was undone, the next to redo last.
    pub undone: Vec<Vec<Entry>>,
    /// The list that was watched before the game branched off it; empty for a game of one's own.
    pub watched: Vec<Entry>,
    /// False when the file was changed by something else than this program.
    pub intact: bool,
    /// False when no whole checksum stands at the end of the file.
    pub sealed: bool,
}

/// Why a file is no save that can be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// Larger than a save can be.
    #[error("it has {0} bytes, more than a save can have ({MOST_BYTES})")]
    TooLarge(usize),
    /// Not text.
    #[error("it is not text: something else was written over it, or it was never a save")]
    NotText,
    /// Empty.
    #[error("it is empty: it was probably cut off while it was copied")]
    Empty,
    /// Not of the shape of a save.
    #[error("it is damaged, or cut off, at line {line}: {why}")]
    Damaged {
        /// Line, from 1.
        line: usize,
        /// What the reader says.
        why: String,
    },
    /// Written by a later version.
    #[error(
        "it was written by a newer treed (save format {0}; this one reads up to {FORMAT}); update treed to load it"
    )]
    Newer(u32),
    /// Of another story.
    #[error("it belongs to another story, `{title}` (id `{id}`); play it with `--story`")]
    OtherStory {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
    },
    /// More moves than a save may hold.
    #[error("it has {0} moves; a save may have at most {MOST_MOVES}")]
    TooLong(usize),
    /// A seed out of range.
    #[error("its seed {0} is too large; seeds lie below {SEEDS}")]
    Seed(u64),
}

impl Save {
    /// A save of a game; `at` says where it stands.
    pub fn of(game: &Game, at: String, played: Duration, when: u64) -> Save {
        let story = game.story();
        Save {
            story: story.str(story.id).to_owned(),
            title: story.str(story.title).to_owned(),
            version: story.str(story.version).to_owned(),
            hash: story.hash,
            seed: game.seed(),
            at,
            played,
            when,
            moves: game.entries().to_vec(),
            undone: game.undone().to_vec(),
            watched: game.watched().to_vec(),
            intact: true,
            sealed: true,
        }
    }

    /// The game that the save leads to; with it, the first move that cannot be made any more, and why.
    ///
    /// # Errors
    /// When it is of another story, or not even the first scene can be shown.
    pub fn game<'s>(&self, story: &'s Story) -> Result<(Game<'s>, Option<(usize, Unmade)>), Bad> {
        if self.story != story.str(story.id) {
            return Err(Bad::OtherStory { id: self.story.clone(), title: self.title.clone() });
        }
        let damaged = |why: Unmade| Bad::Damaged { line: 1, why: why.to_string() };
        let (mut game, stopped) = Game::replay(story, self.seed, &self.moves).map_err(damaged)?;
        if stopped.is_none() {
            game.set_undone(self.undone.clone());
        }
        game.set_watched(self.watched.clone());
        game.go_on().map_err(damaged)?;
        Ok((game, stopped))
    }

    /// The file's text, checksum included.
    pub fn to_text(&self) -> String {
        let mut out = String::with_capacity(400 + self.moves.len() * 24);
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "Save(\n    format: {FORMAT},\n    story: (id: {}, title: {}, version: {}, hash: \"{:016x}\"),\n    seed: {},\n    at: {},\n    played: {},\n    when: {},\n    moves: [\n",
            quoted(&self.story),
            quoted(&self.title),
            quoted(&self.version),
            self.hash,
            self.seed,
            quoted(&self.at),
            self.played.as_secs(),
            self.when,
        );
        for entry in &self.moves {
            out.push_str("        ");
            write_entry(entry, &mut out);
            out.push_str(",\n");
        }
        out.push_str("    ],\n    undone: [\n");
        for tail in &self.undone {
            out.push_str("        [");
            for (i, entry) in tail.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_entry(entry, &mut out);
            }
            out.push_str("],\n");
        }
        out.push_str("    ],\n");
        if !self.watched.is_empty() {
            out.push_str("    watched: [\n");
            for entry in &self.watched {
                out.push_str("        ");
                write_entry(entry, &mut out);
                out.push_str(",\n");
            }
            out.push_str("    ],\n");
        }
        out.push_str(")\n");
        seal(&mut out);
        out
    }

    /// Reads a save.
    ///
    /// # Errors
    /// [`Bad`] says why it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Save, Bad> {
        let (text, intact) = unseal(bytes)?;
        // The format is looked at first, so that a newer save is not called damaged.
        if let Some(format) = format_of(text).filter(|format| *format > FORMAT) {
            return Err(Bad::Newer(format));
        }
        let written: Written = ron::Options::default()
            .with_recursion_limit(16)
            .from_str(text)
            .map_err(|error| unread(&error))?;
        let seed =
            u32::try_from(written.seed).ok().filter(|seed| *seed < SEEDS).ok_or(Bad::Seed(written.seed))?;
        let undone: usize = written.undone.iter().map(|tail| tail.count).sum();
        if undone > MOST_MOVES {
            return Err(Bad::TooLong(undone));
        }
        let clean = |text: String| visible(&text).chars().take(200).collect::<String>().replace('\n', " ");
        Ok(Save {
            story: clean(written.story.id),
            title: clean(written.story.title),
            version: clean(written.story.version),
            hash: u64::from_str_radix(&written.story.hash, 16).unwrap_or(0),
            seed,
            at: clean(written.at),
            played: Duration::from_secs(written.played),
            when: written.when,
            moves: written.moves.within_bounds()?,
            undone: written.undone.into_iter().map(Moves::within_bounds).collect::<Result<_, _>>()?,
            watched: written.watched.within_bounds()?,
            intact,
            sealed: intact || is_sealed(bytes),
        })
    }

    /// What is wrong with the file though it can be read, after its name; `None` for one that is as it was written.
    pub fn doubt(&self) -> Option<&'static str> {
        match (self.intact, self.sealed) {
            (true, _) => None,
            (false, true) => Some("was changed outside treed (its checksum is wrong)"),
            (false, false) => Some("has no whole checksum: its end was cut off, or it was written by hand"),
        }
    }
}

/// Adds the line with the checksum of all before it (XXH3, 64 bits).
pub(super) fn seal(text: &mut String) {
    let sum = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
    let _ = writeln!(text, "// checksum {sum:016x}");
}

/// What is said of a file that is not of the shape it should be, without the reader's own words.
pub(super) fn unread(error: &ron::error::SpannedError) -> Bad {
    use ron::Error;
    let name = |name: &str| visible(&name.chars().take(60).collect::<String>()).into_owned();
    let why = match &error.code {
        Error::NoSuchStructField { found, .. } => format!("`{}` does not belong in such a file", name(found)),
        Error::NoSuchEnumVariant { found, .. } => {
            format!("`{}` is none of the words that may stand there", name(found))
        }
        Error::MissingStructField { field, .. } => format!("`{field}` is missing"),
        Error::DuplicateStructField { field, .. } => format!("`{field}` stands there twice"),
        Error::Eof => "the file ends there".to_owned(),
        _ => "what stands there cannot be read".to_owned(),
    };
    Bad::Damaged { line: error.span.start.line, why }
}

/// Whether a whole checksum stands at the end, right or wrong.
fn is_sealed(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.rsplit_once("// checksum ").is_some_and(|(_, sum)| sum.trim().len() >= 16)
}

/// The text before the checksum, and whether the checksum is right.
pub(super) fn unseal(bytes: &[u8]) -> Result<(&str, bool), Bad> {
    if bytes.len() > MOST_BYTES {
        return Err(Bad::TooLarge(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Bad::NotText)?;
    if text.trim().is_empty() {
        return Err(Bad::Empty);
    }
    let Some((body, sum)) = text.rsplit_once("// checksum ") else { return Ok((text, false)) };
    let intact = u64::from_str_radix(sum.trim(), 16) == Ok(xxhash_rust::xxh3::xxh3_64(body.as_bytes()));
    Ok((body, intact))
}

pub(super) fn format_of(text: &str) -> Option<u32> {
    let (_, rest) = text.get(..text.len().min(200)).or(Some(text))?.split_once("format:")?;
    let digits = rest.trim_start().split(|c: char| !c.is_ascii_digit()).next().filter(|d| !d.is_empty())?;
    // A number that does not fit is newer than all that do.
    Some(digits.parse().unwrap_or(u32::MAX))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

pub(super) fn write_entry(entry: &Entry, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match entry {
        Entry::Choose(id) => write!(out, "Choose({})", quoted(id)),
        Entry::Type(keys) => write!(out, "Type({})", quoted(keys)),
        Entry::World(outcome, figures) => {
            let _ = write!(out, "World({}, {{", quoted(outcome));
            for (i, (name, value)) in figures.iter().enumerate() {
                let comma = if i > 0 { ", " } else { "" };
                let _ = match value {
                    Measured::Whole(n) => write!(out, "{comma}{}: {n}", quoted(name)),
                    // The shortest digits that read back to the same number.
                    Measured::Real(x) => write!(out, "{comma}{}: {x:?}", quoted(name)),
                    Measured::Name(text) => write!(out, "{comma}{}: {}", quoted(name), quoted(text)),
                };
            }
            write!(out, "}})")
        }
    };
}

// A key that is not known is a damaged one: a save with more in it has a higher format.
#[derive(Deserialize)]
#[serde(rename = "Save", deny_unknown_fields)]
struct Written {
    // Looked at before.
    #[serde(rename = "format")]
    _format: u32,
    story: WrittenStory,
    seed: u64,
    at: String,
    played: u64,
    when: u64,
    moves: Moves,
    #[serde(default)]
    undone: Vec<Moves>,
    #[serde(default)]
    watched: Moves,
}

/// Moves as they are read: no more of them are held than a save may have, however many there are.
#[derive(Default)]
pub(super) struct Moves {
    entries: Vec<Entry>,
    count: usize,
}

impl Moves {
    /// All of them, if they are not too many.
    pub(super) fn within_bounds(self) -> Result<Vec<Entry>, Bad> {
        if self.count > MOST_MOVES { Err(Bad::TooLong(self.count)) } else { Ok(self.entries) }
    }
}

impl<'de> Deserialize<'de> for Moves {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Moves;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of moves")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Moves, A::Error> {
                let mut moves = Moves::default();
                while let Some(entry) = list.next_element::<WrittenEntry>()? {
                    moves.count += 1;
                    if moves.count <= MOST_MOVES {
                        moves.entries.push(Entry::from(entry));
                    }
                }
                Ok(moves)
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStory {
    id: String,
    title: String,
    version: String,
    hash: String,
}

#[derive(Deserialize)]
#[serde(rename = "Entry")]
enum WrittenEntry {
    Choose(String),
    Type(String),
    World(String, Figures),
}

impl From<WrittenEntry> for Entry {
    fn from(written: WrittenEntry) -> Entry {
        let clean = |text: String| visible(&text).into_owned();
        match written {
            WrittenEntry::Choose(id) => Entry::Choose(clean(id)),
            WrittenEntry::Type(keys) => Entry::Type(clean(keys)),
            WrittenEntry::World(outcome, figures) => Entry::World(clean(outcome), figures.0),
        }
    }
}

struct Figures(Vec<(String, Measured)>);

impl<'de> Deserialize<'de> for Figures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Figures;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map of figures")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Figures, A::Error> {
                let mut figures = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Measured>()? {
                    if figures.len() >= 256 {
                        return Err(de::Error::custom("more than 256 figures"));
                    }
                    figures.push((visible(&name).into_owned(), value));
                }
                Ok(Figures(figures))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Measured;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a number or a name")
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Measured, E> {
                Ok(Measured::Whole(n))
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Measured, E> {
                i64::try_from(n).map(Measured::Whole).map_err(|_| E::custom("too large a number"))
            }
            fn visit_f64<E: de::Error>(self, x: f64) -> Result<Measured, E> {
                if x.is_finite() { Ok(Measured::Real(x)) } else { Err(E::custom("no finite number")) }
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Measured, E> {
                Ok(Measured::Name(visible(name).into_owned()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

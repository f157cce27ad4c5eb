//! A playthrough by what names it: a file, a share code, a save, an ending.

use crate::journal::save::{Bad, MOST_BYTES, Save};
use crate::journal::store::{Failed, Store};
use crate::journal::{Entry, code};
use crate::shell::Trouble;
use crate::shell::terminal::for_stderr;
use crate::story::Story;
use crate::text::visible;
use std::io::{self, Read, Write};
use std::path::Path;

/// Words before a colon that say which kind is meant.
const KINDS: [(&str, &str); 4] =
    [("file", "a file"), ("code", "a share code"), ("save", "a save"), ("ending", "an ending")];

/// Seed and moves of a playthrough, by the name of a file, a share code, a save or an ending, in this order. `save:NAME`
/// and the like mean this kind alone; a name that means two is told with both.
pub(super) fn find_playthrough(
    story: &Story,
    store: &Store,
    what: &str,
) -> Result<(u32, Vec<Entry>), Trouble> {
    let kind = what
        .split_once(':')
        .and_then(|(kind, rest)| KINDS.iter().position(|(name, _)| *name == kind).map(|kind| (kind, rest)));
    let (only, what) = kind.map_or((None, what), |(kind, rest)| (Some(kind), rest));
    let asked = |kind: usize| only.is_none_or(|only| only == kind);
    let mut found = Vec::new();
    if asked(0) && Path::new(what).is_file() {
        found.push((0, from_file(story, what)?));
    }
    if asked(1) && (code::is_code(what) || only == Some(1)) {
        found.push((1, from_code(story, what)?));
    }
    if asked(2) && store.exists(what) {
        found.push((2, from_slot(story, store, what)?));
    }
    if asked(3)
        && let Some(run) = from_ending(story, store, what, found.is_empty())?
    {
        found.push((3, run));
    }
    if found.len() > 1 {
        let places: Vec<String> = found
            .iter()
            .map(|(kind, _)| format!("{} (`{}:{what}`)", KINDS[*kind].1, KINDS[*kind].0))
            .collect();
        return Err(Trouble::Which(format!("`{}` is {}", short(what), places.join(" and "))));
    }
    match found.pop() {
        Some((_, run)) => Ok(run),
        // A slip in a code is told as one.
        None if only.is_none() && (code::looks_like(what) || code::begins_like(story, what)) => {
            from_code(story, what)
        }
        None => Err(Trouble::Told(format!(
            "`{}` is neither a file nor a share code nor a save nor an ending you have found; `treed saves` and `treed endings` list those",
            short(what)
        ))),
    }
}

/// A stranger's text in a message.
fn short(text: &str) -> String {
    let text = visible(text).replace('\n', " ");
    if text.chars().count() > 60 { text.chars().take(60).chain("...".chars()).collect() } else { text }
}

fn from_file(story: &Story, what: &str) -> Result<(u32, Vec<Entry>), Trouble> {
    let mut bytes = Vec::new();
    std::fs::File::open(what)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    // A code may have been kept in a file.
    if let Ok(text) = std::str::from_utf8(&bytes)
        && code::is_code(text.trim())
    {
        return from_code(story, text.trim());
    }
    let bad = |bad| Failed::Bad { path: short(what), bad };
    let save = Save::from_bytes(&bytes).map_err(|why| {
        if is_story(&bytes) { Trouble::Told(no_playthrough(what)) } else { bad(why).into() }
    })?;
    checked(story, &format!("the file `{}`", short(what)), save)
}

/// The moves of a save in its slot.
pub(super) fn from_slot(story: &Story, store: &Store, slot: &str) -> Result<(u32, Vec<Entry>), Trouble> {
    checked(story, &format!("the save `{}`", short(slot)), store.load(slot)?)
}

/// What a save holds, if it is of this story; what is wrong with its file is told beside it.
fn checked(story: &Story, name: &str, save: Save) -> Result<(u32, Vec<Entry>), Trouble> {
    if save.story != story.str(story.id) {
        let bad = Bad::OtherStory { id: save.story, title: save.title };
        return Err(Failed::Bad { path: name.to_owned(), bad }.into());
    }
    if let Some(wrong) = save.doubt() {
        let told = format!("treed: {name} {wrong}; its moves are taken as they read");
        // Beside the playthrough, not in it.
        let _ = write!(io::stderr(), "{}", for_stderr(&told));
    }
    Ok((save.seed, save.moves))
}

/// Whether a file that is no save begins as a story does, after comments and attributes.
fn is_story(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]);
    let first = text
        .lines()
        .map(str::trim_start)
        .find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#!"));
    first.is_some_and(|line| line.starts_with("Story"))
}

/// What to do with a story where a playthrough of it was asked for.
fn no_playthrough(what: &str) -> String {
    let name = short(what);
    format!(
        "`{name}` is a story, not a playthrough of one: name the story with `--story {name}` and a game of it here (`treed --story {name} saves` lists them); `treed check {name}` tells the odds of its endings"
    )
}

fn from_code(story: &Story, what: &str) -> Result<(u32, Vec<Entry>), Trouble> {
    let mut shared = code::decode(story, what)
        .map_err(|bad| Trouble::Told(format!("the share code cannot be played: {bad}")))?;
    let measured = code::measure(story, &mut shared)?;
    if measured.unlike > 0 {
        // Beside the playthrough, not in it.
        let _ = writeln!(
            io::stderr(),
            "treed: {} of the {} experiments in this code answer differently here (or are too many to run again); what was recorded leads, and their figures read \"not measured here\"",
            measured.unlike,
            measured.all
        );
    }
    Ok((shared.seed, shared.entries))
}

/// The shortest run to an ending that was found; the hint of one that was not, where nothing else is meant.
fn from_ending(
    story: &Story,
    store: &Store,
    what: &str,
    alone: bool,
) -> Result<Option<(u32, Vec<Entry>)>, Trouble> {
    // An article is easily left out.
    let plain = |title: &str| {
        let title = title.to_lowercase();
        title.strip_prefix("the ").map_or(title.clone(), str::to_owned)
    };
    let wanted = plain(what);
    let ending = story
        .endings
        .iter()
        .find(|ending| story.str(ending.name) == what || plain(story.str(ending.title)) == wanted);
    let Some(ending) = ending else { return Ok(None) };
    match store.gallery()?.reached(story.str(ending.name)) {
        Some(reached) => Ok(Some((reached.shortest.seed, reached.shortest.moves.clone()))),
        None if alone => Err(Trouble::Told(format!(
            "you have not found this ending yet. Its hint: {}",
            story.str(ending.hint)
        ))),
        None => Ok(None),
    }
}

//! Lists: saves, endings, pages, the log. Pure but for the folder of saves.

use super::render;
use super::terminal::Style;
use super::understand;
use super::{Trouble, now};
use crate::engine;
use crate::journal::gallery::Gallery;
use crate::journal::store::{Failed, Store};
use crate::journal::{Entry, Game};
use crate::story::{Page, Story};
use crate::text::counted;

/// Seed and moves so far, by their labels.
///
/// # Errors
/// When the game cannot be played again, which would be a fault of the program.
pub fn log(game: &Game, style: Style) -> Result<String, Trouble> {
    let mut text = format!("Seed {}. {}.\n", game.seed(), counted(game.turns() as u64, "move"));
    let mut again = Game::replay(game.story(), game.seed(), &[])?.0;
    let mut number = 0;
    for entry in game.entries() {
        again.follow(entry)?;
        let line = match entry {
            Entry::Choose(_) => again.last().to_owned(),
            Entry::Type(keys) => format!("(typed {keys})"),
            Entry::World(outcome, _) if outcome == "Declined" => "(declined)".to_owned(),
            Entry::World(..) => continue,
        };
        number += 1;
        render::wrap(&line, &format!("{number:>4}  "), "      ", style.width, &mut text);
    }
    Ok(text)
}

/// The saves of a story, a line each.
///
/// # Errors
/// When the folder cannot be read.
pub fn saves(store: &Store, style: Style) -> Result<String, Failed> {
    let slots = store.slots()?;
    if slots.is_empty() {
        return Ok(format!(
            "No saves yet. They will be in {}.\n",
            crate::text::visible(&store.folder().display().to_string())
        ));
    }
    let mut text = String::new();
    let widest = slots.iter().map(|slot| slot.name.len()).max().unwrap_or(0);
    for slot in &slots {
        let name = format!("{:<widest$}  ", slot.name);
        let about = match &slot.save {
            Ok(save) => {
                let moves = counted(save.moves.len() as u64, "move");
                let marked = match save.doubt() {
                    _ if !store.is_ours(save) => {
                        format!("; of another story, `{}` (id `{}`)", save.title, save.story)
                    }
                    Some(wrong) => format!("; it {wrong}"),
                    None => String::new(),
                };
                format!("{} ({moves}, {}){marked}", save.at, ago(save.when, now()))
            }
            Err(Failed::Bad { bad, .. }) => format!("cannot be loaded: {bad}"),
            Err(failed) => failed.to_string(),
        };
        render::wrap(&about, &name, &" ".repeat(widest + 2), style.width, &mut text);
    }
    Ok(text)
}

/// How long ago something was, roughly. A clock that was set back makes it lie in the future.
pub fn ago(when: u64, now: u64) -> String {
    // Clocks are set right by a few seconds all the time.
    if when > now.saturating_add(300) {
        return "dated in the future: the clock was set back since".to_owned();
    }
    let (n, unit) = match now.saturating_sub(when) {
        0..60 => return "a moment ago".to_owned(),
        seconds @ 60..3600 => (seconds / 60, "minute"),
        seconds @ 3600..86_400 => (seconds / 3600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    if n == 1 { format!("1 {unit} ago") } else { format!("{n} {unit}s ago") }
}

/// The pages of the notebook: titles, and which are unlocked.
pub fn pages(story: &Story, gallery: &Gallery, style: Style) -> String {
    let open = story.pages.iter().filter(|page| gallery.unlocked(story.str(page.name)).is_some()).count();
    let mut text = String::new();
    let first = format!("Notebook: {open} of {} pages. `what is TERM` reads one.", story.pages.len());
    render::wrap(&first, "", "", style.width, &mut text);
    text.push('\n');
    for page in &story.pages {
        let mark = if gallery.unlocked(story.str(page.name)).is_some() { "* " } else { "  " };
        let locked = if mark == "  " { " (not yet)" } else { "" };
        render::wrap(&format!("{}{locked}", story.str(page.title)), mark, "  ", style.width, &mut text);
    }
    text
}

/// The page on a term: its title, its name, a word of the author for it, or a part of its title; articles
/// and plurals aside.
pub fn page_named<'s>(story: &'s Story, term: &str) -> Option<&'s Page> {
    pages_named(story, term).next()
}

/// All pages on a term, the nearest first.
fn pages_named<'s>(story: &'s Story, term: &str) -> impl Iterator<Item = &'s Page> {
    let wanted = understand::term(term);
    // A part of a title is a word or two; more is a sentence that only sounds like one.
    let part = wanted.len() >= 3 && wanted.split(' ').count() <= 2;
    let titled = |page: &Page| {
        let title = understand::term(story.str(page.title));
        (
            title == wanted || understand::term(story.str(page.name)) == wanted,
            (part && title.contains(&wanted))
                || page.words.iter().any(|word| understand::term(story.str(*word)) == wanted),
        )
    };
    let mut named: Vec<(bool, &Page)> = story
        .pages
        .iter()
        .map(|page| (titled(page), page))
        .filter(|((exactly, partly), _)| *exactly || *partly)
        .map(|((exactly, _), page)| (!exactly, page))
        .collect();
    named.sort_by_key(|(partly, _)| *partly);
    named.into_iter().map(|(_, page)| page)
}

/// One page of the notebook.
///
/// # Errors
/// What to say when there is none, or it is still locked.
pub fn page(story: &Story, gallery: &Gallery, term: &str, seed: u32, style: Style) -> Result<String, String> {
    // Of pages that a word stands for, one that is unlocked.
    let known = |page: &&Page| gallery.unlocked(story.str(page.name)).is_some();
    let Some(page) = pages_named(story, term).find(known).or_else(|| page_named(story, term)) else {
        let titles: Vec<&str> = story.pages.iter().map(|page| story.str(page.title)).collect();
        let near = crate::story::diagnostic::nearest(term, titles)
            .map(|title| format!(" Do you mean {title}?"))
            .unwrap_or_default();
        return Err(format!("The notebook has no page on that.{near} `notebook` lists its pages."));
    };
    let Some(unlocked) = gallery.unlocked(story.str(page.name)) else {
        return Err(format!(
            "{}: that page is still blank. Something in the story will fill it.",
            story.str(page.title)
        ));
    };
    let mut text = format!("{}\n\n", style.strong(story.str(page.title)));
    let Ok(step) = engine::begin(story) else { return Err("The story cannot begin.".to_owned()) };
    // In general: as things are at the beginning, before any experiment.
    let mut telling = engine::Telling::new(story, seed);
    telling.ask(story, &step.state, seed);
    let mut blocks = Vec::new();
    engine::tell(story, page.text, &step.state, &telling, &mut blocks);
    let mut body = String::new();
    render::blocks(story, &blocks, style, &mut body);
    text.push_str(&body);
    for paragraph in &unlocked.here {
        text.push('\n');
        render::wrap(paragraph, "", "", style.width, &mut text);
    }
    text.push('\n');
    render::wrap(story.str(page.reference), "", "  ", style.width, &mut text);
    Ok(text)
}

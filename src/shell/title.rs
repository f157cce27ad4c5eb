//! The title screen, shown to a person who has a game to go on with: go on, begin anew, load, endings, leave.

use super::prompt::{Input, Prompt};
use super::terminal::Style;
use super::{Begin, Trouble, found, listing, now, render, sentence, sentences};
use crate::journal::save::Save;
use crate::journal::store::Store;
use crate::shell::understand::{Meaning, understand_at_end};
use crate::story::Story;
use std::io::Write;

/// What can be done on the title screen: a command, and how it is shown.
const MENU: &[(&str, &str)] = &[
    ("continue", "Go on"),
    ("restart", "Begin a new game"),
    ("load", "Load another save"),
    ("endings", "See the endings"),
    ("quit", "Leave"),
];

/// Asks how to begin; `None` to leave.
pub(super) fn ask(
    story: &Story,
    store: &Store,
    save: &Save,
    prompt: &mut Prompt,
    style: Style,
    out: &mut dyn Write,
) -> Result<Option<Begin>, Trouble> {
    write!(out, "{}", screen(story, store, save, style))?;
    let offered = MENU.iter().map(|(word, label)| ((*word).to_owned(), (*label).to_owned())).collect();
    prompt.offer(offered, Vec::new(), style.width);
    loop {
        out.flush()?;
        let line = match prompt.read("> ")? {
            Input::End | Input::Interrupted => return Ok(None),
            Input::Cancelled => continue,
            Input::Line(line) => line,
        };
        let said = line.trim().to_lowercase();
        if matches!(&*said, "" | "1" | "1." | "continue" | "go on" | "resume" | "yes" | "y" | "play") {
            return Ok(Some(Begin::Resume));
        }
        let numbered: Vec<&str> = MENU.iter().map(|(word, _)| *word).collect();
        let Meaning::Command(command, argument) = understand_at_end(story, &line, &numbered) else {
            let mut text = String::new();
            render::wrap(sentences::TITLE, "", "", style.width, &mut text);
            write!(out, "{text}")?;
            continue;
        };
        match command.names[0] {
            "restart" => return Ok(Some(Begin::New)),
            "quit" => return Ok(None),
            "look" => write!(out, "{}", screen(story, store, save, style))?,
            "endings" => {
                let gallery = store.gallery().unwrap_or_default();
                write!(out, "{}", found::endings(story, &gallery, style, now()))?;
            }
            "load" if !argument.is_empty() => match store.load(&argument) {
                Ok(_) => return Ok(Some(Begin::From(argument))),
                Err(failed) => writeln!(out, "{}", sentence(&failed))?,
            },
            "load" | "saves" => {
                write!(out, "{}", listing::saves(store, style)?)?;
                writeln!(out, "Type `load NAME`.")?;
            }
            _ => {
                let mut text = String::new();
                render::wrap(sentences::TITLE, "", "", style.width, &mut text);
                write!(out, "{text}")?;
            }
        }
    }
}

fn screen(story: &Story, store: &Store, save: &Save, style: Style) -> String {
    let mut text = String::from("\n");
    text.push_str(&style.strong(&story.str(story.title).to_uppercase()));
    text.push('\n');
    render::wrap(story.str(story.tagline), "", "", style.width, &mut text);
    text.push('\n');
    for (index, (word, label)) in MENU.iter().enumerate() {
        let more = match *word {
            "continue" => format!(": {} ({})", save.at, listing::ago(save.when, now())),
            "endings" => store.gallery().map_or(String::new(), |gallery| {
                format!(" ({} of {} found)", found::found(story, &gallery), story.endings.len())
            }),
            _ => String::new(),
        };
        render::wrap(&format!("{label}{more}"), &format!("{}. ", index + 1), "   ", style.width, &mut text);
    }
    text
}

//! Commands that show something to read and leave the game as it is.

use super::COMMANDS;
use crate::engine::{self, Offer};
use crate::journal::gallery::Gallery;
use crate::shell::{Shell, Trouble, found, listing, now, render, sentences};
use std::io::Write;

pub(super) fn endings(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let none = Gallery::default();
    let gallery = shell.gallery.as_ref().unwrap_or(&none);
    let text = found::endings(shell.story, gallery, shell.style, now());
    shell.print(&text, out)
}

pub(super) fn notebook(shell: &mut Shell, term: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    if !term.is_empty() {
        return page(shell, term, out);
    }
    let none = Gallery::default();
    let text = listing::pages(shell.story, shell.gallery.as_ref().unwrap_or(&none), shell.style);
    shell.print(&text, out)
}

pub(super) fn what(shell: &mut Shell, term: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    if term.is_empty() {
        return shell.refuse("What is what? Type `what is recall`, say.", out);
    }
    page(shell, term, out)
}

fn page(shell: &mut Shell, term: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let none = Gallery::default();
    let gallery = shell.gallery.as_ref().unwrap_or(&none);
    match listing::page(shell.story, gallery, term, shell.game.seed(), shell.style) {
        Ok(text) => shell.print(&text, out),
        Err(why) => shell.refuse(&why, out),
    }
}

pub(super) fn credits(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let story = shell.story;
    let mut blocks = Vec::new();
    engine::tell(story, story.credits, shell.game.state(), shell.game.telling(), &mut blocks);
    let mut text = String::new();
    render::blocks(story, &blocks, shell.style, &mut text);
    drop(blocks);
    shell.print(&text, out)
}

pub(super) fn help(shell: &mut Shell, _: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let mut text = String::new();
    let session = match shell.game.offer() {
        Offer::Exercise(_) => shell.game.session(),
        _ => None,
    };
    let (hang, width) = (" ".repeat(19), shell.style.width);
    let above = |sentence: &str, text: &mut String| {
        render::wrap(sentence, "", "", width, text);
        text.push('\n');
    };
    match session {
        Some(session) => {
            above(sentences::HELP_BY_HAND, &mut text);
            let decline = ("decline", "let somebody else do this");
            for (keys, does) in session.keys().iter().chain([&decline]) {
                render::wrap(does, &format!("  {keys:<16} "), &hang, width, &mut text);
            }
            text.push('\n');
            above(sentences::HELP_AFTER_HAND, &mut text);
        }
        None => above(sentences::HELP, &mut text),
    }
    for command in COMMANDS {
        let name = format!("{} {}", command.names[0], command.argument);
        let mut first = format!("  {name:<16} ");
        if first.len() > hang.len() {
            // Too long for the column: what it does begins in the next line.
            text.push_str(first.trim_end());
            text.push('\n');
            first.clone_from(&hang);
        }
        render::wrap(command.about, &first, &hang, width, &mut text);
    }
    shell.print(&text, out)
}

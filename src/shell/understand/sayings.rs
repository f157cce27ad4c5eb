//! Commands in other words: `save game`, `where am i`, `start over`.

use super::number;
use super::words::split;
use crate::shell::commands::{COMMANDS, Command};
use crate::shell::listing;
use crate::story::Story;

/// What people say for a command, without the words of [`is_padding`].
const SAYINGS: &[(&str, &[&str])] = &[
    (
        "look",
        &[
            "look around",
            "where am i",
            "where are we",
            "where is she",
            "examine",
            "repeat",
            "repeat that",
            "say again",
            "say that again",
            "show choices",
            "choices",
            "options",
            "list choices",
            "describe",
            "read again",
            "what happened",
            "look again",
            "show again",
            "redraw",
            "refresh",
        ],
    ),
    (
        "undo",
        &[
            "undo last move",
            "undo move",
            "undo last",
            "undo that",
            "take back",
            "take that back",
            "take it back",
            "go back",
            "step back",
            "back",
            "back up",
            "oops",
            "previous",
            "go back one",
            "revert",
        ],
    ),
    ("redo", &["redo move", "redo that", "undo undo", "forward", "go forward"]),
    ("save", &["save game", "save progress", "save now", "save here", "save it", "keep game"]),
    (
        "load",
        &[
            "load game",
            "load save",
            "restore",
            "restore game",
            "open save",
            "load saved game",
            "continue game",
        ],
    ),
    ("saves", &["list saves", "saved games", "save games", "savegames", "slots", "save slots", "see saves"]),
    (
        "restart",
        &[
            "restart game",
            "start over",
            "start again",
            "begin again",
            "new game",
            "start new game",
            "play again",
            "reset",
            "from beginning",
            "begin new game",
            "restart story",
            "reset game",
            "start from beginning",
        ],
    ),
    (
        "endings",
        &[
            "list endings",
            "which endings have found",
            "endings found",
            "what endings",
            "which endings",
            "achievements",
            "gallery",
            "endings list",
            "ending",
            "see endings",
            "score",
            "progress",
        ],
    ),
    (
        "notebook",
        &[
            "inventory",
            "inv",
            "notes",
            "notepad",
            "journal",
            "open notebook",
            "read notebook",
            "see notebook",
            "what have got",
            "what am carrying",
            "glossary",
            "pages",
        ],
    ),
    (
        "log",
        &["history", "moves", "my moves", "transcript", "what have done", "what did do", "seed", "so far"],
    ),
    (
        "credits",
        &[
            "who made this",
            "who made this game",
            "who wrote this",
            "authors",
            "author",
            "about",
            "about game",
            "license",
            "version",
        ],
    ),
    (
        "help",
        &[
            "what can do",
            "what can say",
            "what can type",
            "how does this work",
            "how do play",
            "how play",
            "help please",
            "instructions",
            "commands list",
            "list commands",
            "hint",
            "hints",
            "need help",
            "menu",
            "what are commands",
            "what now",
            "what do",
            "what do i do",
            "what should do",
            "what next",
            "manual",
            "how save",
            "how do save",
            "how can save",
            "man",
            "verbs",
            "i'm stuck",
            "stuck",
            "lost",
            "i'm lost",
            "rules",
            "controls",
            "keys",
        ],
    ),
    (
        "quit",
        &[
            "quit game",
            "exit game",
            "leave game",
            "stop game",
            "end game",
            "close game",
            "quit now",
            "goodbye",
            "save and quit",
            "save and exit",
            "stop playing",
            "log out",
            "logout",
            "i'm done",
            "abort",
            "end",
            "exit program",
            "kill",
        ],
    ),
];

/// Sayings with something after them.
const BEFORE_ARGUMENT: &[(&str, &[&str])] = &[
    ("save", &["save as", "save game as", "save under", "save it as", "save this as", "save to"]),
    ("load", &["load game", "load save", "restore", "open save", "go back to save", "load from"]),
    (
        "what is",
        &[
            "explain",
            "define",
            "what does",
            "what do you mean by",
            "tell me about",
            "meaning of",
            "what is the meaning of",
            "definition of",
            "what's the",
        ],
    ),
];

/// Words that say nothing in a command.
fn is_padding(word: &str) -> bool {
    matches!(
        word,
        "please"
            | "pls"
            | "i"
            | "you"
            | "the"
            | "a"
            | "an"
            | "my"
            | "me"
            | "to"
            | "want"
            | "like"
            | "let"
            | "let's"
            | "lets"
            | "show"
            | "now"
            | "just"
            | "i'd"
            | "of"
            | "all"
            | "is"
            | "it's"
            | "see"
            | "id"
    )
}

fn called(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.names[0] == name)
}

/// The command that a line says in other words, and what follows.
pub(super) fn said(story: &Story, line: &str, typed: &[String]) -> Option<(&'static Command, String)> {
    let bare = |words: &[String]| -> Vec<String> {
        words.iter().filter(|word| !is_padding(word)).cloned().collect()
    };
    // `can i save`, `could you say that again`.
    let polite = matches!(typed, [can, you, ..] if matches!(&**can, "can" | "could" | "would" | "may") && matches!(&**you, "i" | "you" | "we"));
    let heard = bare(if polite { &typed[2..] } else { typed });
    if !heard.is_empty() {
        for (name, sayings) in SAYINGS {
            if sayings.iter().any(|saying| bare(&split(saying)) == heard) {
                return Some((called(name)?, String::new()));
            }
        }
        // Padding alone around a command's name: `please undo`, `show me the saves`.
        if let [word] = heard.as_slice()
            && let Some(command) = COMMANDS.iter().find(|command| command.names.contains(&&**word))
            && word.len() > 1
        {
            return Some((command, String::new()));
        }
    }
    let lower = line.to_lowercase();
    for (name, sayings) in BEFORE_ARGUMENT {
        for saying in *sayings {
            if let Some(rest) = lower.strip_prefix(saying)
                && rest.starts_with(' ')
                && let Some(kept) = line.get(saying.len()..)
            {
                let command = called(name)?;
                let rest = argument(command, kept.trim().trim_end_matches('?').trim().to_owned());
                // `save as` says what it is, whatever the name; the store says which names it takes.
                let outright = saying.starts_with("save ") && !rest.is_empty();
                if outright || suits(story, command, &rest) {
                    return Some((command, rest));
                }
            }
        }
    }
    None
}

/// Whether a line says a command so that no choice can be meant. One word may be a word of a choice, and what
/// ends or replaces a game is only said where nothing else is.
pub(super) fn outweighs(command: &Command, typed: &[String]) -> bool {
    let grave = matches!(command.names[0], "restart" | "load" | "quit" | "redo");
    let words = typed.iter().filter(|word| !is_padding(word)).count();
    !grave && words > 1 && !matches!(&*typed[0], "go" | "step")
}

/// Whether a command can have this after it. `save the cat` is no command, though it begins like one.
pub(super) fn suits(story: &Story, command: &Command, rest: &str) -> bool {
    match command.names[0] {
        "save" | "load" => {
            let named = rest.chars().all(|c| !c.is_whitespace());
            named
                && !matches!(
                    &*rest.to_lowercase(),
                    "her" | "him" | "me" | "us" | "them" | "yourself" | "myself"
                )
        }
        "undo" | "redo" => {
            let words = split(rest);
            words.is_empty() || number(&words).is_some() || matches!(rest, "all" | "everything")
        }
        "what is" => rest.is_empty() || listing::page_named(story, rest).is_some(),
        _ => true,
    }
}

/// What follows a command, without what only a sentence needs: `save game`, `what does recall mean`.
pub(super) fn argument(command: &Command, rest: String) -> String {
    let trimmed = match command.names[0] {
        "save" | "load"
            if matches!(
                &*rest.to_lowercase(),
                "game" | "progress" | "it" | "now" | "my game" | "the game"
            ) =>
        {
            ""
        }
        "save" => strip_any(&rest, &["as ", "game as ", "it as ", "this as ", "under ", "to "]),
        "load" => strip_any(&rest, &["game ", "save ", "from "]),
        "what is" => {
            let rest = strip_any(&rest, &["the ", "a ", "an "]);
            rest.strip_suffix(" mean").unwrap_or(rest)
        }
        _ => &rest,
    };
    trimmed.trim().to_owned()
}

fn strip_any<'t>(text: &'t str, beginnings: &[&str]) -> &'t str {
    beginnings
        .iter()
        .find_map(|beginning| {
            let (head, rest) = text.split_at_checked(beginning.len())?;
            head.eq_ignore_ascii_case(beginning).then_some(rest)
        })
        .unwrap_or(text)
}

/// Whether a command only shows something, so that nothing is lost where another was meant.
pub(super) fn only_shows(command: &Command) -> bool {
    matches!(command.names[0], "look" | "saves" | "endings" | "notebook" | "map" | "log" | "credits" | "help")
}

/// The command whose name the only word of a line is a typing slip away from.
pub(super) fn misspelt(typed: &[String]) -> Option<&'static Command> {
    let [word] = typed else { return None };
    if word.chars().count() < 3 {
        return None;
    }
    COMMANDS.iter().find(|command| {
        command.names.iter().any(|name| name.len() > 2 && strsim::osa_distance(name, word) == 1)
    })
}

//! The invariants of `docs/architecture.md` that can be read off the source: who names whom, who opens
//! files, and what is left lying about.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

/// Every file of `src`, by its path below it, without its tests and comments.
fn sources() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let base = folders[0].clone();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the source") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&base).expect("below src").to_string_lossy().replace('\\', "/");
                let text = std::fs::read_to_string(&path).expect("a file of the source");
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                found.insert(name, lines.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    assert!(found.len() > 30, "the source is where it was looked for");
    found
}

/// The parts of the crate that a piece of code names: `crate::part`, alone or in braces.
fn parts_named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and `othercrate::` would be something else.
        let rest = &code[at + "crate::".len()..];
        let heads: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => top_level(&list[..closing(list)]),
            None => vec![rest],
        };
        for head in heads {
            let end = head.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(head.len());
            named.push(head[..end].to_owned());
        }
    }
    named
}

/// Where the brace that is open at the beginning is closed.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The entries of a list of imports, without what is in their own braces.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut from, mut entries) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            entries.push(list[from..at].trim());
            from = at + 1;
        }
    }
    entries.push(list[from..].trim());
    entries.retain(|entry| !entry.is_empty());
    entries
}

/// The files of a part: `part.rs` and all below `part/`.
fn files_of<'s>(part: &str, sources: &'s BTreeMap<String, String>) -> Vec<(&'s String, &'s String)> {
    let (front, folder) = (format!("{part}.rs"), format!("{part}/"));
    sources.iter().filter(|(name, _)| **name == front || name.starts_with(&folder)).collect()
}

/// Complains of every file of `part` that names a part other than itself and `allowed`.
#[track_caller]
fn names_only(part: &str, allowed: &[&str]) {
    let sources = sources();
    let files = files_of(part, &sources);
    assert!(!files.is_empty(), "there is no part {part}");
    for (name, code) in files {
        for named in parts_named(code) {
            let is_own_front = !sources.contains_key(&format!("{named}.rs"));
            assert!(
                named == part || allowed.contains(&&*named) || is_own_front,
                "src/{name} names `crate::{named}`; {part} may use {allowed:?}"
            );
        }
    }
}

#[test]
fn labs_know_no_story_no_engine_and_no_terminal() {
    names_only("labs", &["text"]);
}

#[test]
fn text_knows_nothing_of_ours() {
    names_only("text", &[]);
}

#[test]
fn a_story_is_resolved_against_the_labs_signatures_alone() {
    names_only("story", &["labs", "text"]);
}

#[test]
fn the_engine_knows_no_journal_no_shell_no_command_line_and_no_proof() {
    names_only("engine", &["story", "labs", "text"]);
}

#[test]
fn the_journal_knows_no_shell() {
    names_only("journal", &["engine", "story", "labs", "text"]);
}

#[test]
fn the_proof_never_names_the_shell() {
    names_only("proof", &["journal", "engine", "story", "labs", "text"]);
}

#[test]
fn exports_and_maps_know_no_shell_and_no_proof() {
    names_only("export", &["journal", "engine", "story", "labs", "text"]);
    names_only("map", &["journal", "engine", "story", "labs", "text"]);
}

#[test]
fn the_shell_knows_no_command_line() {
    names_only("shell", &["proof", "journal", "engine", "story", "labs", "text", "export", "map"]);
}

#[test]
fn only_the_store_and_the_command_line_open_files() {
    const MAY: &[&str] = &["journal/store.rs", "cli.rs"];
    const OPENERS: &[&str] =
        &["std::fs", "fs::", "File::", "OpenOptions", "tempfile::", "std::net", "std::process::Command"];
    let mut seen = Vec::new();
    for (name, code) in sources() {
        if let Some(opener) = OPENERS.iter().find(|opener| code.contains(*opener)) {
            let may = MAY.contains(&&*name) || name.starts_with("cli/");
            assert!(may, "src/{name} names `{opener}`; files are opened in {MAY:?} and cli/ alone");
            seen.push(name);
        }
    }
    assert!(seen.contains(&"journal/store.rs".to_owned()), "saves are written somewhere");
}

#[test]
fn only_the_shell_and_the_command_line_ask_for_clock_terminal_and_environment() {
    const WORLD: &[&str] = &[
        "SystemTime",
        "Instant::",
        "std::env::",
        "terminal_size::",
        "io::stdin",
        "io::stdout",
        "println!",
        "eprintln!",
        "rand::rng",
    ];
    for (name, code) in sources() {
        let may = ["shell", "cli", "lab", "main"]
            .iter()
            .any(|part| name == format!("{part}.rs") || name.starts_with(&format!("{part}/")));
        if may {
            continue;
        }
        let found = WORLD.iter().find(|world| code.contains(*world));
        assert_eq!(found, None, "src/{name} asks the world");
    }
}

#[test]
fn main_parses_runs_and_exits() {
    let main =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).expect("main.rs");
    assert!(main.lines().count() < 30, "main.rs has {} lines", main.lines().count());
}

#[test]
fn nothing_unfinished_is_left_lying_about() {
    for (name, code) in sources() {
        for left in ["dbg!(", "todo!(", "unimplemented!(", "use super::*", "unsafe {"] {
            assert!(!code.contains(left), "src/{name} has `{left}`");
        }
    }
}

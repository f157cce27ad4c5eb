//! Each kind of complaint: its failing example has it, at the place that matters; its passing example
//! is sound. The same examples make `docs/diagnostics.md`.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use treed::story::diagnostic::{self, Code, Example, draw, page};
use treed::story::{Diagnostic, Source, load};

fn complaints(text: &str) -> Vec<Diagnostic> {
    let source = Source::new("example.ron", text.as_bytes().to_vec()).unwrap();
    match load(&source) {
        Ok(story) => {
            let mut found = story.warnings.clone();
            found.extend(treed::proof::check(&story));
            found.extend(treed::shell::understand::shadowed(&story));
            found
        }
        Err(faults) => faults,
    }
}

#[test]
fn every_failing_example_fails_with_its_code_alone() {
    for example in diagnostic::EXAMPLES {
        let found = complaints(&Example::story(example.failing));
        let codes: Vec<Code> = found.iter().map(|complaint| complaint.code).collect();
        assert!(
            !codes.is_empty() && codes.iter().all(|code| *code == example.code),
            "{:?}: {found:?}",
            example.code
        );
    }
}

#[test]
fn every_passing_example_passes() {
    for example in diagnostic::EXAMPLES {
        let found = complaints(&Example::story(example.passing));
        assert!(found.is_empty(), "{:?}: {found:?}", example.code);
    }
}

#[test]
fn every_code_has_an_example() {
    // What takes an exploration has its examples in `proof`, and its tests in `tests/check.rs`.
    for code in Code::ALL {
        let has =
            diagnostic::EXAMPLES.iter().chain(treed::proof::EXAMPLES).any(|example| example.code == *code);
        assert!(has, "{code:?} has no example");
    }
}

#[test]
fn complaints_say_what_is_meant_and_no_more() {
    let told = |text: &str| draw(&complaints(text), text, "example.ron", false);
    let fields = r#"start: "a", cast: { "owl": (name: "Owl") }, aliases: (choices: { "q": "onn" }), scenes: { "a": (text: "Olw: hm.", choices: [(id: "on", label: "On", to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#;
    let drawn = told(&Example::story(fields));
    assert!(drawn.contains("no scene has a choice `onn`") && drawn.contains("did you mean `on`?"), "{drawn}");
    assert!(drawn.contains("warning[T104]") && drawn.contains("did you mean `owl:`?"), "{drawn}");
    let sound = fields.replace("onn", "on").replace("Olw:", "Note:");
    assert!(!told(&Example::story(&sound)).contains("T104"));
    let bare = Example::story(r#"start: "a", tagline: "T", scenes: {}, endings: {},"#);
    let drawn = told(bare.strip_prefix("#![enable(implicit_some)]").unwrap());
    assert!(drawn.contains("begin the file with the line `#![enable(implicit_some)]`"), "{drawn}");
    let range = r#"start: "a", facts: { "hour": Range(from: 0, to: 4, start: 9) }, scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", when: AtLeast("hour", 3), to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#;
    let found = complaints(&Example::story(range));
    assert_eq!(found.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::BadRange], "{found:?}");
}

#[test]
fn complaints_are_drawn_with_place_and_suggestion() {
    let mut all = String::new();
    for example in diagnostic::EXAMPLES {
        let text = Example::story(example.failing);
        all.push_str(&draw(&complaints(&text), &text, "example.ron", false));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn all_faults_are_reported_in_one_run_in_the_order_of_the_file() {
    let text = Example::story(
        r#"start: "hal", facts: { "lamp": Flag }, cast: { "ghost": (name: "Ghost") },
    scenes: {
        "hall": (text: ["gost: Boo.", "The {lamb|a|b} is {lamp:words}."], choices: [(id: "on", label: "On", when: AtLeast("lamp", 1), to: "gardn")]),
        "garden": (text: "G.", ending: "hom"),
    },
    endings: { "home": (title: "Home", hint: "h") },"#,
    );
    let found = complaints(&text);
    let codes: Vec<&str> = found.iter().map(|complaint| complaint.code.number()).collect();
    assert_eq!(codes, ["T005", "T007", "T006", "T009", "T016", "T005", "T010"]);
    // Each place is the word itself.
    let words: Vec<&str> =
        found.iter().map(|fault| &text[fault.span.start as usize..fault.span.end as usize]).collect();
    assert_eq!(words, ["hal", "gost", "lamb|a|b", "lamp:words", "lamp", "gardn", "hom"]);
}

#[test]
fn the_page_of_diagnostics_is_made_of_the_examples() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
    let made = page(diagnostic::EXAMPLES.iter().chain(treed::proof::EXAMPLES));
    if std::env::var_os("TREED_BLESS").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == made, "docs/diagnostics.md is out of date: TREED_BLESS=1 cargo test --test diagnostics");
}

//! Stories that cannot be played: each ends in exit code 1 and one clear message that says what, where
//! and what next; no panic, and nothing that a terminal must not get.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use support::{Home, Ran, kept, small, try_story};

/// Plays and checks a story of these bytes; both must refuse it with the same words.
#[track_caller]
fn refused(bytes: &[u8], words: &[&str]) -> Ran {
    let home = Home::new();
    home.write("bad.ron", bytes);
    let checked = home.run("check bad.ron", "").fails_saying(words);
    let ran = home.run("--story bad.ron --new", "1\n").fails_saying(words);
    assert_eq!(ran.err, checked.err);
    assert!(!home.path("saves").exists(), "nothing is written for a story that cannot be played");
    ran
}

#[test]
fn a_file_that_is_not_there() {
    let home = Home::new();
    home.run("--story nowhere.ron", "").fails(
        "treed: cannot read the story nowhere.ron: No such file or directory (os error 2); check the path, or leave `--story` out to play the one that is built in",
    );
    home.run("check nowhere.ron", "").fails_saying(&["cannot read the story nowhere.ron"]);
    std::fs::create_dir(home.path("folder.ron")).unwrap();
    home.run("--story folder.ron", "").fails_saying(&["cannot read the story folder.ron"]);
}

#[test]
fn an_empty_file_is_told_where_to_begin() {
    refused(b"", &["the story bad.ron is empty; `treed new-story DIR` makes a small one to begin with"]);
}

#[test]
fn a_file_that_is_not_text_is_told_the_line() {
    refused(b"(\n\"\xff\xfe\"", &["bad.ron is not UTF-8 text (line 2, byte 3); save it as UTF-8"]);
    refused(
        &kept("lamp.ron").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        &["error[T001]", "bad.ron"],
    );
}

#[test]
fn a_file_that_is_no_story() {
    refused(
        b"Hello, I am a letter.",
        &["error[T001]", "--> bad.ron:1:", "bad.ron: 1 error; docs/diagnostics.md explains each code"],
    );
    refused(b"{\"id\": \"json\"}", &["error[T001]", "--> bad.ron:1:"]);
    refused(b"\n\n\n", &["error[T001]", "bad.ron"]);
    let lamp = kept("lamp.ron");
    refused(&lamp.as_bytes()[..lamp.len() / 2], &["error[T001]", "--> bad.ron:"]);
    refused(
        lamp.replace("title: \"The Lamp\"", "titel: \"The Lamp\"").as_bytes(),
        &["there is no field `titel`", "did you mean `title`?"],
    );
    refused(
        lamp.replace("Not(Is", "Knot(Is").as_bytes(),
        &["`Knot` is none of the kinds", "did you mean `Not`?"],
    );
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let home = Home::with_story(&format!("\u{FEFF}{}", kept("lamp.ron")));
    home.plays("", "light\n");
}

#[test]
fn line_ends_of_another_system_are_no_fault() {
    let lamp = kept("lamp.ron").replace(
        "text: \"You are home.\"",
        "text: [(lines: \"\n  One.\n  Two.\n\"), (picture: \"\n /\\\\ \n\", described: \"A roof.\")]",
    );
    let home = Home::with_story(&lamp.replace('\n', "\r\n"));
    let out = home.play("", "leave\n").harmless().fine();
    assert!(out.contains("  One.\n  Two.\n"), "{out}");
}

#[test]
fn a_file_larger_than_any_story_is_refused_before_it_is_read() {
    let home = Home::new();
    for (size, name) in [(100 << 20, "large.ron"), (1 << 40, "huge.ron")] {
        std::fs::File::create(home.path(name)).unwrap().set_len(size).unwrap();
        home.run(&format!("--story {name}"), "")
            .fails(&format!("treed: the story {name} has more than 16 MiB, the most that a story may have; check that it is the file you mean, or cut it down"));
    }
    // As large as a story may be, and not one.
    let ran = {
        home.write("full.ron", &vec![b' '; 16 << 20]);
        home.run("check full.ron", "")
    };
    ran.fails_saying(&["error[T001]"]);
}

#[test]
fn nesting_without_end() {
    let lamp = kept("lamp.ron");
    let not = format!("when: {}Is(\"lit\"){}, then: [Clear", "Not(".repeat(10_000), ")".repeat(10_000));
    refused(
        lamp.replace("when: Is(\"lit\"), then: [Clear", &not).as_bytes(),
        &["nested deeper than 64 levels"],
    );
    for open in ["[", "(", "{", "Some(", "(when:Is(\"f\"),text:", "[[(", "/*", "r#\""] {
        let text = format!("Story(id: \"x\", text: {}", open.repeat(10_000));
        refused(text.as_bytes(), &["error[T001]"]);
        let text = lamp.replace("text: \"You are home.\"", &format!("text: {}", open.repeat(10_000)));
        refused(text.as_bytes(), &["error[T001]"]);
    }
    let parts = format!("text: {}\"x\"{},", "(when: Is(\"lit\"), text: ".repeat(10_000), ")".repeat(10_000));
    refused(lamp.replace("text: \"You are home.\",", &parts).as_bytes(), &["nested deeper than 64 levels"]);
}

/// Every kind of place in which prose can stand.
const PLACES: [(&str, &str); 14] = [
    ("title: \"The Lamp\"", "title: \"X\""),
    ("tagline: \"A hall and a match.\"", "tagline: \"X\""),
    ("authors: [\"The treed authors\"]", "authors: [\"X\"]"),
    ("version: \"1\"", "version: \"X\""),
    ("name: \"Ghost\"", "name: \"X\""),
    ("title: \"The hall\"", "title: \"X\""),
    ("ghost: You again.", "ghost: X"),
    ("words: [\"match\"]", "words: [\"X\"]"),
    ("reply: \"It catches at once.\"", "reply: \"X\""),
    ("reason: \"It is too dark.\"", "reason: \"X\""),
    ("label: \"Go home\"", "label: \"X\""),
    ("hint: \"There is a door.\"", "hint: \"X\""),
    ("here: \"You have", "here: \"X\u{20}"),
    ("reference: \"Sandman (1816): The Sandman.\"", "reference: \"X\""),
];

#[test]
fn hostile_characters_are_faults_wherever_they_stand_raw_or_by_escape() {
    let lamp = kept("lamp.ron");
    for (place, with) in PLACES {
        for (raw, escape) in
            [('\u{1b}', "\\u{1b}"), ('\u{202e}', "\\u{202E}"), ('\u{9b}', "\\u{9b}"), ('\u{7}', "\\x07")]
        {
            for hostile in [raw.to_string(), escape.to_owned()] {
                let text = lamp.replace(place, &with.replace('X', &format!("Before {hostile} after")));
                assert_ne!(text, lamp, "{place}");
                let faults = try_story(&text).expect_err(place);
                let code = format!("U+{:04X}", u32::from(raw));
                assert!(
                    faults.contains("error[T004]") && faults.contains(&code),
                    "{place}, {code}:\n{faults}"
                );
                let found = faults.chars().find(|c| treed::text::is_hostile(*c));
                assert_eq!(found, None, "{place}: {faults:?}");
            }
        }
    }
    refused(
        lamp.replace("The hall\"", "The \u{1b}]0;hall\u{7}\"").as_bytes(),
        &["error[T004]", "U+001B", "U+0007", "2 errors"],
    );
}

#[test]
fn where_lines_are_kept_tabs_and_carriage_returns_are_faults() {
    for hostile in ["\t", "\r", "\\t", "\\r"] {
        for part in ["(lines: \"one X two\")", "(picture: \"one X two\", described: \"A cat.\")"] {
            let text =
                small("", &format!("\"start\": (text: {}, ending: \"end\"),", part.replace('X', hostile)));
            let faults = try_story(&text).expect_err("a fault");
            assert!(faults.contains("error[T004]"), "{hostile:?} in {part}: {faults}");
        }
    }
}

#[test]
fn hostile_names_of_files_are_made_visible() {
    let home = Home::new();
    let name = "a\u{1b}[31m\u{202e}.ron";
    home.write("story.ron", kept("lamp.ron").as_bytes());
    for arguments in [
        vec!["--story", name],
        vec!["check", name],
        vec!["replay", name],
        vec!["--story", "story.ron", "--saves", name],
    ] {
        let mut command = home.command();
        command.args(arguments);
        support::finish(command, "saves\n").harmless();
    }
    std::fs::remove_dir_all(home.path(name)).unwrap();
    home.write(name, b"(((");
    for arguments in [
        vec!["--story", name],
        vec!["check", name],
        vec!["check", name, "--json"],
        vec!["--story", "story.ron", "replay", name],
    ] {
        let mut command = home.command();
        command.args(arguments);
        let ran = support::finish(command, "").harmless();
        assert_eq!(ran.code, 1);
    }
}

#[test]
fn all_faults_are_told_in_one_run_in_the_order_of_the_file() {
    let text = kept("lamp.ron")
        .replace("to: \"attic\"", "to: \"atic\"")
        .replace("Clear(\"lit\")", "Clear(\"lot\")")
        .replace("ending: \"asleep\"", "ending: \"aslep\"");
    let ran = refused(
        text.as_bytes(),
        &["did you mean `attic`?", "did you mean `lit`?", "did you mean `asleep`?", "bad.ron: 3 errors"],
    );
    let at: Vec<usize> =
        ["T006", "T005", "T010"].iter().map(|code| ran.err.find(code).expect(code)).collect();
    assert!(at.is_sorted(), "{}", ran.err);
}

#[test]
fn very_many_faults_and_very_long_lines_stay_readable() {
    let many: String =
        (0..5000).map(|i| format!("(id: \"c{i}\", label: \"x\", to: \"nowhere{i}\"), ")).collect();
    let text = small("", &format!("\"start\": (choices: [{many}]),"));
    let ran = refused(text.as_bytes(), &["and 4900 more"]);
    assert!(ran.err.len() < 200_000, "{} bytes", ran.err.len());
    let long =
        small("", &format!("\"start\": (text: \"{} {{x}}\", ending: \"end\"),", "word ".repeat(1_000_000)));
    let ran = refused(long.as_bytes(), &["error[T006]"]);
    assert!(ran.err.len() < 10_000, "{} bytes", ran.err.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to a story, it loads or is complained of; the complaint is drawn and harmless.
    #[test]
    fn law_a_story_with_any_piece_replaced_is_loaded_or_complained_of(at in 0usize..10_000, take in 0usize..60, put in "\\PC{0,12}|[\\x00-\\x7f]{0,6}") {
        let lamp: Vec<char> = kept("lamp.ron").chars().collect();
        let at = at % lamp.len();
        let text: String = lamp[..at].iter().copied().chain(put.chars()).chain(lamp[(at + take).min(lamp.len())..].iter().copied()).collect();
        if let Err(faults) = try_story(&text) {
            prop_assert!(!faults.is_empty());
            prop_assert_eq!(faults.chars().find(|c| treed::text::is_hostile(*c)), None, "{:?}", faults);
        }
    }
}

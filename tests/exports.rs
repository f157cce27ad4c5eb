//! `treed export`: what a player sends to a friend says what the game said, and nothing else.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use support::{Home, kept};
use treed::export::markdown;

/// A home in which a kept playthrough was played.
fn played(name: &str) -> Home {
    let script = kept(&format!("../playthroughs/{name}.play"));
    let seed = script.lines().find_map(|line| line.strip_prefix("# seed: ")).expect("a seed");
    let home = Home::new();
    home.run(&format!("--new --plain --seed {seed}"), &script).fine();
    home
}

/// A story that tries what strangers may try.
const HOSTILE: &str = r##"#![enable(implicit_some)]
Story(
    id: "hostile", title: "<b>Bold</b> & *brave*", version: "1", start: "start",
    authors: ["A. <i>Nonymous</i>"],
    cast: { "owl": (name: "<Owl onclick=alert(1)>", color: BrightYellow) },
    scenes: {
        "start": (title: "</style><script>alert(1)</script>", text: [
            "<script>alert('caption')</script> & <img src=http://127.0.0.1:9/caption.png>",
            "![a picture](http://127.0.0.1:9/a.png) [a link](javascript:alert(1)) `code` ~~no~~",
            "owl: <img src=http://127.0.0.1:9/owl.png onerror=alert(1)>",
            (lines: r"<script>alert('lines')</script>
```
# not a heading"),
            (picture: r"
<script>
```
</pre>", described: "\"><script>alert('described')</script>"),
        ], choices: [(id: "go", label: "\"><script>alert('label')</script>", to: "end")]),
        "end": (text: "1. Not a list.", ending: "end"),
    },
    endings: { "end": (title: "</title><script>alert(2)</script>", hint: "Go on.") },
)"##;

/// The text of a Markdown document as a reader sees it, and the names of what it consists of.
fn rendered(markdown: &str) -> (String, Vec<String>) {
    let (mut text, mut tags) = (String::new(), Vec::new());
    for event in Parser::new(markdown) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock) => text.push('\n'),
            Event::Start(Tag::CodeBlock(_)) => tags.push("CodeBlock".to_owned()),
            Event::Start(tag) => {
                let tag = format!("{tag:?}");
                tags.push(tag.split([' ', '(', '{']).next().unwrap_or_default().to_owned());
            }
            Event::End(_) => {}
            other => tags.push(format!("{other:?}")),
        }
    }
    tags.sort();
    tags.dedup();
    (text, tags)
}

#[test]
fn a_transcript_tells_the_whole_game() {
    let home = played("good_gold");
    let transcript = home.run("export --format md", "").fine();
    let (text, tags) = rendered(&transcript);
    assert_eq!(tags, ["BlockQuote", "CodeBlock", "Emphasis", "Heading", "Paragraph", "Strong"]);
    for words in [
        "A game of 39 moves with seed 7",
        "The oak, 13:00",
        "Have you a dataset?",
        "Write: My cat cannot get down",
        "Photograph 10 of 10: CAT.",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // What the screens of the game say is in it, line by line.
    let screens = home.run("replay autosave --instant --plain", "").fine();
    let words = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .collect::<std::collections::HashSet<_>>()
    };
    let told = words(&text);
    assert!(screens.lines().count() > 500, "the screens are replayed");
    let missing: Vec<String> = screens
        .lines()
        .filter(|line| line.starts_with(char::is_alphabetic) && !line.contains("`decline`"))
        .filter(|line| !words(line).is_subset(&told))
        .map(str::to_owned)
        .collect();
    assert!(missing.is_empty(), "not in the transcript: {missing:#?}");
}

#[test]
fn an_export_is_a_file_of_its_own() {
    let home = Home::with_story(&kept("lamp.ron"));
    home.play("export --format md", "").fails(
        "treed: there is no game in `autosave` yet; play one, or say which with `treed export --format md NAME` (`treed saves` lists them)",
    );
    home.plays("--new --seed 7", "");
    let first = home.plays("export --format md", "");
    assert!(first.contains("*To be continued.*"), "{first}");
    assert_eq!(
        home.plays("export --format md --output page.md", ""),
        "page.md is written. A game of 0 moves with seed 7, not yet ended.\n"
    );
    assert_eq!(home.read("page.md"), first);
    home.play("export --format md --output page.md", "")
        .fails("treed: page.md is already there; choose another name, or `--force` replaces it");
    home.plays("export --format md --output page.md --force", "");
    home.play("export --format md --output nowhere/page.md", "")
        .fails("treed: cannot write nowhere/page.md: there is no such folder");
    home.play("export nothing --format md", "").fails_saying(&["neither a file nor a save nor an ending"]);
    let left: Vec<_> = std::fs::read_dir(home.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, [] as [&str; 0], "nothing is left of what could not be written");
}

#[test]
fn a_strangers_story_is_only_text_in_markdown() {
    let home = Home::with_story(HOSTILE);
    home.plays("--new --seed 7", "go");
    let transcript = home.plays("export --format md", "");
    let (text, tags) = rendered(&transcript);
    assert_eq!(
        tags,
        ["BlockQuote", "CodeBlock", "Emphasis", "Heading", "Paragraph", "Strong"],
        "{transcript}"
    );
    for words in [
        "![a picture](http://127.0.0.1:9/a.png)",
        "<script>alert('lines')</script>\n```\n# not",
        "1. Not a list.",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

proptest! {
    #[test]
    fn what_is_escaped_is_read_as_it_was(text in r"[-a-c0-9\\`*_\[\]<>#+=.()!|~&;: \u{A0}”é]{0,40}") {
        let line = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let (read, tags) = rendered(&format!("{}\n", markdown::escaped(&line)));
        prop_assert_eq!(read.trim_end_matches('\n'), &line);
        prop_assert!(tags.iter().all(|tag| tag == "Paragraph"), "{:?}", tags);
    }
}

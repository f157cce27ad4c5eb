//! `treed export`: what a player sends to a friend says what the game said, and nothing else.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/browser.rs"]
mod browser;
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
        " moves with seed 7",
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
    home.play("export nothing --format md", "")
        .fails_saying(&["neither a file nor a share code nor a save nor an ending"]);
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

/// The comic page of a kept playthrough.
#[track_caller]
fn comic(home: &Home, arguments: &str) -> String {
    home.run(&format!("export --format html {arguments}"), "").fine()
}

#[test]
fn a_comic_page_is_whole_in_itself() {
    let home = played("good_gold");
    let page = comic(&home, "");
    for asks in
        ["<script", "<link rel=\"stylesheet", "src=", "url(", "@import", "http://", "https://", "onclick"]
    {
        assert!(!page.contains(asks), "{asks}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{}", &page[..80]);
    for words in [
        ">treed</h1>",
        "<strong>MOOC<span class=\"hide\">:</span></strong> Your cat cannot get down: is that",
        "Have you a dataset?",
        "<span class=\"hide\">You choose: </span>Write: My cat cannot get down",
        "aria-label=\"An old oak on a summer afternoon.",
        "Photograph 10 of 10: CAT.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(page.matches("<h1").count(), 1);
    // Rows of panels are full.
    let spans: Vec<u32> = page
        .match_indices("class=\"panel s")
        .map(|(at, head)| {
            page[at + head.len()..].chars().next().and_then(|c| c.to_digit(10)).expect("a span")
        })
        .collect();
    let mut filled = 0;
    for span in &spans {
        filled += span;
        assert!(filled <= 6, "a row overflows: {spans:?}");
        filled %= 6;
    }
    assert_eq!(filled, 0, "the last row is not full: {spans:?}");
    assert!(spans.len() > 40, "{spans:?}");
}

#[test]
fn a_strangers_story_is_only_text_on_a_comic_page() {
    let home = Home::with_story(HOSTILE);
    home.plays("--new --seed 7", "go");
    let page = home.plays("export --format html", "");
    let body = &page[page.find("</style>").expect("a style")..];
    for (tag, most) in
        [("<script", 0), ("<img", 0), ("<i>", 0), ("<b>", 0), ("</style", 1), ("</title", 0), ("<a ", 0)]
    {
        assert_eq!(body.matches(tag).count(), most, "{tag}\n{body}");
    }
    assert!(body.contains("&lt;script&gt;alert('caption')&lt;/script&gt; &amp; &lt;img"), "{body}");
    assert!(
        body.contains("aria-label=\"&quot;&gt;&lt;script&gt;alert('described')&lt;/script&gt;\""),
        "{body}"
    );
}

#[test]
fn comic_pages_stand_in_a_real_browser() {
    let Some(program) = browser::program() else {
        println!("skipped: no chromium on this machine, so no page was looked at");
        return;
    };
    let home = played("good_gold");
    home.run("export --format html --output page.html", "").fine();
    let hostile = Home::with_story(HOSTILE);
    hostile.plays("--new --seed 7", "go");
    hostile.plays("export --format html --output page.html", "");
    let shots = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut browser = browser::Browser::start(&program);
    for (home, name) in [(&home, "game"), (&hostile, "hostile")] {
        for (width, dark) in [(390, false), (1280, true)] {
            let shot = shots.join(format!("comic-{name}-{width}.png"));
            let seen = browser.look(&home.path("page.html"), width, dark, &shot);
            assert_eq!(seen.content_width, f64::from(width), "{name}: it scrolls sideways");
            assert_eq!(seen.requests, [] as [&str; 0], "{name}");
            assert_eq!(seen.complaints, [] as [&str; 0], "{name}");
            assert!(seen.smallest_text >= 8.5, "{name}: a text of {} pixels", seen.smallest_text);
            let picture = std::fs::read(&shot).expect("a screenshot");
            assert_eq!(&picture[1..4], b"PNG");
            assert_eq!(picture[16..20], width.to_be_bytes(), "the screenshot is as wide as the window");
            let drawn: Vec<&str> =
                seen.told.iter().filter(|(role, _)| role == "image").map(|(_, name)| &**name).collect();
            assert!(!drawn.is_empty() && drawn.iter().all(|name| !name.is_empty()), "{drawn:?}");
            assert!(seen.told.iter().filter(|(role, _)| role == "heading").all(|(_, name)| !name.is_empty()));
            if name == "game" {
                assert!(drawn[0].starts_with("An old oak on a summer afternoon."), "{drawn:?}");
            }
        }
    }
}

#[test]
fn a_recording_plays_in_order_and_says_what_the_screens_said() {
    let home = played("good_gold");
    let recording = home.run("export --format cast", "").fine();
    let mut lines = recording.lines();
    let head: serde_json::Value = serde_json::from_str(lines.next().expect("a head")).expect("JSON");
    assert_eq!((&head["version"], &head["width"], &head["title"]), (&2.into(), &80.into(), &"treed".into()));
    let (mut last, mut shown, mut markers) = (0.0, String::new(), 0);
    for line in lines {
        let (at, kind, data): (f64, String, String) = serde_json::from_str(line).expect("an event");
        assert!(at >= last, "time runs backwards: {line}");
        last = at;
        match &*kind {
            "o" => shown.push_str(&data),
            "m" => markers += 1,
            other => panic!("{other}"),
        }
    }
    assert!((300.0..3600.0).contains(&last), "it plays {last} seconds");
    assert_eq!(shown.matches('\n').count(), shown.matches("\r\n").count(), "a terminal wants both");
    assert!(markers > 25, "{markers} markers");
    for words in ["A cat, an oak", "MOOC", "\x1b[", "> 2\r\n", "Photograph 10 of 10: CAT.", "Both rows, "] {
        assert!(shown.contains(words), "{words:?}");
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

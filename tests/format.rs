//! The page on the format is true: every example is loaded (a whole story is checked and played), texts
//! are shown as the page says, and nothing that can be written is missing from it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use support::{Home, Play, story, try_story};
use treed::engine::Offer;
use treed::labs::Lab;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/story-format.md");

fn page() -> String {
    std::fs::read_to_string(PAGE).unwrap()
}

/// A fenced block: what stands after the fence, and what is in it.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            found.push((kind.to_owned(), body.join("\n")));
        }
    }
    found
}

fn facts(page: &str) -> String {
    blocks(page).into_iter().find(|(kind, _)| kind == "ron facts").expect("the facts").1
}

/// A story around a part of one: all that the page's parts name is there.
fn around(kind: &str, part: &str, facts: &str) -> String {
    let of =
        |wanted: &str, otherwise: &str| if kind == wanted { part.to_owned() } else { otherwise.to_owned() };
    let acts = if kind == "scenes" { "acts: [\"outdoors\"]," } else { "" };
    format!(
        r#"#![enable(implicit_some)]
Story(
    id: "page", title: "Page", version: "1", start: "start",
    cast: {{ "ghost": (name: "Ghost"), {cast} }},
    facts: {{ {facts} }},
    {acts}
    {top}
    scenes: {{
        "start": ({start}),
        {scenes}
        "hall": (text: "A hall.", choices: [(id: "on", label: "On", to: "attic"), (id: "stay", label: "Stay"), {choices}]),
        "attic": (text: "An attic.", choices: [(id: "home", label: "Home", to: "home"), (id: "down", label: "Down", then: [{effects}], to: "hall")]),
        "siren": (text: "A siren.", auto: [(back: true)]),
        "home": (text: "Home.", ending: "home"),
    }},
    endings: {{ "home": (title: "Home", hint: "There is a door.", tags: ["quiet"]), {endings} }},
    notebook: {{ "base-rate": (title: "Base rate", text: "T.", reference: "R."), {notebook} }},
)"#,
        cast = of("cast", ""),
        top = of("top", ""),
        start = match kind {
            "text" => format!("text: [{part}], ending: \"home\""),
            "conditions" => format!("text: [(when: All([{part}]), text: \"Yes.\")], auto: [(to: \"hall\")]"),
            _ => "auto: [(to: \"hall\")]".to_owned(),
        },
        scenes = of("scenes", ""),
        choices = of("choices", ""),
        effects = of("effects", ""),
        endings = of("endings", ""),
        notebook = of("notebook", ""),
    )
}

#[test]
fn every_part_of_a_story_on_the_page_is_loaded() {
    let page = page();
    let facts = facts(&page);
    let mut kinds = std::collections::BTreeSet::new();
    for (kind, part) in blocks(&page) {
        let Some(kind) = kind.strip_prefix("ron ") else {
            assert!(["ron", "text"].contains(&&*kind), "a block of the kind `{kind}` is not tested");
            continue;
        };
        if let Err(faults) = try_story(&around(kind, &part, &facts)) {
            panic!("{kind}:\n{part}\n{faults}");
        }
        kinds.insert(kind.to_owned());
    }
    // A kind that `around` does not know would be loaded without its part.
    let known =
        ["cast", "choices", "conditions", "effects", "endings", "facts", "notebook", "scenes", "text", "top"];
    assert!(kinds.iter().eq(known.iter()), "{kinds:?}");
}

#[test]
fn every_whole_story_on_the_page_passes_the_check_and_is_played_to_its_end() {
    let mut count = 0;
    for (_, text) in blocks(&page()).into_iter().filter(|(kind, _)| kind == "ron") {
        count += 1;
        let home = Home::with_story(&text);
        let out = home.run("check story.ron --notes --deny-warnings", "").fine();
        assert!(out.ends_with("0 errors, 0 warnings, 0 notes.\n"), "{text}\n{out}");
        // What was taken least often so far, the last of several, leads out of each of them.
        let story = story(&text);
        let mut play = Play::new(&story);
        let mut taken: Vec<String> = Vec::new();
        for _ in 0..50 {
            if let Offer::Choose(_) = play.game.offer() {
                let often = |id: &String| taken.iter().filter(|other| *other == id).count();
                let next = play.open().into_iter().rev().min_by_key(often).expect("something is open");
                play = play.moves(&next);
                taken.push(next);
            }
        }
        assert!(play.game.ending().is_some(), "{}", play.text());
    }
    assert!(count >= 3, "{count} whole stories");
}

#[test]
fn texts_are_shown_as_the_page_says() {
    let page = page();
    let facts = facts(&page);
    let mut made = String::new();
    let mut rest = &page[..];
    let mut count = 0;
    while let Some(at) = rest.find("```ron text\n") {
        let (before, from) = rest.split_at(at);
        let body = from["```ron text\n".len()..].split("```").next().unwrap();
        let shown = Play::new(&story(&around("text", body, &facts))).text();
        let fence = from.find("```text\n").expect("what is shown stands below the text") + "```text\n".len();
        let end = fence + from[fence..].find("```").unwrap();
        let _ = writeln!(made, "{before}{}{shown}", &from[..fence]);
        rest = &from[end..];
        count += 1;
    }
    made.push_str(rest);
    assert!(count >= 3);
    kept(&page, &made);
}

/// The names of what each lab has, as the page lists them.
fn labs() -> String {
    let mut out = String::new();
    for lab in Lab::ALL {
        let signature = lab.signature();
        let early = |asks: bool, name: &str| if asks { format!("`{name}`?") } else { format!("`{name}`") };
        let knobs: Vec<String> = signature
            .knobs
            .iter()
            .map(|knob| {
                let values: Vec<String> = knob
                    .values
                    .iter()
                    .enumerate()
                    .map(|(i, value)| {
                        if i == usize::from(knob.default) {
                            format!("**{value}**")
                        } else {
                            (*value).to_owned()
                        }
                    })
                    .collect();
                format!("`{}` ({})", knob.name, values.join(" "))
            })
            .collect();
        let outcomes: Vec<String> =
            signature.outcomes.iter().map(|outcome| format!("`{}`", outcome.name)).collect();
        let figures: Vec<String> = signature
            .figures
            .iter()
            .enumerate()
            .map(|(i, figure)| early(lab.asks_figure(i), figure.name))
            .collect();
        let pictures: Vec<String> = signature
            .pictures
            .iter()
            .enumerate()
            .map(|(i, picture)| early(lab.asks_picture(i), picture.name))
            .collect();
        let _ = write!(
            out,
            "\n**{}**\n\n- knobs, the default in bold: {}\n- outcomes: {}\n- figures: {}\n- pictures: {}\n",
            signature.name,
            knobs.join(", "),
            outcomes.join(", "),
            figures.join(", "),
            pictures.join(", ")
        );
    }
    out.push('\n');
    out
}

#[test]
fn the_page_names_what_the_labs_have() {
    let page = page();
    let (before, rest) = page.split_once("<!-- labs -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /labs -->").unwrap();
    kept(&page, &format!("{before}<!-- labs -->\n{}<!-- /labs -->{after}", labs()));
}

/// Compares with what was made, or writes it where that is asked for.
#[track_caller]
fn kept(page: &str, made: &str) {
    if page == made {
        return;
    }
    assert!(
        std::env::var_os("TREED_BLESS").is_some(),
        "docs/story-format.md is out of date: TREED_BLESS=1 cargo test --test format -- --test-threads 1"
    );
    std::fs::write(PAGE, made).unwrap();
}

#[test]
fn every_field_and_form_that_can_be_written_is_on_the_page() {
    let page = page();
    let written = include_str!("../src/story/written.rs");
    let end = written.find("/// Text: a string, a part, or a list of parts.").unwrap();
    let special = written.find("pub struct Special").unwrap();
    let special_end = special + written[special..].find("\n}\n").unwrap();
    let source = [&written[..end], &written[special..special_end]].concat();
    let mut count = 0;
    for line in source.lines() {
        let line = line.trim();
        let name = if let Some(field) = line.strip_prefix("#[serde(rename = \"") {
            field.split('"').next()
        } else if let Some(field) = line.strip_prefix("pub ") {
            field.split_once(": ").map(|(name, _)| name)
        } else {
            // A variant: a capital and then `,`, `(` or ` {`.
            line.starts_with(|c: char| c.is_ascii_uppercase())
                .then(|| line.split([',', '(', ' ']).next())
                .flatten()
        };
        let Some(name) = name else { continue };
        // `kind` is written `do`; a literal is a name or a number and has no word of its own.
        if ["kind", "Name", "Number"].contains(&name) {
            continue;
        }
        count += 1;
        let is_told = ["`", "(", " ", "[", "\n"].iter().any(|before| {
            ["`", ":", "(", ",", " "].iter().any(|after| page.contains(&format!("{before}{name}{after}")))
        });
        assert!(is_told, "the page does not tell of `{name}`");
    }
    assert!(count > 100, "only {count} names were found: is the file still read as it is written?");
}

//! The measurable floor of the prose in `story.ron`. What is above it only readers can tell.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use treed::story::{self, Part, Run, Segment, Source, Story, Style, Text};

/// Most words of a scene: the sum of the longer sides of all its parts.
const SCENE_WORDS: usize = 140;
/// Most words of a choice's label.
const LABEL_WORDS: usize = 10;
/// Most words of a page of the notebook, in general and of this playthrough together.
const PAGE_WORDS: usize = 90;
/// Fewest pictures drawn in the story itself.
const PICTURES: usize = 12;
/// Widest row of a picture, in columns.
const PICTURE_COLUMNS: usize = 72;

/// What says nothing, or was said too often elsewhere. In lower case, `'` for every apostrophe.
const FILLER: &[&str] = &[
    "a breath you didn't know",
    "a chill runs",
    "a mix of",
    "a sense of",
    "a testament to",
    "a wave of",
    "against all odds",
    "all of a sudden",
    "as if on cue",
    "at the end of the day",
    "basically",
    "blissfully unaware",
    "butterflies in",
    "can't help but",
    "cannot help but",
    "couldn't help but",
    "deafening silence",
    "delve",
    "easier said than done",
    "eyes widen",
    "for all intents and purposes",
    "game changer",
    "game-changer",
    "goes without saying",
    "hangs in the air",
    "heart pounding",
    "heart races",
    "heart skips",
    "in the blink of an eye",
    "in today's world",
    "it is important to note",
    "it's important to note",
    "last but not least",
    "let out a breath",
    "little did you",
    "literally",
    "low-hanging fruit",
    "needless to say",
    "nothing short of",
    "of epic proportions",
    "only time will tell",
    "out of nowhere",
    "palpable",
    "rich tapestry",
    "send shivers",
    "shivers down",
    "silence is deafening",
    "speaks volumes",
    "stands as a",
    "suddenly a",
    "suddenly the",
    "suddenly there",
    "suddenly you",
    "the calm before the storm",
    "the elephant in the room",
    "think outside the box",
    "time seems to",
    "to say the least",
    "unbeknownst",
    "voice barely above",
    "when all is said and done",
    "with bated breath",
    "you can feel the",
];

fn built_in() -> Story {
    story::load(&Source::built_in()).unwrap_or_else(|faults| panic!("story.ron has {} faults", faults.len()))
}

/// Words of a text, of each part its longer side.
fn longest(story: &Story, text: Text) -> usize {
    story.parts(text).iter().map(|part| longest_of(story, part)).sum()
}

fn longest_of(story: &Story, part: &Part) -> usize {
    match part {
        Part::Paragraph { segments, .. } => words(&said(story, *segments, true)),
        Part::When { text, otherwise, .. } => longest(story, *text).max(longest(story, *otherwise)),
        Part::OneOf { variants, .. } => {
            story.variants(*variants).iter().map(|text| longest(story, *text)).max().unwrap_or(0)
        }
        Part::Picture { .. } | Part::LabPicture { .. } => 0,
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// A paragraph as it could read: of values, the longest text; without them where `values` is false.
fn said(story: &Story, segments: Run, values: bool) -> String {
    let longer = |texts: &[&str]| {
        texts.iter().max_by_key(|text| words(text)).map_or(String::new(), |text| (*text).to_owned())
    };
    let value = |text: String| if values { text } else { "\u{1}".to_owned() };
    story
        .segments(segments)
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => story.str(*text).to_owned(),
            Segment::Either(_, a, b) | Segment::Plural(_, a, b) => {
                value(longer(&[story.str(*a), story.str(*b)]))
            }
            Segment::Each(_, texts) => {
                value(longer(&texts.iter().map(|text| story.str(*text)).collect::<Vec<_>>()))
            }
            Segment::Fact(..) | Segment::Figure(..) => value("0".to_owned()),
        })
        .collect()
}

/// Every paragraph of a text and of all its sides: how it is set, and all that can stand in it.
fn paragraphs(story: &Story, text: Text, found: &mut Vec<(Style, String)>) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { style, segments, .. } => {
                found.push((*style, said(story, *segments, true)));
                for segment in story.segments(*segments) {
                    match segment {
                        Segment::Either(_, a, b) | Segment::Plural(_, a, b) => {
                            found.push((*style, story.str(*a).to_owned()));
                            found.push((*style, story.str(*b).to_owned()));
                        }
                        Segment::Each(_, texts) => {
                            found.extend(texts.iter().map(|text| (*style, story.str(*text).to_owned())))
                        }
                        Segment::Literal(_) | Segment::Fact(..) | Segment::Figure(..) => {}
                    }
                }
            }
            Part::When { text, otherwise, .. } => {
                paragraphs(story, *text, found);
                paragraphs(story, *otherwise, found);
            }
            Part::OneOf { variants, .. } => {
                story.variants(*variants).iter().for_each(|text| paragraphs(story, *text, found))
            }
            Part::Picture { described, .. } => found.push((Style::Prose, story.str(*described).to_owned())),
            Part::LabPicture { .. } => {}
        }
    }
}

/// All prose, with where it stands.
fn all_prose(story: &Story) -> Vec<(String, Style, String)> {
    let mut found = Vec::new();
    let mut add = |place: String, text: Text| {
        let mut told = Vec::new();
        paragraphs(story, text, &mut told);
        found.extend(told.into_iter().map(|(style, text)| (place.clone(), style, text)));
    };
    for scene in &story.scenes {
        add(format!("scene {}", story.str(scene.name)), scene.text);
    }
    for choice in &story.choices {
        let place = format!("choice {}", story.str(choice.id));
        add(place.clone(), choice.label);
        add(place.clone(), choice.reply);
        if let Some((_, reason)) = choice.locked.as_deref() {
            add(place, *reason);
        }
    }
    for page in &story.pages {
        add(format!("page {}", story.str(page.name)), page.text);
        add(format!("page {}", story.str(page.name)), page.here);
    }
    add("card".to_owned(), story.card);
    add("credits".to_owned(), story.credits);
    for ending in &story.endings {
        for text in [ending.title, ending.hint] {
            found.push((
                format!("ending {}", story.str(ending.name)),
                Style::Prose,
                story.str(text).to_owned(),
            ));
        }
    }
    found
}

/// What is over a limit on purpose: the fire department always answers so.
const ON_PURPOSE: &[&str] = &["call, f_ring, i_ines: Fire department."];

#[track_caller]
fn none(limit: &str, mut found: Vec<String>) {
    found.retain(|found| !ON_PURPOSE.contains(&found.as_str()));
    assert!(found.is_empty(), "{limit}: {} violations\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_scene_is_longer_than_a_screen() {
    let story = built_in();
    let mut long: Vec<(usize, &str)> = story
        .scenes
        .iter()
        .map(|scene| (longest(&story, scene.text), story.str(scene.name)))
        .filter(|(words, _)| *words > SCENE_WORDS)
        .collect();
    long.sort_by(|a, b| b.cmp(a));
    none(
        &format!("at most {SCENE_WORDS} words in a scene"),
        long.into_iter().map(|(words, name)| format!("{name}: {words}")).collect(),
    );
}

#[test]
fn labels_are_short() {
    let story = built_in();
    let long = story.choices.iter().filter_map(|choice| {
        let words = longest(&story, choice.label);
        (words > LABEL_WORDS).then(|| format!("{}: {words}", story.str(choice.id)))
    });
    none(&format!("at most {LABEL_WORDS} words in a label"), long.collect());
}

#[test]
fn pictures_are_enough_and_fit() {
    fn pictures<'s>(story: &'s Story, text: Text, found: &mut Vec<&'s str>) {
        for part in story.parts(text) {
            match part {
                Part::Picture { rows, .. } => found.push(story.str(*rows)),
                Part::When { text, otherwise, .. } => {
                    pictures(story, *text, found);
                    pictures(story, *otherwise, found);
                }
                Part::OneOf { variants, .. } => {
                    story.variants(*variants).iter().for_each(|text| pictures(story, *text, found))
                }
                Part::Paragraph { .. } | Part::LabPicture { .. } => {}
            }
        }
    }
    let story = built_in();
    let mut found = Vec::new();
    pictures(&story, story.cover, &mut found);
    story.scenes.iter().for_each(|scene| pictures(&story, scene.text, &mut found));
    assert!(found.len() >= PICTURES, "{} pictures; there should be {PICTURES}", found.len());
    let wide = found
        .iter()
        .flat_map(|rows| rows.lines())
        .filter(|row| unicode_width::UnicodeWidthStr::width(*row) > PICTURE_COLUMNS);
    none("rows of pictures", wide.map(str::to_owned).collect());
}

#[test]
fn nothing_is_filler() {
    let story = built_in();
    let mut found = Vec::new();
    for (place, _, text) in all_prose(&story) {
        let folded = format!(
            " {} ",
            text.to_lowercase()
                .replace('’', "'")
                .replace(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-', " ")
        );
        let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
        for phrase in FILLER {
            if format!(" {folded} ").contains(&format!(" {phrase} ")) {
                found.push(format!("{place}: {phrase}"));
            }
        }
    }
    found.dedup();
    none("filler", found);
}

#[test]
fn no_two_scenes_open_with_the_same_sentence() {
    /// The sentences with which a text can begin.
    fn openings(story: &Story, text: Text, found: &mut Vec<String>) {
        match story.parts(text).first() {
            Some(Part::Paragraph { segments, .. }) => {
                let text = said(story, *segments, false);
                let end = text.find(['.', '!', '?', ':']).map_or(text.len(), |end| end + 1);
                // `It is {hour:clock}.` is another sentence each time.
                if words(&text[..end]) > if text[..end].contains('\u{1}') { 2 } else { 1 } {
                    found.push(text[..end].to_owned());
                }
            }
            Some(Part::When { text, otherwise, .. }) => {
                openings(story, *text, found);
                openings(story, *otherwise, found);
            }
            Some(Part::OneOf { variants, .. }) => {
                story.variants(*variants).iter().for_each(|text| openings(story, *text, found))
            }
            Some(Part::Picture { .. } | Part::LabPicture { .. }) | None => {}
        }
    }
    let story = built_in();
    let mut scenes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for scene in &story.scenes {
        let mut found = Vec::new();
        openings(&story, scene.text, &mut found);
        found.sort();
        found.dedup();
        found.into_iter().for_each(|opening| scenes.entry(opening).or_default().push(story.str(scene.name)));
    }
    let twice = scenes.iter().filter(|(_, scenes)| scenes.len() > 1);
    none(
        "opening sentences",
        twice.map(|(opening, scenes)| format!("{}: {opening}", scenes.join(", "))).collect(),
    );
}

#[test]
fn quotes_are_of_one_kind() {
    let story = built_in();
    let mut found = Vec::new();
    for (place, _, text) in all_prose(&story) {
        for (at, c) in text.char_indices() {
            let near = || {
                text[text.floor_char_boundary(at.saturating_sub(20))..text.ceil_char_boundary(at + 20)]
                    .to_owned()
            };
            let before = text[..at].chars().next_back();
            let wrong = match c {
                // A quote in a quote.
                '‘' => text[..at].matches('“').count() <= text[..at].matches('”').count(),
                '"' | '\'' | '`' | '„' | '«' | '»' | '´' => true,
                // An opening quote stands before a word, a closing one behind.
                '“' => before.is_some_and(char::is_alphanumeric),
                '”' => before.is_none_or(char::is_whitespace),
                _ => false,
            };
            if wrong {
                found.push(format!("{place}: {c} in `{}`", near()));
            }
        }
        if text.matches('“').count() != text.matches('”').count() {
            found.push(format!(
                "{place}: quotes that are not closed in `{}`",
                text.chars().take(60).collect::<String>()
            ));
        }
    }
    found.dedup();
    none("quotes are ’ “ ”", found);
}

#[test]
fn pages_of_the_notebook_are_short_and_say_where_to_read_on() {
    let story = built_in();
    let mut found = Vec::new();
    for page in &story.pages {
        let name = story.str(page.name);
        let words = longest(&story, page.text) + longest(&story, page.here);
        if words > PAGE_WORDS {
            found.push(format!("{name}: {words} words"));
        }
        // Author (year): title.
        let reference = story.str(page.reference);
        let year = reference.split(['(', ')']).nth(1).unwrap_or_default();
        let dated = year.len() >= 4 && year[..4].chars().all(|c| c.is_ascii_digit());
        if !dated || !reference.contains("): ") || reference.find('(').is_none_or(|at| at < 3) {
            found.push(format!("{name}: the reference `{reference}` is not `Author (year): Title.`"));
        }
    }
    none(&format!("at most {PAGE_WORDS} words and a reference on a page"), found);
}

/// Words that were looked up and are right; one in a line, in the order of the alphabet.
const SPELLING: &str = include_str!("spelling.txt");

/// Every word of the prose is in the kept list, so that a slip of the finger is met by whoever made it.
#[test]
fn every_word_is_spelt_as_kept() {
    let known: std::collections::BTreeSet<&str> = SPELLING.lines().collect();
    let mut found = std::collections::BTreeMap::new();
    for (place, _, text) in all_prose(&built_in()) {
        let folded = text.to_lowercase();
        for word in folded.split(|c: char| !c.is_alphabetic() && c != '’') {
            let word = word.trim_matches('’');
            if word.chars().count() > 1 && !known.contains(word) {
                found.entry(word.to_owned()).or_insert_with(|| place.clone());
            }
        }
    }
    let unknown = found.into_iter().map(|(word, place)| format!("{place}: {word}")).collect();
    none("words that tests/spelling.txt has not; a right one is added there", unknown);
}

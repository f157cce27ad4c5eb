//! A typed line → a command, a choice, or what it might have meant.

use super::commands::{Command, command};
use crate::engine::{self, ShownChoice};
use crate::story::diagnostic::Code;
use crate::story::{ChoiceId, Diagnostic, Story};

/// What a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing was typed.
    Nothing,
    /// A command and what follows it.
    Command(&'static Command, String),
    /// A choice.
    Choice(ChoiceId),
    /// A choice that is shown but locked.
    Locked(ChoiceId),
    /// A number that no choice has.
    NoSuchNumber(u32),
    /// More than one choice could be meant.
    Which(Vec<ChoiceId>),
    /// One choice is near, but not near enough to act on.
    Perhaps(ChoiceId),
    /// Nothing is near.
    Unknown,
}

/// What a line means where these choices are shown.
pub fn understand(story: &Story, choices: &[ShownChoice], line: &str) -> Meaning {
    let line = line.trim();
    if line.is_empty() {
        return Meaning::Nothing;
    }
    let open = |choice: &ShownChoice| {
        if choice.locked.is_some() { Meaning::Locked(choice.id) } else { Meaning::Choice(choice.id) }
    };
    if let Ok(number) = line.trim_end_matches('.').parse::<u32>() {
        return match choices.iter().find(|choice| u32::from(choice.number) == number) {
            Some(choice) => open(choice),
            None => Meaning::NoSuchNumber(number),
        };
    }
    // An exact command word is always the command: who types `look` must not walk away.
    if let Some((command, rest)) = command(line) {
        return Meaning::Command(command, rest);
    }
    // An id is how playthroughs name a choice.
    if let Some(choice) = choices.iter().find(|choice| story.str(story.choice(choice.id).id) == line) {
        return open(choice);
    }
    let typed: Vec<String> = words(line).collect();
    let known: Vec<(&ShownChoice, Vec<String>)> =
        choices.iter().map(|choice| (choice, words_of(story, choice))).collect();
    let score = |near: bool, words: &[String]| {
        typed
            .iter()
            .filter(|typed| !is_common(typed))
            .filter(|typed| words.iter().any(|word| if near { is_near(typed, word) } else { word == *typed }))
            .count()
    };
    for near in [false, true] {
        let scores: Vec<usize> = known.iter().map(|(_, words)| score(near, words)).collect();
        let best = scores.iter().copied().max().unwrap_or(0);
        if best == 0 {
            continue;
        }
        let hits: Vec<&ShownChoice> = known
            .iter()
            .zip(&scores)
            .filter(|(_, score)| **score == best)
            .map(|((choice, _), _)| *choice)
            .collect();
        let content = typed.iter().filter(|typed| !is_common(typed)).count();
        return match hits.as_slice() {
            [one] if best * 2 >= content => open(one),
            [one] => Meaning::Perhaps(one.id),
            several => Meaning::Which(several.iter().map(|choice| choice.id).collect()),
        };
    }
    Meaning::Unknown
}

/// All words under which a choice is found: of its label, its id, and those the author added.
fn words_of(story: &Story, shown: &ShownChoice) -> Vec<String> {
    let choice = story.choice(shown.id);
    words(&shown.label)
        .chain(words(story.str(choice.id)))
        .chain(choice.words.iter().flat_map(|word| words(story.str(*word))))
        .filter(|word| !is_common(word))
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| !word.is_empty())
        .take(64)
        .map(|word| word.replace('’', "'").to_lowercase())
}

/// Words that say nothing about which choice is meant.
fn is_common(word: &str) -> bool {
    const COMMON: &[&str] = &[
        "a", "an", "the", "to", "of", "in", "on", "at", "it", "is", "and", "or", "for", "with", "i", "you",
        "me", "my", "your", "her", "she", "that", "this", "let", "go", "do", "be", "up", "them", "they",
        "what", "please", "want", "will", "i'll", "lets", "let's", "would", "like",
    ];
    COMMON.contains(&word)
}

/// A typing slip away: one letter in words of four or more, two in words of eight or more; or the
/// beginning of a longer word.
fn is_near(typed: &str, word: &str) -> bool {
    if typed.len() > 64 || word.len() > 64 {
        return false;
    }
    let slips = match typed.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    (typed.len() >= 3 && word.starts_with(typed)) || (slips > 0 && strsim::osa_distance(typed, word) <= slips)
}

/// Warnings for choices that no word of their own can take, since each of their words is a command.
pub fn shadowed(story: &Story) -> Vec<Diagnostic> {
    let Ok(step) = engine::begin(story) else { return Vec::new() };
    let telling = engine::Telling::new(story, 0);
    let mut found = Vec::new();
    for (i, choice) in story.choices.iter().enumerate() {
        let label = engine::paragraph(story, choice.label, &step.state, &telling);
        let shown = ShownChoice { id: ChoiceId(i as u32), number: 1, label, locked: None };
        let words = words_of(story, &shown);
        let id = story.str(choice.id).to_owned();
        let all = words.iter().all(|word| command(word).is_some());
        if let Some(word) = words.first().filter(|_| all).cloned().or(command(&id).map(|_| id)) {
            found.push(
                Diagnostic::new(
                    Code::CommandWord,
                    choice.span,
                    format!("`{word}` is a command, and never takes this choice"),
                )
                .help("give the choice another id, and words of its own: `words: [\"..\"]`"),
            );
        }
    }
    found
}

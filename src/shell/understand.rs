//! A typed line → a command, a choice, or what it might have meant. Pure.
//!
//! In this order: a number, a command's name, the id of a choice, a label as it stands; then a command in
//! other words (`sayings`) against the words of the choices (`words`). Each word of the line counts by how
//! well it suits a choice and by how few others it suits, so that what tells choices apart decides. A choice
//! is acted on only when nothing else comes near and most of the line speaks for it; else it is asked back.

mod by_hand;
mod numbers;
mod sayings;
mod words;

use super::commands::{Command, command};
use crate::engine::{self, ShownChoice};
use crate::story::diagnostic::Code;
use crate::story::{ChoiceId, Diagnostic, Story};
pub use by_hand::{ByHand, understand_by_hand};
pub use numbers::number;
pub use words::term;
use words::{Kind, Likeness, kind, likeness, split};

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
    /// One of these could be meant, or the only one is not near enough to act on.
    Which(Vec<Candidate>),
    /// Nothing is near.
    Unknown,
}

/// What could be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// A choice.
    Choice(ChoiceId),
    /// A command.
    Command(&'static Command),
}

/// A choice that scores at least this much of the best one's score is near it.
const RIVAL: f64 = 0.7;
/// What a word of the author's is worth for a choice where another one's label has that word.
const BEHIND: f64 = 0.3;
/// Most candidates that are asked back.
const MOST_ASKED: usize = 4;

/// What a line means where these choices are shown.
pub fn understand(story: &Story, choices: &[ShownChoice], line: &str) -> Meaning {
    let line = line.trim();
    if line.is_empty() {
        return Meaning::Nothing;
    }
    let known = Known::new(story, choices);
    let typed = split(line);
    if let Some(choice) = with_id(story, choices, line) {
        // Unless it is a word that the player reads in another choice alone.
        return match known.read_elsewhere(line, choice.id) {
            Some(other) => Meaning::Which(vec![Candidate::Choice(other.id), Candidate::Choice(choice.id)]),
            None => taken(choice),
        };
    }
    if let Some(meaning) = by_number(&known, &typed) {
        return meaning;
    }
    // An exact command word is always the command: who types `look` must not walk away.
    let exact = command(line).map(|(command, rest)| (command, sayings::argument(command, rest)));
    if let Some((command, rest)) = &exact
        && sayings::suits(story, command, rest)
    {
        return Meaning::Command(command, rest.clone());
    }
    if let Some(choice) = known.labelled(&typed) {
        return taken(choice);
    }
    let near = known.near(&typed);
    let said = sayings::said(story, line, &typed);
    match (near, said) {
        // Where the line says a choice outright, it is that, unless it says a command at length.
        (Near::One(choice, true), Some((command, _))) if !sayings::outweighs(command, &typed) => {
            taken(choice)
        }
        // A word that the player reads in several choices, and that is also said for a command.
        (Near::Some(_), Some(_)) if known.reading(&typed).len() > 1 => {
            Meaning::Which(known.reading(&typed).into_iter().map(Candidate::Choice).collect())
        }
        (_, Some((command, rest))) => Meaning::Command(command, rest),
        (Near::One(choice, _), None) => taken(choice),
        // Who examines what no choice is about wants a look, and takes nothing.
        (Near::Some(_), None) if typed.len() > 1 && matches!(&*typed[0], "examine" | "inspect" | "x") => {
            Meaning::Unknown
        }
        (Near::Some(several), None) => Meaning::Which(several.into_iter().map(Candidate::Choice).collect()),
        (Near::None, None) => match (exact, sayings::misspelt(&typed)) {
            // A question about something that no page tells: the notebook says so.
            (Some((command, rest)), _) if command.names[0] == "what is" => Meaning::Command(command, rest),
            (_, Some(command)) if sayings::only_shows(command) && line.len() > 5 => {
                Meaning::Command(command, String::new())
            }
            (_, Some(command)) => Meaning::Which(vec![Candidate::Command(command)]),
            // A word that says nothing elsewhere may be the one that the player reads in a label.
            (_, None) => match known.reading(&typed) {
                reading if reading.len() == 1 => {
                    Meaning::Which(reading.into_iter().map(Candidate::Choice).collect())
                }
                _ => Meaning::Unknown,
            },
        },
    }
}

/// The choice of this id, as playthroughs name it; `None` where the line is no id.
pub fn by_id(story: &Story, choices: &[ShownChoice], line: &str) -> Option<Meaning> {
    with_id(story, choices, line.trim()).map(taken)
}

/// An id may be a number in words; a command or a number is none.
fn with_id<'c, 's>(story: &Story, choices: &'c [ShownChoice<'s>], line: &str) -> Option<&'c ShownChoice<'s>> {
    let id = choices.iter().find(|choice| story.str(story.choice(choice.id).id) == line);
    id.filter(|_| command(line).is_none() && line.parse::<u32>().is_err())
}

/// What a line means where the story has ended, and only commands are left.
pub fn understand_at_end(story: &Story, line: &str, numbered: &[&str]) -> Meaning {
    let line = line.trim();
    if line.is_empty() {
        return Meaning::Nothing;
    }
    let typed = split(line);
    if let Some(number) = number(&typed) {
        let word = (number as usize).checked_sub(1).and_then(|index| numbered.get(index));
        return match word.and_then(|word| command(word)) {
            Some((command, rest)) => Meaning::Command(command, rest),
            None => Meaning::NoSuchNumber(number),
        };
    }
    if matches!(&*typed, [word] if word == "again") {
        return command("restart")
            .map_or(Meaning::Unknown, |(command, rest)| Meaning::Command(command, rest));
    }
    match command(line)
        .map(|(command, rest)| (command, sayings::argument(command, rest)))
        .filter(|(command, rest)| command.names[0] == "what is" || sayings::suits(story, command, rest))
        .or_else(|| sayings::said(story, line, &typed))
    {
        Some((command, rest)) => Meaning::Command(command, rest),
        None => match sayings::misspelt(&typed) {
            Some(command) => Meaning::Which(vec![Candidate::Command(command)]),
            None => Meaning::Unknown,
        },
    }
}

/// Whether a line says yes to a question that was asked back; `None` when it says neither.
pub fn yes_or_no(line: &str) -> Option<bool> {
    match &*line.trim().trim_end_matches(['.', '!']).to_lowercase() {
        "y" | "yes" | "yeah" | "yep" | "ok" | "okay" | "sure" | "right" | "yes please" | "that one" => {
            Some(true)
        }
        "n" | "no" | "nope" | "neither" | "none" | "no thanks" => Some(false),
        _ => None,
    }
}

fn taken(choice: &ShownChoice) -> Meaning {
    if choice.locked.is_some() { Meaning::Locked(choice.id) } else { Meaning::Choice(choice.id) }
}

fn by_number(known: &Known, typed: &[String]) -> Option<Meaning> {
    let shown = |number: u32| known.choices.iter().find(|choice| u32::from(choice.number) == number);
    let several = numbers::several(typed);
    let mut named: Vec<_> = several.iter().filter_map(|number| shown(*number)).collect();
    if several.len() > 1 && named.len() == several.len() {
        // `1 1` is one choice, and still two moves that were not asked for.
        let mut numbers = Vec::new();
        named.retain(|choice| {
            let new = !numbers.contains(&choice.number);
            numbers.push(choice.number);
            new
        });
        return Some(Meaning::Which(
            named.iter().take(MOST_ASKED).map(|choice| Candidate::Choice(choice.id)).collect(),
        ));
    }
    let wanted = number(typed)?;
    // A choice may have the number in its words: `two` of `Turn to page two`, `300`.
    let owners: Vec<&ShownChoice> = match typed {
        [word] => known
            .choices
            .iter()
            .zip(&known.words)
            .filter(|(_, words)| words.iter().any(|own| own == word))
            .map(|(choice, _)| choice)
            .collect(),
        _ => Vec::new(),
    };
    let digits = typed.iter().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    Some(match (shown(wanted), owners.as_slice()) {
        (Some(choice), _) if digits => taken(choice),
        (Some(choice), []) => taken(choice),
        (Some(choice), [one]) if one.id == choice.id => taken(choice),
        (None, [one]) => taken(one),
        // `number 12` may stand in a label.
        (None, []) if digits && known.labelled(typed).is_some() => return None,
        (None, []) if digits => Meaning::NoSuchNumber(wanted),
        // A number in words that no choice has may be a part of something else.
        (None, []) => return None,
        (choice, owners) => {
            let mut ids: Vec<ChoiceId> = choice.iter().map(|choice| choice.id).collect();
            ids.extend(owners.iter().map(|choice| choice.id));
            ids.dedup();
            Meaning::Which(ids.into_iter().take(MOST_ASKED).map(Candidate::Choice).collect())
        }
    })
}

/// The choices at hand and the words under which each is found.
struct Known<'c> {
    choices: &'c [ShownChoice<'c>],
    words: Vec<Vec<String>>,
    /// The words of the labels alone, which the player sees.
    seen: Vec<Vec<String>>,
    ids: Vec<&'c str>,
}

/// What a line comes near to.
enum Near<'c> {
    None,
    /// One choice; true if every word that says something is one of its own.
    One(&'c ShownChoice<'c>, bool),
    /// These, or this one but not surely.
    Some(Vec<ChoiceId>),
}

impl<'c> Known<'c> {
    fn new(story: &'c Story, choices: &'c [ShownChoice<'c>]) -> Known<'c> {
        let words = choices.iter().map(|choice| words_of(story, choice)).collect();
        let seen = choices.iter().map(|choice| split(&choice.label)).collect();
        let ids = choices.iter().map(|choice| story.str(story.choice(choice.id).id)).collect();
        Known { choices, words, seen, ids }
    }

    /// The only choice whose label the line is, word by word, or a piece of two words or more.
    fn labelled(&self, typed: &[String]) -> Option<&'c ShownChoice<'c>> {
        let only = |suits: &dyn Fn(Vec<String>) -> bool| {
            let mut found = self.choices.iter().filter(|choice| suits(split(&choice.label)));
            found.next().filter(|_| found.next().is_none())
        };
        let piece = typed.len() > 1 && typed.iter().any(|word| kind(word) == Kind::Content);
        only(&|label| label == typed)
            .or_else(|| only(&|label| piece && label.windows(typed.len()).any(|part| part == typed)))
    }

    /// The only choice with this word in its label, if it is another one than that.
    fn read_elsewhere(&self, word: &str, than: ChoiceId) -> Option<&'c ShownChoice<'c>> {
        let mut readers = self
            .choices
            .iter()
            .zip(&self.seen)
            .filter(|(_, seen)| seen.iter().any(|own| own == word))
            .map(|(choice, _)| choice);
        readers.next().filter(|choice| choice.id != than && readers.next().is_none())
    }

    /// Whether the player reads a word, or a form of it, in a label.
    fn sees(&self, index: usize, word: &str) -> bool {
        kind(word) != Kind::Filler && self.seen[index].iter().any(|own| likeness(word, own) >= Likeness::Form)
    }

    /// The only choice whose label has all words of the line, three or more, whoever is spoken of:
    /// `what would you do` for `Ask what she would do in your place`.
    fn worded(&self, typed: &[String]) -> Option<usize> {
        let said: Vec<&String> = typed.iter().filter(|word| !words::is_pronoun(word)).collect();
        if said.len() < 3 {
            return None;
        }
        let mut having = (0..self.seen.len())
            .filter(|index| said.iter().all(|word| self.seen[*index].iter().any(|own| own == *word)));
        having.next().filter(|_| having.next().is_none())
    }

    /// The choices that have a word as it stands in their labels.
    fn reading(&self, typed: &[String]) -> Vec<ChoiceId> {
        let [word] = typed else { return Vec::new() };
        let reads = |seen: &Vec<String>| seen.iter().any(|own| own == word);
        let mut ids: Vec<ChoiceId> =
            self.choices.iter().zip(&self.seen).filter(|(_, seen)| reads(seen)).map(|(c, _)| c.id).collect();
        ids.truncate(MOST_ASKED);
        ids
    }

    fn near(&self, typed: &[String]) -> Near<'c> {
        let whole = self.weigh(typed);
        // Two things at once are two questions.
        let parts: Vec<Near> = typed
            .split(|word| matches!(&**word, "and" | "then" | "or" | "also"))
            .filter(|part| !part.is_empty())
            .map(|part| self.weigh(part))
            .collect();
        let mut each: Vec<ChoiceId> = Vec::new();
        for part in &parts {
            if let Near::One(choice, _) = part
                && !each.contains(&choice.id)
            {
                each.push(choice.id);
            }
        }
        if each.len() > 1 {
            each.truncate(MOST_ASKED);
            return Near::Some(each);
        }
        whole
    }

    /// Weighs the words of a line for each choice.
    fn weigh(&self, typed: &[String]) -> Near<'c> {
        let negated = typed.iter().any(|word| words::negates(word));
        let mut content = typed.iter().filter(|word| kind(word) == Kind::Content).count();
        let mut said = 0;
        let mut scores = vec![0.0f64; self.choices.len()];
        let mut hits = vec![0usize; self.choices.len()];
        let mut first = vec![false; self.choices.len()];
        let mut own = vec![0usize; self.choices.len()];
        let mut before = true;
        let has_seen: Vec<bool> =
            (0..self.choices.len()).map(|index| typed.iter().any(|word| self.sees(index, word))).collect();
        for word in typed {
            let weight = match kind(word) {
                // An author may give a choice even such a word.
                Kind::Filler if self.words.iter().any(|own| own.contains(word)) => 0.3,
                Kind::Filler => continue,
                Kind::Light => 0.3,
                Kind::Content => 1.0,
            };
            let likes: Vec<Likeness> = self
                .words
                .iter()
                .map(|own| own.iter().map(|own| likeness(word, own)).max().unwrap_or(Likeness::None))
                .collect();
            let best = likes.iter().copied().max().unwrap_or(Likeness::None);
            // What the player sees goes before the words that the author added behind it.
            let seen: Vec<bool> = (0..likes.len()).map(|index| self.sees(index, word)).collect();
            let any_seen = seen.contains(&true);
            let leads = before;
            before = false;
            if best == Likeness::None && words::is_misspelt_filler(word) {
                content -= usize::from(weight == 1.0);
                continue;
            }
            said += 1;
            if best == Likeness::None {
                continue;
            }
            // Where a word is found as it stands, what only looks like it is not meant.
            let meant = |index: usize| match any_seen {
                true => seen[index] || (has_seen[index] && likes[index] >= Likeness::Form),
                false => likes[index] == best,
            };
            let alike = (0..likes.len()).filter(|index| meant(*index)).count() as f64;
            for (index, like) in likes.iter().enumerate() {
                if !meant(index) {
                    // Only behind the label: enough to come near, never to win.
                    if any_seen && *like >= Likeness::Form {
                        scores[index] += weight * BEHIND;
                    }
                    continue;
                }
                scores[index] += weight * like.worth() / alike.sqrt();
                hits[index] += usize::from(weight == 1.0);
                first[index] |= leads;
                own[index] += usize::from(*like >= Likeness::Form);
                // The id is the author's own word for it.
                scores[index] += if self.ids[index] == *word { 0.3 } else { 0.0 };
            }
        }
        // `says cat to everything` is nearer to what says so than to what says no cat.
        for (score, choice) in scores.iter_mut().zip(self.choices) {
            if content > 1 && !negated && split(&choice.label).iter().any(|word| words::negates(word)) {
                *score *= 0.65;
            }
        }
        let Some((best, score)) =
            scores.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        else {
            return Near::None;
        };
        // Words that suit many things say nothing beside one that suits none.
        if score <= 0.0 || (content > 0 && hits[best] == 0) {
            return match self.worded(typed) {
                Some(index) => Near::One(&self.choices[index], true),
                None => Near::None,
            };
        }
        let mut rivals: Vec<usize> =
            (0..scores.len()).filter(|index| *index != best && scores[*index] >= RIVAL * score).collect();
        rivals.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
        let choice = &self.choices[best];
        if !rivals.is_empty() {
            // Where one of them has all that was said in its label, the small words decide.
            let worded = self.worded(typed);
            if let Some(index) = worded.filter(|index| *index == best || rivals.contains(index)) {
                return Near::One(&self.choices[index], true);
            }
            let ids = std::iter::once(best).chain(rivals).take(MOST_ASKED);
            return Near::Some(ids.map(|index| self.choices[index].id).collect());
        }
        // Most of what was said speaks for it; where it is half, the half that says what to do.
        let enough = hits[best] * 2 > content
            || (hits[best] * 2 == content
                && (content == 0 || first[best] || kind(&typed[0]) != Kind::Content));
        let contrary = negated && !self.words[best].iter().any(|word| words::negates(word));
        // A question about a place is no wish to go there, unless the choice asks it.
        let where_from = typed[0] == "where" && !self.sees(best, "where") && self.ids[best] != "where";
        if enough && !contrary && !where_from {
            Near::One(choice, own[best] == said)
        } else {
            Near::Some(vec![choice.id])
        }
    }
}

/// All words under which a choice is found: of its label, its id, and those the author added.
fn words_of(story: &Story, shown: &ShownChoice) -> Vec<String> {
    let choice = story.choice(shown.id);
    let mut words = split(&shown.label);
    words.retain(|word| kind(word) != Kind::Filler);
    words.extend(split(story.str(choice.id)));
    words.extend(choice.words.iter().flat_map(|word| split(story.str(*word))));
    words.sort();
    words.dedup();
    words
}

/// Warnings for choices that no word of their own can take, since each of their words is a command.
pub fn shadowed(story: &Story) -> Vec<Diagnostic> {
    let Ok(step) = engine::begin(story) else { return Vec::new() };
    let telling = engine::Telling::new(story, 0);
    let mut found = Vec::new();
    for (i, choice) in story.choices.iter().enumerate() {
        let label = engine::paragraph(story, choice.label, &step.state, &telling);
        let shown = ShownChoice { id: ChoiceId(i as u32), number: 1, label, locked: None };
        let words: Vec<String> =
            words_of(story, &shown).into_iter().filter(|word| kind(word) == Kind::Content).collect();
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

//! What is shown, as a value: paragraphs, pictures, choices. No width, no colour.

use super::condition::holds_in_prose;
use super::{Offer, Offered, State, offer, offers};
use crate::labs::{Asked, Lab, Report, Unit, Value};
use crate::story::{
    ChoiceId, FactId, FactKind, FigureRef, Format, FormatKind, Part, Quantity, Run, SceneId, Segment,
    SpeakerId, Story, Str, Style, Text, Way,
};
use crate::text;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;

/// What showing needs beyond the state; none of it decides anything.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// The game's seed, which picks variants.
    pub seed: u32,
    /// How often each scene was entered, by [`SceneId`].
    pub visits: Vec<u16>,
    /// The latest report of each lab, by [`Lab`].
    pub reports: [Option<Rc<Report>>; 3],
    /// What was asked of each lab before its experiment, by [`Lab`].
    pub asked: [Option<Rc<Asked>>; 3],
}

impl Telling {
    /// A telling of a game that has not begun.
    pub fn new(story: &Story, seed: u32) -> Telling {
        Telling { seed, visits: vec![0; story.scenes.len()], ..Telling::default() }
    }

    /// Counts an entry of a scene.
    pub fn enter(&mut self, scene: SceneId) {
        if let Some(visits) = self.visits.get_mut(scene.index()) {
            *visits = visits.saturating_add(1);
        }
    }

    /// Asks every lab what is known before its experiment, at the knobs of a state.
    pub fn ask(&mut self, story: &Story, state: &State, seed: u32) {
        for lab in Lab::ALL {
            let setting = super::setting(story, state, lab);
            self.asked[lab as usize] = Some(Rc::new(lab.ask(&setting, seed.into())));
        }
    }

    /// A figure, where it was measured.
    pub fn figure(&self, figure: FigureRef) -> Option<Value> {
        let (lab, index) = (figure.lab as usize, usize::from(figure.index));
        if figure.early {
            self.asked[lab].as_ref()?.figures.get(index).copied().flatten()
        } else {
            self.reports[lab].as_ref()?.figures.get(index).copied()
        }
    }
}

/// A piece of what is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Block<'s> {
    /// A paragraph.
    Paragraph {
        /// Who says it.
        speaker: Option<SpeakerId>,
        /// How it is set.
        style: Style,
        /// The words.
        text: Cow<'s, str>,
    },
    /// A drawing.
    Picture {
        /// The rows, with line ends between.
        rows: Cow<'s, str>,
        /// In words.
        described: Cow<'s, str>,
    },
}

impl Block<'_> {
    /// The same, free of the game it was told in.
    pub fn into_owned(self) -> Block<'static> {
        match self {
            Block::Paragraph { speaker, style, text } => {
                Block::Paragraph { speaker, style, text: Cow::Owned(text.into_owned()) }
            }
            Block::Picture { rows, described } => Block::Picture {
                rows: Cow::Owned(rows.into_owned()),
                described: Cow::Owned(described.into_owned()),
            },
        }
    }
}

/// What is shown of a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene<'s> {
    /// Which scene it is.
    pub id: SceneId,
    /// What is told.
    pub blocks: Vec<Block<'s>>,
    /// What the player can take; empty where something else is offered.
    pub choices: Vec<ShownChoice<'s>>,
    /// What can happen next.
    pub offer: Offer,
}

/// A choice as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownChoice<'s> {
    /// Which.
    pub id: ChoiceId,
    /// What to type: a scene's own count from 1, the first one offered anywhere is 0.
    pub number: u16,
    /// The label.
    pub label: Cow<'s, str>,
    /// Why it is not open.
    pub locked: Option<Cow<'s, str>>,
}

impl ShownChoice<'_> {
    /// The same, free of the game it was shown in.
    pub fn into_owned(self) -> ShownChoice<'static> {
        ShownChoice {
            id: self.id,
            number: self.number,
            label: Cow::Owned(self.label.into_owned()),
            locked: self.locked.map(|reason| Cow::Owned(reason.into_owned())),
        }
    }
}

/// All that is shown of a state.
pub fn show<'s>(story: &'s Story, state: &State, telling: &Telling) -> Scene<'s> {
    let mut scene = Scene {
        id: state.scene(story),
        blocks: Vec::with_capacity(4),
        choices: Vec::with_capacity(6),
        offer: Offer::Choose(SmallVec::new()),
    };
    show_in(story, state, telling, &mut scene);
    scene
}

/// As [`show`], in the place of what was shown before.
pub fn show_in<'s>(story: &'s Story, state: &State, telling: &Telling, scene: &mut Scene<'s>) {
    scene.id = state.scene(story);
    scene.blocks.clear();
    scene.choices.clear();
    let here = story.scene(scene.id);
    tell(story, here.text, state, telling, &mut scene.blocks);
    if !matches!(here.way, Way::Choices(_)) {
        scene.offer = offer(story, state);
        return;
    }
    if !matches!(scene.offer, Offer::Choose(_)) {
        scene.offer = Offer::Choose(SmallVec::new());
    }
    let Scene { choices, offer: Offer::Choose(offered), .. } = scene else { return };
    offered.clear();
    let mut next = 1;
    let mut zero = true;
    offers(story, state.words(), |id, open| {
        offered.push(Offered { choice: id, open });
        let choice = story.choice(id);
        let number = if id.0 >= story.anywhere.start && std::mem::take(&mut zero) {
            0
        } else {
            next += 1;
            next - 1
        };
        add(choices, || {
            let label = paragraph(story, choice.label, state, telling);
            ShownChoice { id, number, label, locked: None }
        });
        if let (Some(locked), false, Some(shown)) = (&choice.locked, open, choices.last_mut()) {
            shown.locked = Some(paragraph(story, locked.1, state, telling));
        }
    });
}

/// A text of one paragraph: a label, a reason.
#[inline(always)]
pub fn paragraph<'s>(story: &'s Story, text: Text, state: &State, telling: &Telling) -> Cow<'s, str> {
    match story.parts(text) {
        [Part::Paragraph { segments, literal, .. }] => words(story, *segments, *literal, state, telling),
        _ => Cow::Borrowed(""),
    }
}

/// Tells a text in a state.
#[inline]
pub fn tell<'s>(story: &'s Story, text: Text, state: &State, telling: &Telling, out: &mut Vec<Block<'s>>) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { speaker, style, joins: false, segments, literal, .. } => {
                add(out, || {
                    let text = words(story, *segments, *literal, state, telling);
                    Block::Paragraph { speaker: *speaker, style: *style, text }
                });
            }
            _ => tell_part(story, part, state, telling, out),
        }
    }
}

/// Adds what is made, in its place. What is pushed is made on the stack first, since making room for it can
/// fail; to copy it from there as soon as it is written took a third of the time to show a choice.
#[inline(always)]
fn add<T>(list: &mut Vec<T>, make: impl FnOnce() -> T) {
    list.extend(std::iter::once_with(make));
}

/// Tells a part of any kind.
fn tell_part<'s>(
    story: &'s Story,
    part: &'s Part,
    state: &State,
    telling: &Telling,
    out: &mut Vec<Block<'s>>,
) {
    match part {
        Part::Paragraph { speaker, style, joins, segments, literal, .. } => {
            let text = words(story, *segments, *literal, state, telling);
            match out.last_mut() {
                Some(Block::Paragraph { text: before, style: Style::Prose, .. }) if *joins => {
                    let before = before.to_mut();
                    before.push(' ');
                    before.push_str(&text);
                }
                _ => out.push(Block::Paragraph { speaker: *speaker, style: *style, text }),
            }
        }
        Part::Picture { rows, described, .. } => out.push(Block::Picture {
            rows: Cow::Borrowed(story.str(*rows)),
            described: Cow::Borrowed(story.str(*described)),
        }),
        Part::LabPicture { lab, index, early, .. } => {
            out.push(lab_picture(telling, *lab, usize::from(*index), *early));
        }
        Part::When { .. } | Part::OneOf { .. } => {
            tell(story, picked(story, part, state, telling), state, telling, out);
        }
    }
}

/// The paragraphs and pictures of a text that are told in a state, in order: of each choice between
/// texts the one that is picked.
pub fn told_parts<'s>(
    story: &'s Story,
    text: Text,
    state: &State,
    telling: &Telling,
    each: &mut dyn FnMut(&'s Part),
) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { .. } | Part::Picture { .. } | Part::LabPicture { .. } => each(part),
            Part::When { .. } | Part::OneOf { .. } => {
                told_parts(story, picked(story, part, state, telling), state, telling, each);
            }
        }
    }
}

/// Of a choice between texts the one that is told.
fn picked(story: &Story, part: &Part, state: &State, telling: &Telling) -> Text {
    match part {
        Part::When { when, text, otherwise, .. } => {
            if holds_in_prose(story, when, state.words(), Some(telling)) { *text } else { *otherwise }
        }
        Part::OneOf { label, variants, in_turn, .. } => {
            let texts = story.variants(*variants);
            let scene = state.scene(story);
            let visits = u64::from(telling.visits.get(scene.index()).copied().unwrap_or(0).max(1));
            let pick = if *in_turn {
                (visits as usize - 1).min(texts.len().saturating_sub(1))
            } else {
                let mut key = [0u8; 24];
                key[..4].copy_from_slice(&telling.seed.to_le_bytes());
                key[8..16].copy_from_slice(&label.to_le_bytes());
                key[16..].copy_from_slice(&visits.to_le_bytes());
                let name = xxhash_rust::xxh3::xxh3_64(story.str(story.scene(scene).name).as_bytes());
                (xxhash_rust::xxh3::xxh3_64_with_seed(&key, name) % texts.len().max(1) as u64) as usize
            };
            texts.get(pick).copied().unwrap_or_default()
        }
        Part::Paragraph { .. } | Part::Picture { .. } | Part::LabPicture { .. } => Text::default(),
    }
}

fn lab_picture(telling: &Telling, lab: Lab, index: usize, early: bool) -> Block<'static> {
    let picture = if early {
        telling.asked[lab as usize].as_ref().and_then(|asked| asked.pictures.get(index)?.as_ref())
    } else {
        telling.reports[lab as usize].as_ref().and_then(|report| report.pictures.get(index))
    };
    match picture {
        Some(picture) => Block::Picture {
            rows: Cow::Owned(picture.rows.join("\n")),
            described: Cow::Owned(picture.described.clone()),
        },
        None => Block::Paragraph {
            speaker: None,
            style: Style::Prose,
            text: Cow::Borrowed("(A picture that was not drawn here.)"),
        },
    }
}

/// The words of a paragraph; borrowed where they are always the same.
#[inline(always)]
fn words<'s>(
    story: &'s Story,
    segments: Run,
    literal: Option<Str>,
    state: &State,
    telling: &Telling,
) -> Cow<'s, str> {
    match literal {
        Some(words) => Cow::Borrowed(story.str(words)),
        None => Cow::Owned(written(story, story.segments(segments), state, telling)),
    }
}

#[inline(never)]
fn written(story: &Story, segments: &[Segment], state: &State, telling: &Telling) -> String {
    let mut out = String::with_capacity(if segments.is_empty() { 0 } else { 128 });
    for segment in segments {
        write_segment(story, segment, state, telling, &mut out);
    }
    out
}

fn write_segment(story: &Story, segment: &Segment, state: &State, telling: &Telling, out: &mut String) {
    match segment {
        Segment::Literal(text) => out.push_str(story.str(*text)),
        Segment::Fact(fact, format) => write_fact(story, *fact, *format, state, out),
        Segment::Either(fact, yes, no) => {
            out.push_str(story.str(if state.raw(story, *fact) == 1 { *yes } else { *no }))
        }
        Segment::Each(fact, texts) => {
            if let Some(text) = texts.get(state.raw(story, *fact) as usize) {
                out.push_str(story.str(*text));
            }
        }
        Segment::Plural(quantity, one, many) => {
            let number = match quantity {
                Quantity::Fact(fact) => Some(number_of(story, *fact, state)),
                Quantity::Figure(figure) => match telling.figure(*figure) {
                    Some(Value::Whole(n)) => Some(n),
                    Some(Value::Real(x)) => Some(x.round() as i64),
                    Some(Value::Name(_)) | None => None,
                },
            };
            write_plural(story, number, *one, *many, out);
        }
        Segment::Figure(figure, format) => write_figure(*figure, *format, telling, out),
    }
}

fn number_of(story: &Story, fact: FactId, state: &State) -> i64 {
    let raw = i64::from(state.raw(story, fact));
    match story.fact(fact).kind {
        FactKind::Range { from, .. } => raw + i64::from(from),
        _ => raw,
    }
}

fn write_plural(story: &Story, number: Option<i64>, one: Str, many: Str, out: &mut String) {
    let form = story.str(if number == Some(1) { one } else { many });
    let mut rest = form;
    while let Some(at) = rest.find('#') {
        out.push_str(&rest[..at]);
        let words = rest[at + 1..].starts_with('#');
        match number {
            Some(number) if words => out.push_str(&text::in_words(number)),
            Some(number) => out.push_str(&text::digits(number)),
            None => out.push_str(NOT_MEASURED),
        }
        rest = &rest[at + 1 + usize::from(words)..];
    }
    out.push_str(rest);
}

const NOT_MEASURED: &str = "(not measured here)";

fn write_fact(story: &Story, fact: FactId, format: Format, state: &State, out: &mut String) {
    let raw = state.raw(story, fact) as usize;
    match &story.fact(fact).kind {
        FactKind::OneOf(names) | FactKind::Steps { by_base: names, .. } => {
            capitalised(names.get(raw).map_or("", |name| story.str(*name)), format.capital, out);
        }
        FactKind::Range { .. } | FactKind::Flag => {
            let n = number_of(story, fact, state);
            let cents = if format.kind == FormatKind::Money { n.saturating_mul(100) } else { n };
            capitalised(&write_number(cents, format.kind), format.capital, out);
        }
    }
}

fn write_number(n: i64, kind: FormatKind) -> String {
    match kind {
        FormatKind::Plain => text::digits(n),
        FormatKind::Words => text::in_words(n),
        FormatKind::Ordinal => text::ordinal(n),
        FormatKind::Clock => text::clock(n),
        FormatKind::Span(base) => text::span(n - i64::from(base)),
        FormatKind::Money => text::money(n),
    }
}

fn write_figure(figure: FigureRef, format: Format, telling: &Telling, out: &mut String) {
    let unit =
        figure.lab.signature().figures.get(usize::from(figure.index)).map_or(Unit::Count, |spec| spec.unit);
    match telling.figure(figure) {
        None => out.push_str(NOT_MEASURED),
        Some(Value::Name(name)) => capitalised(name, format.capital, out),
        Some(Value::Whole(n)) => capitalised(&write_number(n, format.kind), format.capital, out),
        Some(Value::Real(x)) => match (format.kind, unit) {
            (FormatKind::Plain, _) | (FormatKind::Clock | FormatKind::Span(_), _) => write_real(x, unit, out),
            (kind, _) => capitalised(&write_number(x.round() as i64, kind), format.capital, out),
        },
    }
}

/// A measured real number, with the digits that its unit deserves.
fn write_real(x: f64, unit: Unit, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match unit {
        Unit::Share => write!(out, "{:.1}\u{A0}%", x * 100.0),
        Unit::Points if x.abs() >= 1000.0 => write!(out, "{}", text::digits(x.round() as i64)),
        Unit::Points => write!(out, "{x:.1}"),
        Unit::Levels => write!(out, "{x:.0}"),
        Unit::Moves => write!(out, "{x:.1}"),
        Unit::Count | Unit::Name => write!(out, "{x:.1}"),
    };
}

fn capitalised(text: &str, capital: bool, out: &mut String) {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if capital => {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
        _ => out.push_str(text),
    }
}

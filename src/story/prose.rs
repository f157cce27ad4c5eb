//! Texts: from prose as it was written to paragraphs, speakers, values and pictures.

use super::diagnostic::{Code, Diagnostic};
use super::resolve::Resolver;
use super::written::{self, Prose, Special};
use super::{
    FactId, FactKind, FigureRef, Format, FormatKind, Part, Quantity, Run, Segment, Span, Str, Style, Text,
};
use crate::labs::{Lab, Unit};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// Widest row of a picture, in columns.
pub const WIDEST: usize = 72;

impl<'a> Resolver<'a> {
    /// A text; `place` is where to point when the prose holds escapes and has no place of its own.
    pub(super) fn text(&mut self, text: &written::Text<'a>, place: Span) -> Text {
        let mut parts = Vec::with_capacity(text.0.len());
        for part in &text.0 {
            match part {
                written::Part::Prose(prose) => self.paragraphs(prose, place, &mut parts),
                written::Part::Special(special) => self.special(special, place, &mut parts),
            }
        }
        let start = self.story.parts.len() as u32;
        self.story.parts.append(&mut parts);
        Text(Run { start, end: self.story.parts.len() as u32 })
    }

    /// A text of one line: a label, a reason.
    pub(super) fn line(&mut self, prose: &Prose<'a>, place: Span) -> Text {
        let span = self.prose_span(prose, place);
        self.check_escapes(prose, span);
        let segments = self.segments(prose.0.trim(), false, span);
        let start = self.story.parts.len() as u32;
        self.story.parts.push(Part::Paragraph {
            speaker: None,
            style: Style::Prose,
            joins: false,
            segments,
            literal: self.literal(segments),
            span,
        });
        Text(Run { start, end: start + 1 })
    }

    fn special(&mut self, special: &Special<'a>, place: Span, parts: &mut Vec<Part>) {
        let Special { when, text, otherwise, label, one_of, in_turn, lines, picture, described, picture_of } =
            special;
        let span = label
            .or(*picture_of)
            .map(|name| self.span(name))
            .or_else(|| lines.as_ref().or(picture.as_ref()).map(|prose| self.prose_span(prose, place)))
            .or_else(|| text.as_ref().and_then(|text| self.text_span(text)))
            .unwrap_or(place);
        match (when, text, one_of, in_turn, lines, picture, picture_of) {
            (Some(when), Some(text), None, None, None, None, None) if label.is_none() && described.is_none() => {
                let when = Box::new(self.condition(when, true));
                let text = self.text(text, span);
                let otherwise = otherwise.as_ref().map_or(Text::default(), |text| self.text(text, span));
                parts.push(Part::When { when, text, otherwise, span });
            }
            (None, None, Some(variants), None, None, None, None) | (None, None, None, Some(variants), None, None, None)
                if described.is_none() && otherwise.is_none() =>
            {
                let Some(label) = label else {
                    self.fault(
                        Diagnostic::new(Code::TextPart, span, "variants need a label, unique in their scene")
                            .help("write `(label: \"name\", one_of: [..])`"),
                    );
                    return;
                };
                if variants.is_empty() {
                    self.fault(Diagnostic::new(Code::TextPart, span, format!("`{label}` has no variants")));
                }
                if self.labels.contains(label) {
                    self.fault(
                        Diagnostic::new(Code::Duplicate, span, format!("two lists of variants of one scene have the label `{label}`"))
                            .help("give one of them another label: it decides which variant the seed picks"),
                    );
                }
                self.labels.push(label);
                let texts: Vec<Text> = variants.iter().map(|text| self.text(text, span)).collect();
                let start = self.story.variants.len() as u32;
                self.story.variants.extend(texts);
                let variants = Run { start, end: self.story.variants.len() as u32 };
                let label = xxhash_rust::xxh3::xxh3_64(label.as_bytes());
                parts.push(Part::OneOf { label, variants, in_turn: in_turn.is_some(), span });
            }
            (None, None, None, None, Some(lines), None, None)
                if label.is_none() && described.is_none() && otherwise.is_none() =>
            {
                self.check_escapes(lines, span);
                let block = dedent(&lines.0);
                self.check_block(&block, span);
                let segments = self.segments(&block, true, span);
                let literal = self.literal(segments);
                parts.push(Part::Paragraph { speaker: None, style: Style::Lines, joins: false, segments, literal, span });
            }
            (None, None, None, None, None, Some(picture), None) if label.is_none() && otherwise.is_none() => {
                self.check_escapes(picture, span);
                let rows = dedent(&picture.0);
                self.check_block(&rows, span);
                if let Some(row) = rows.lines().find(|row| row.width() > WIDEST) {
                    self.fault(
                        Diagnostic::new(Code::Picture, span, format!("a row of this picture is {} columns wide", row.width()))
                            .help(format!("a picture may be {WIDEST} columns wide, so that it fits every terminal")),
                    );
                }
                if described.as_ref().is_none_or(|words| words.0.trim().is_empty()) {
                    self.fault(
                        Diagnostic::new(Code::Picture, span, "a picture without a description")
                            .help("say in `described: \"..\"` what it shows, for who cannot see it"),
                    );
                }
                let rows = self.intern(&rows);
                let described = described.as_ref().map_or(Str::default(), |words| self.prose(words, span));
                parts.push(Part::Picture { rows, described, span });
            }
            (None, None, None, None, None, None, Some(name))
                if label.is_none() && described.is_none() && otherwise.is_none() =>
            {
                let Some((lab, early, of)) = self.lab_of(name, span) else { return };
                let Some(index) = lab.signature().pictures.iter().position(|picture| picture.name == of) else {
                    self.fault(
                        Diagnostic::new(Code::UnknownLab, span, format!("the lab `{}` draws no picture `{of}`", lab.signature().name))
                            .nearest(of, lab.signature().pictures.iter().map(|picture| picture.name)),
                    );
                    return;
                };
                if early && !lab.asks_picture(index) {
                    self.fault(Diagnostic::new(Code::UnknownLab, span, format!("`{of}` cannot be drawn before the experiment"))
                        .help(format!("write `{}.{of}` after it has run", lab.signature().name)));
                }
                self.asks |= u8::from(early) << lab as u8;
                self.draws |= u8::from(!early) << lab as u8;
                parts.push(Part::LabPicture { lab, index: index as u16, early, span });
            }
            _ => self.fault(
                Diagnostic::new(Code::TextPart, span, "a part of a text must be of one kind")
                    .help("`(when, text, otherwise)`, `(label, one_of)`, `(label, in_turn)`, `(lines)`, `(picture, described)` or `(picture_of)`"),
            ),
        }
    }

    /// Splits prose at blank lines; finds who speaks.
    fn paragraphs(&mut self, prose: &Prose<'a>, place: Span, parts: &mut Vec<Part>) {
        let span = self.prose_span(prose, place);
        self.check_escapes(prose, span);
        for paragraph in split_paragraphs(&prose.0) {
            let (joins, rest) = match paragraph.strip_prefix('+') {
                Some(rest) if rest.starts_with(char::is_whitespace) => (true, rest.trim_start()),
                _ => (false, paragraph),
            };
            let mut speaker = None;
            let mut said = rest;
            if let Some((name, speech)) = rest.split_once(':')
                && is_name(name)
                && speech.starts_with(char::is_whitespace)
                && name.starts_with(|c: char| c.is_ascii_lowercase())
            {
                match self.cast.get(name) {
                    Some(id) => {
                        speaker = Some(*id);
                        said = speech.trim_start();
                    }
                    None => {
                        let at = self.place(name).unwrap_or(span);
                        let names: Vec<&str> = self.cast.keys().copied().collect();
                        self.fault(
                            Diagnostic::new(
                                Code::UnknownSpeaker,
                                at,
                                format!("nobody in the cast is called `{name}`"),
                            )
                            .nearest(name, names),
                        );
                    }
                }
            }
            if speaker.is_none() {
                self.check_near_speaker(rest, span);
            }
            let at = self.place(paragraph).unwrap_or(span);
            let segments = self.segments(said, false, span);
            let literal = self.literal(segments);
            parts.push(Part::Paragraph { speaker, style: Style::Prose, joins, segments, literal, span: at });
        }
    }

    /// `Olw: Hm.` is prose as it stands; a capital word near to somebody of the cast was meant as a speech.
    fn check_near_speaker(&mut self, paragraph: &str, span: Span) {
        let Some((word, speech)) = paragraph.split_once(':') else { return };
        let count = word.chars().count();
        if !(3..=64).contains(&count)
            || !word.starts_with(char::is_uppercase)
            || !word.chars().all(char::is_alphabetic)
            || !speech.starts_with(char::is_whitespace)
        {
            return;
        }
        let small = word.to_lowercase();
        let near = self.story.cast.iter().map(|speaker| {
            let (key, name) = (self.story.str(speaker.key), self.story.str(speaker.name));
            let distance = |to: &str| strsim::damerau_levenshtein(&small, &to.to_lowercase());
            (distance(key).min(distance(name)), key.to_owned())
        });
        if let Some((distance, key)) = near.min()
            && distance <= count / 3
        {
            let at = self.place(word).unwrap_or(span);
            self.fault(
                Diagnostic::new(
                    Code::NearSpeaker,
                    at,
                    format!("`{word}:` begins no speech: nobody in the cast has the key `{word}`"),
                )
                .help(format!(
                    "did you mean `{key}:`? a speech begins with a key of the cast, in small letters"
                )),
            );
        }
    }

    /// Finds the values in a paragraph. `keep` keeps line ends; else white space is folded.
    fn segments(&mut self, text: &str, keep: bool, place: Span) -> Run {
        let mut found = Vec::new();
        let mut rest = text;
        let mut literal = self.story.arena.len();
        let mut folded = true;
        loop {
            let stop = memchr::memchr2(b'{', b'}', rest.as_bytes()).unwrap_or(rest.len());
            if keep {
                self.story.arena.push_str(&rest[..stop]);
            } else {
                fold(&rest[..stop], &mut self.story.arena, &mut folded);
            }
            rest = &rest[stop..];
            let Some(brace) = rest.chars().next() else { break };
            if rest[1..].starts_with(brace) {
                self.story.arena.push(brace);
                folded = false;
                rest = &rest[2..];
                continue;
            }
            let at = self.place(&rest[..1]).unwrap_or(place);
            let inner =
                (brace == '{').then(|| rest[1..].find(['{', '}']).map(|end| (&rest[1..=end], end))).flatten();
            let Some((inner, end)) = inner.filter(|(_, end)| rest[1 + end..].starts_with('}')) else {
                self.fault(
                    Diagnostic::new(Code::Braces, at, "this brace holds no value")
                        .help("a value is written `{name}`; a brace in prose is written twice, `{{` or `}}`"),
                );
                rest = &rest[1..];
                continue;
            };
            self.flush(&mut found, literal);
            if let Some(segment) = self.value(inner, at) {
                found.push(segment);
            }
            folded = false;
            literal = self.story.arena.len();
            rest = &rest[end + 2..];
        }
        if !keep {
            let end = self.story.arena.trim_end_matches(' ').len().max(literal);
            self.story.arena.truncate(end);
        }
        self.flush(&mut found, literal);
        let start = self.story.segments.len() as u32;
        self.story.segments.append(&mut found);
        Run { start, end: self.story.segments.len() as u32 }
    }

    /// The words of a paragraph that holds no values.
    fn literal(&self, segments: Run) -> Option<Str> {
        match self.story.segments(segments) {
            [Segment::Literal(words)] => Some(*words),
            _ => None,
        }
    }

    fn flush(&mut self, found: &mut Vec<Segment>, literal: usize) {
        let end = self.story.arena.len();
        if end > literal {
            found.push(Segment::Literal(Str { start: literal as u32, end: end as u32 }));
        }
    }

    /// What stands between braces.
    fn value(&mut self, inner: &str, place: Span) -> Option<Segment> {
        let span = self.place(inner).unwrap_or(place);
        let mut forms = inner.split('|');
        let head = forms.next().unwrap_or_default().trim();
        let forms: Vec<&str> = forms.collect();
        let (name, format) = match head.split_once(':') {
            Some((name, format)) => (name.trim(), format.trim()),
            None => (head, ""),
        };
        if name.contains(['.', '?']) {
            return self.figure_value(name, format, &forms, span);
        }
        let fact = self.fact_in_prose(name, span)?;
        if forms.is_empty() {
            let format = self.format(format, span)?;
            let fits = match (&self.story.facts[fact.index()].kind, format.kind) {
                (FactKind::Range { .. }, _) => true,
                (FactKind::OneOf(_) | FactKind::Steps { .. }, FormatKind::Plain) => true,
                (FactKind::Flag, _) | (FactKind::OneOf(_) | FactKind::Steps { .. }, _) => false,
            };
            if !fits {
                self.fault(
                    Diagnostic::new(Code::UnknownFormat, span, format!("this format does not suit `{name}`"))
                        .help(if matches!(self.story.facts[fact.index()].kind, FactKind::Flag) {
                            format!("a flag is written `{{{name}|when true|when false}}`")
                        } else {
                            format!(
                                "write `{{{name}}}`, or a text for each value: `{{{name}|value=text|..}}`"
                            )
                        }),
                );
                return None;
            }
            return Some(Segment::Fact(fact, format));
        }
        if !format.is_empty() {
            self.fault(Diagnostic::new(
                Code::UnknownFormat,
                span,
                "a format and texts to choose from cannot stand together",
            ));
            return None;
        }
        match &self.story.facts[fact.index()].kind {
            FactKind::Flag => {
                let [yes, no] = self.two_forms(&forms, name, "true|false", span)?;
                Some(Segment::Either(fact, yes, no))
            }
            FactKind::Range { .. } => {
                let [one, many] = self.two_forms(&forms, name, "one|# more", span)?;
                Some(Segment::Plural(Quantity::Fact(fact), one, many))
            }
            FactKind::OneOf(_) | FactKind::Steps { .. } => self.each_value(fact, name, &forms, span),
        }
    }

    /// `{metric|none=nothing|accuracy=accuracy}`: a text for each value.
    fn each_value(&mut self, fact: FactId, name: &str, forms: &[&str], span: Span) -> Option<Segment> {
        let raw: Vec<Str> = match &self.story.facts[fact.index()].kind {
            FactKind::OneOf(names) => names.clone(),
            FactKind::Steps { by_base, .. } => by_base.clone(),
            FactKind::Flag | FactKind::Range { .. } => return None,
        };
        let mut given: Vec<(&str, Str)> = Vec::new();
        for form in forms {
            let Some((value, text)) = form.split_once('=') else {
                self.fault(
                    Diagnostic::new(Code::UnknownFormat, span, format!("`{}` names no value", form.trim()))
                        .help(format!("a text for each value: `{{{name}|value=text|..}}`")),
                );
                return None;
            };
            let value = value.trim();
            if !raw.iter().any(|known| self.story.str(*known) == value) {
                let names: Vec<String> = raw.iter().map(|known| self.story.str(*known).to_owned()).collect();
                self.fault(
                    Diagnostic::new(Code::UnknownValue, span, format!("`{name}` is never `{value}`"))
                        .nearest(value, names.iter().map(String::as_str)),
                );
                return None;
            }
            let text = self.collapsed(text);
            given.push((value, text));
        }
        let mut texts = Vec::with_capacity(raw.len());
        for known in raw {
            let known = self.story.str(known).to_owned();
            match given.iter().find(|(value, _)| *value == known) {
                Some((_, text)) => texts.push(*text),
                None => {
                    self.fault(Diagnostic::new(
                        Code::UnknownValue,
                        span,
                        format!("no text for `{name}` being `{known}`"),
                    ));
                    return None;
                }
            }
        }
        Some(Segment::Each(fact, texts))
    }

    fn figure_value(&mut self, name: &str, format: &str, forms: &[&str], span: Span) -> Option<Segment> {
        let figure = self.figure(name, span)?;
        let unit = figure.lab.signature().figures[usize::from(figure.index)].unit;
        if !forms.is_empty() {
            if !matches!(unit, Unit::Count | Unit::Moves) {
                self.fault(Diagnostic::new(
                    Code::UnknownFormat,
                    span,
                    format!("`{name}` is not a number of things"),
                ));
                return None;
            }
            let [one, many] = self.two_forms(forms, name, "one|# more", span)?;
            return Some(Segment::Plural(Quantity::Figure(figure), one, many));
        }
        let format = self.format(format, span)?;
        let fits = match format.kind {
            FormatKind::Plain => true,
            FormatKind::Words | FormatKind::Ordinal | FormatKind::Money => {
                matches!(unit, Unit::Count | Unit::Moves)
            }
            FormatKind::Clock | FormatKind::Span(_) => false,
        };
        if !fits {
            self.fault(
                Diagnostic::new(Code::UnknownFormat, span, format!("this format does not suit `{name}`"))
                    .help(format!("write `{{{name}}}`: a figure carries its unit")),
            );
            return None;
        }
        Some(Segment::Figure(figure, format))
    }

    /// A figure by name: `crowd.found`, or `crowd?cats` before the experiment.
    pub(super) fn figure(&mut self, name: &str, span: Span) -> Option<FigureRef> {
        let (lab, early, of) = self.lab_of(name, span)?;
        let Some(index) = lab.signature().figures.iter().position(|figure| figure.name == of) else {
            self.fault(
                Diagnostic::new(
                    Code::UnknownLab,
                    span,
                    format!("the lab `{}` measures no `{of}`", lab.signature().name),
                )
                .nearest(of, lab.signature().figures.iter().map(|figure| figure.name)),
            );
            return None;
        };
        if early && !lab.asks_figure(index) {
            self.fault(
                Diagnostic::new(Code::UnknownLab, span, format!("`{of}` is not known before the experiment"))
                    .help(format!("write `{}.{of}` after it has run", lab.signature().name)),
            );
        }
        self.asks |= u8::from(early) << lab as u8;
        Some(FigureRef { lab, index: index as u16, early })
    }

    fn lab_of<'n>(&mut self, name: &'n str, span: Span) -> Option<(Lab, bool, &'n str)> {
        let Some((lab, of)) = name.split_once(['.', '?']) else {
            self.fault(
                Diagnostic::new(Code::UnknownLab, span, format!("`{name}` names no lab"))
                    .help("write `lab.name`, or `lab?name` for what is asked before the experiment"),
            );
            return None;
        };
        let early = name[lab.len()..].starts_with('?');
        self.lab(lab, span).map(|lab| (lab, early, of))
    }

    fn two_forms(&mut self, forms: &[&str], name: &str, sample: &str, span: Span) -> Option<[Str; 2]> {
        if let [first, second] = forms {
            return Some([self.collapsed(first), self.collapsed(second)]);
        }
        self.fault(
            Diagnostic::new(
                Code::UnknownFormat,
                span,
                format!("`{name}` takes two texts, not {}", forms.len()),
            )
            .help(format!("write `{{{name}|{sample}}}`")),
        );
        None
    }

    fn format(&mut self, format: &str, span: Span) -> Option<Format> {
        let (word, argument) = match format.split_once(' ') {
            Some((word, argument)) => (word, Some(argument.trim())),
            None => (format, None),
        };
        let capital = word.starts_with(|c: char| c.is_ascii_uppercase());
        let base = argument.map(|argument| argument.parse::<i32>());
        let kind = match (word.to_ascii_lowercase().as_str(), base) {
            ("", None) => FormatKind::Plain,
            ("words", None) => FormatKind::Words,
            ("ordinal", None) => FormatKind::Ordinal,
            ("clock", None) => FormatKind::Clock,
            ("money", None) => FormatKind::Money,
            ("span", None) => FormatKind::Span(0),
            ("span", Some(Ok(base))) => FormatKind::Span(base),
            _ => {
                self.fault(
                    Diagnostic::new(Code::UnknownFormat, span, format!("there is no format `{format}`"))
                        .nearest(word, ["words", "ordinal", "clock", "money", "span"]),
                );
                return None;
            }
        };
        Some(Format { kind, capital })
    }

    fn fact_in_prose(&mut self, name: &str, span: Span) -> Option<FactId> {
        if let Some(fact) = self.facts.get(name) {
            return Some(*fact);
        }
        let names: Vec<&str> = self.facts.keys().copied().collect();
        self.fault(
            Diagnostic::new(Code::UnknownFact, span, format!("there is no fact `{name}`"))
                .nearest(name, names),
        );
        None
    }

    /// Puts a string into the arena with its white space folded.
    pub(super) fn collapsed(&mut self, text: &str) -> Str {
        let start = self.story.arena.len() as u32;
        // Leading and trailing spaces of a form are part of it: `{a|, and|}`.
        let mut folded = false;
        fold(text, &mut self.story.arena, &mut folded);
        Str { start, end: self.story.arena.len() as u32 }
    }

    /// Prose folds tabs and carriage returns into spaces; where line ends are kept they would stay.
    fn check_block(&mut self, block: &str, span: Span) {
        if let Some(c) = block.chars().find(|c| matches!(c, '\t' | '\r')) {
            self.fault(
                Diagnostic::new(
                    Code::ControlCharacter,
                    span,
                    format!("the character U+{:04X} in a block whose lines are kept", u32::from(c)),
                )
                .help("write spaces: where a tab stops, each terminal decides for itself"),
            );
        }
    }

    pub(super) fn check_escapes(&mut self, prose: &Prose<'a>, span: Span) {
        // What stands in the file itself was looked at once, as bytes; escapes have to be looked at here.
        if let Cow::Owned(text) = &prose.0
            && let Some(c) = text.chars().find(|c| crate::text::is_hostile(*c) && *c != '\t' && *c != '\r')
        {
            self.fault(
                Diagnostic::new(
                    Code::ControlCharacter,
                    span,
                    format!("an escape makes the character U+{:04X}", u32::from(c)),
                )
                .help("leave it out: it would reach the player's terminal"),
            );
        }
    }

    pub(super) fn prose_span(&self, prose: &Prose<'a>, place: Span) -> Span {
        match &prose.0 {
            Cow::Borrowed(text) => self.place(text).unwrap_or(place),
            Cow::Owned(_) => place,
        }
    }

    fn text_span(&self, text: &written::Text<'a>) -> Option<Span> {
        text.0.iter().find_map(|part| match part {
            written::Part::Prose(Prose(Cow::Borrowed(text))) => self.place(text),
            _ => None,
        })
    }
}

/// True for a name: a letter, then letters, digits, `_`, `-`.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Runs of white space become one space. `folded`: a space before would be one too many.
fn fold(text: &str, out: &mut String, folded: &mut bool) {
    let mut space = false;
    for (i, line) in text.split('\n').enumerate() {
        let body = line.trim_start_matches([' ', '\t', '\r']);
        space |= i > 0 || body.len() < line.len();
        let (from, body) = (body, body.trim_end_matches([' ', '\t', '\r']));
        if body.is_empty() {
            continue;
        }
        if space && !*folded {
            out.push(' ');
        }
        if is_folded(body) {
            out.push_str(body);
        } else {
            fold_bytes(body, out);
        }
        *folded = false;
        space = body.len() < from.len();
    }
    if space {
        if !*folded {
            out.push(' ');
        }
        *folded = true;
    }
}

/// True where all white space is single spaces. Without branches, so that the compiler looks at many
/// bytes at a time.
fn is_folded(line: &str) -> bool {
    let bytes = line.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    !pairs.fold(false, |any, (a, b)| any | (*b == b'\t') | (*b == b'\r') | ((*a == b' ') & (*b == b' ')))
}

fn fold_bytes(text: &str, out: &mut String) {
    for (i, word) in text.split([' ', '\t', '\r']).filter(|word| !word.is_empty()).enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

fn split_paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut from = 0;
        loop {
            let Some(end) = text[from..].find('\n').map(|i| from + i) else {
                rest = None;
                return Some(text);
            };
            let after = &text[end + 1..];
            let blank = after.find(|c: char| c != ' ' && c != '\t' && c != '\r').unwrap_or(after.len());
            if blank == after.len() || after[blank..].starts_with('\n') {
                rest = Some(&after[blank..]).filter(|rest| !rest.trim().is_empty());
                return Some(&text[..end]);
            }
            from = end + 1;
        }
    })
    .map(str::trim)
    .filter(|paragraph| !paragraph.is_empty())
}

/// Takes away blank lines around a block and the indentation that its lines share; a block that begins
/// right after the quote keeps its indentation.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let from = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let to = lines.iter().rposition(|line| !line.is_empty()).map_or(from, |i| i + 1);
    let block = &lines[from..to];
    let indent = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let shared = if from == 0 {
        0
    } else {
        block.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0)
    };
    block.iter().map(|line| line.get(shared..).unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::fold;
    use proptest::prelude::*;

    /// What folding means, one character at a time.
    fn slowly(text: &str, mut folded: bool) -> (String, bool) {
        let mut out = String::new();
        for c in text.chars() {
            let space = matches!(c, ' ' | '\n' | '\t' | '\r');
            if !space || !folded {
                out.push(if space { ' ' } else { c });
            }
            folded = space;
        }
        (out, folded)
    }

    proptest! {
        #[test]
        fn white_space_is_folded(text in "[ab’\u{A0}]{0,3}([ \n\t\r]{0,3}[ab’]{0,3}){0,6}", before in any::<bool>()) {
            let (mut out, mut folded) = (String::new(), before);
            fold(&text, &mut out, &mut folded);
            prop_assert_eq!((out, folded || text.is_empty()), {
                let (out, folded) = slowly(&text, before);
                (out, folded || text.is_empty())
            });
        }
    }
}

//! From bytes to a story: bounded reading, RON, then the passes of `resolve`.

use super::diagnostic::{Code, Diagnostic};
use super::read;
use super::resolve::resolve;
use super::written;
use super::{Span, Story};
use std::borrow::Cow;

/// Most bytes of a story file (16 MiB).
pub const MOST_BYTES: usize = 16 << 20;

/// How deep a story file may nest.
pub(super) const MOST_NESTING: usize = 64;

/// The text of a story, and what to call it in complaints.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path or name.
    pub name: String,
    /// The file.
    pub text: Cow<'static, str>,
}

impl Source {
    /// The story that is built in.
    pub fn built_in() -> Source {
        Source { name: "story.ron".to_owned(), text: Cow::Borrowed(include_str!("../../story.ron")) }
    }

    /// Text from elsewhere; bytes that are not UTF-8 are told with their place.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Result<Source, String> {
        let name = name.into();
        if bytes.len() > MOST_BYTES {
            return Err(format!("{name} has {} bytes; a story may have at most {MOST_BYTES}", bytes.len()));
        }
        match String::from_utf8(bytes) {
            Ok(mut text) => {
                // Some editors begin a file with a mark that says it is UTF-8.
                if text.starts_with('\u{FEFF}') {
                    text.drain(..'\u{FEFF}'.len_utf8());
                }
                Ok(Source { name, text: Cow::Owned(text) })
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
                Err(format!("{name} is not UTF-8 text (line {line}, byte {at}); save it as UTF-8"))
            }
        }
    }
}

/// Reads a story as it was written.
///
/// # Errors
/// One complaint, at the place where the file stops being RON or of the story's shape.
pub fn parse(source: &str) -> Result<written::Story<'_>, Box<Diagnostic>> {
    match read::plain(source, MOST_NESTING) {
        Some(story) => Ok(story),
        None => by_ron(source),
    }
}

/// Reads a story with the crate that says what RON is, and complains.
pub(super) fn by_ron(source: &str) -> Result<written::Story<'_>, Box<Diagnostic>> {
    ron::Options::default().with_recursion_limit(MOST_NESTING).from_str(source).map_err(|error| {
        let start = offset(source, error.span.start);
        let end = offset(source, error.span.end).max(start);
        let span = Span { start: start as u32, end: end as u32 };
        let (message, help) = match &error.code {
            ron::Error::ExceededRecursionLimit => (format!("nested deeper than {MOST_NESTING} levels"), None),
            ron::Error::NoSuchStructField { expected, found, outer } => {
                let of = outer.as_deref().map(|outer| format!(" of `{outer}`")).unwrap_or_default();
                (format!("there is no field `{found}`{of}"), near(found, expected))
            }
            ron::Error::NoSuchEnumVariant { expected, found, outer } => {
                let of = outer.as_deref().map(|outer| format!(" `{outer}`")).unwrap_or_default();
                (format!("`{found}` is none of the kinds of{of}"), near(found, expected))
            }
            ron::Error::ExpectedOption if !source.contains("implicit_some") => (
                lower(&ron::Error::ExpectedOption.to_string()),
                Some("begin the file with the line `#![enable(implicit_some)]`".to_owned()),
            ),
            other => (lower(&other.to_string()), None),
        };
        let mut complaint = Diagnostic::new(Code::Syntax, span, message);
        complaint.help = help;
        Box::new(complaint)
    })
}

/// Reads and resolves a story.
///
/// # Errors
/// Every complaint that was found, in the order of the file.
pub fn load(source: &Source) -> Result<Story, Vec<Diagnostic>> {
    let written = parse(&source.text).map_err(|complaint| vec![*complaint])?;
    resolve(&written, &source.text)
}

/// Positions count characters from one; the file is UTF-8.
fn offset(source: &str, at: ron::error::Position) -> usize {
    let mut start = 0;
    for _ in 1..at.line {
        match source[start..].find('\n') {
            Some(i) => start += i + 1,
            None => return source.len(),
        }
    }
    source[start..].char_indices().nth(at.col.saturating_sub(1)).map_or(source.len(), |(i, _)| start + i)
}

fn near(found: &str, expected: &[&'static str]) -> Option<String> {
    super::diagnostic::nearest(found, expected.iter().copied())
        .map(|name| format!("did you mean `{name}`?"))
        .or_else(|| (!expected.is_empty()).then(|| format!("there are `{}`", expected.join("`, `"))))
}

fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

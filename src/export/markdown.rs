//! A transcript in Markdown (CommonMark): readable as it stands, and the same words when it is rendered.
//!
//! Stories come from strangers: whatever could be read as markup is escaped, so that a text can neither
//! load a picture nor hide a sentence.

use super::{Beat, Frame, Retelling};
use crate::engine::Block;
use crate::story::{Story, Style};
use std::fmt::Write;

/// The transcript.
pub fn transcript(told: &Retelling) -> String {
    let story = told.story;
    let mut out = format!("# {}\n", escaped(story.str(story.title)));
    paragraph(
        &format!("*{}*", escaped(story.str(story.tagline))),
        !story.str(story.tagline).is_empty(),
        &mut out,
    );
    let authors: Vec<&str> = story.authors.iter().map(|author| story.str(*author)).collect();
    paragraph(&format!("By {}.", escaped(&authors.join(", "))), !authors.is_empty(), &mut out);
    blocks(story, &told.cover, &mut out);
    paragraph(&format!("{}.", escaped(&told.summary())), true, &mut out);
    for beat in &told.beats {
        self::beat(story, beat, &mut out);
    }
    match &told.finale {
        Some(finale) => {
            let _ = write!(out, "\n## Ending: {}\n", escaped(told.ending_title().unwrap_or_default()));
            blocks(story, &finale.card, &mut out);
        }
        None => out.push_str("\n*To be continued.*\n"),
    }
    out
}

fn paragraph(text: &str, wanted: bool, out: &mut String) {
    if wanted {
        out.push('\n');
        out.push_str(text);
        out.push('\n');
    }
}

fn beat(story: &Story, beat: &Beat, out: &mut String) {
    if let Some(did) = &beat.did {
        paragraph(&format!("> **{}**", escaped(&one_line(did))), !did.trim().is_empty(), out);
    }
    let head: Vec<String> = [&beat.title, &beat.status]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| escaped(part))
        .collect();
    paragraph(&format!("## {}", head.join(", ")), !head.is_empty(), out);
    blocks(story, &beat.blocks, out);
    if !beat.typed.is_empty() {
        paragraph(&format!("> Typed: {}", escaped(&beat.typed.join(", "))), true, out);
    }
    for Frame { rows, described, says } in &beat.by_hand {
        picture(&rows.join("\n"), described, out);
        paragraph(&escaped(&says.join(" ")), !says.is_empty(), out);
    }
}

fn blocks(story: &Story, blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph { speaker: Some(speaker), text, .. } => {
                let name = story.str(story.cast[speaker.index()].name);
                paragraph(&format!("**{}:** {}", escaped(name), escaped(&one_line(text))), true, out);
            }
            Block::Paragraph { style: Style::Prose, text, .. } => {
                paragraph(&escaped(&one_line(text)), true, out);
            }
            Block::Paragraph { style: Style::Lines, text, .. } => fenced(text, out),
            Block::Picture { rows, described } => picture(rows, described, out),
        }
    }
}

fn picture(rows: &str, described: &str, out: &mut String) {
    fenced(rows, out);
    paragraph(&format!("*Picture: {}*", escaped(&one_line(described))), !described.trim().is_empty(), out);
}

/// Characters as they stand; the fence is longer than any within.
fn fenced(text: &str, out: &mut String) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let text = text.trim_end().trim_start_matches('\n');
    let _ = write!(out, "\n{fence}text\n{text}\n{fence}\n");
}

/// The source's line ends are spaces; a space that does not break stays.
fn one_line(text: &str) -> String {
    text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Text that means itself, at the beginning of a line or within one.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        let marks = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '~' => true,
            // What looks like a character reference.
            '&' => next.is_some_and(|next| next == '#' || next.is_ascii_alphanumeric()),
            '#' | '>' | '-' | '+' | '=' | '|' => at == 0,
            // The number of a list.
            '.' | ')' => at > 0 && at == digits,
            _ => false,
        };
        if marks {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

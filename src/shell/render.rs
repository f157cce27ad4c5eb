//! Scene → lines, at any width. Pure: no terminal is asked.

use super::terminal::Style;
use crate::engine::{Block, ShownChoice};
use crate::labs::Picture;
use crate::story::{Story, Style as Setting};
use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthStr;

/// Widest indentation of a speech.
const DEEPEST: usize = 12;

/// Adds paragraphs and pictures, an empty line between.
pub fn blocks(story: &Story, blocks: &[Block], style: Style, out: &mut String) {
    for block in blocks {
        if !out.is_empty() && !out.ends_with("\n\n") {
            out.push('\n');
        }
        match block {
            Block::Paragraph { speaker: Some(speaker), text, .. } => {
                let speaker = &story.cast[speaker.index()];
                speech(
                    story.str(speaker.name),
                    &style.paint(story.str(speaker.name), speaker.color),
                    text,
                    style,
                    out,
                );
            }
            Block::Paragraph { speaker: None, style: Setting::Prose, text } => {
                wrap(text, "", "", style.width, out)
            }
            Block::Paragraph { speaker: None, style: Setting::Lines, text } => {
                for line in text.lines() {
                    let inner = line.trim_start_matches(' ');
                    let indent = " ".repeat(2 + (line.len() - inner.len()).min(style.width / 3));
                    if line.is_empty() {
                        out.push('\n');
                    } else if UnicodeWidthStr::width(line) + 2 <= style.width {
                        // A log or a receipt keeps its columns.
                        out.push_str("  ");
                        out.push_str(line);
                        out.push('\n');
                    } else {
                        wrap(inner, &indent, &format!("{indent}  "), style.width, out);
                    }
                }
            }
            Block::Picture { rows, described } => picture(rows.lines(), described, style, out),
        }
    }
}

/// A drawing; in words where it does not fit or would only be noise.
pub fn picture<'a>(
    rows: impl Iterator<Item = &'a str> + Clone,
    described: &str,
    style: Style,
    out: &mut String,
) {
    let widest = rows.clone().map(UnicodeWidthStr::width).max().unwrap_or(0);
    if style.plain || !style.pictures || widest > style.width {
        wrap(&format!("Picture: {described}"), "", "", style.width, out);
        return;
    }
    let indent = if widest + 2 <= style.width { "  " } else { "" };
    for row in rows {
        if !row.trim_end().is_empty() {
            out.push_str(indent);
            out.push_str(row.trim_end());
        }
        out.push('\n');
    }
}

/// The picture of an exercise.
pub fn drawn(drawn: &Picture, style: Style, out: &mut String) {
    picture(drawn.rows.iter().map(String::as_str), &drawn.described, style, out);
}

fn speech(name: &str, painted: &str, text: &str, style: Style, out: &mut String) {
    let hang = " ".repeat((name.width() + 2).min(DEEPEST).min(style.width / 4));
    let start = out.len();
    // Wrapped with the bare name, so that its colour does not count.
    wrap(text, &format!("{name}: "), &hang, style.width, out);
    if painted.len() != name.len() {
        out.replace_range(start..start + name.len(), painted);
    }
}

/// Adds wrapped text; a word that is longer than a line is broken.
pub fn wrap(text: &str, first: &str, rest: &str, width: usize, out: &mut String) {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(WordSplitter::NoHyphenation);
    for line in textwrap::wrap(text, options) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// Adds the choices, one a line as `1. Label`.
pub fn choices(choices: &[ShownChoice], style: Style, out: &mut String) {
    let digits = choices.iter().map(|choice| choice.number.to_string().len()).max().unwrap_or(1);
    let hang = " ".repeat(digits + 2);
    for choice in choices {
        let number = format!("{:>digits$}. ", choice.number);
        match &choice.locked {
            None => wrap(&choice.label, &number, &hang, style.width, out),
            Some(reason) => {
                let mut line = String::new();
                wrap(
                    &format!("{} (not now: {reason})", choice.label),
                    &number,
                    &hang,
                    style.width,
                    &mut line,
                );
                for line in line.lines() {
                    out.push_str(&style.faint(line));
                    out.push('\n');
                }
            }
        }
    }
}

/// A rule with a title at its left and something at its right: the head of a screen.
pub fn head(title: &str, right: &str, style: Style, out: &mut String) {
    let between = if title.is_empty() || right.is_empty() { "" } else { ", " };
    if style.plain {
        if !title.is_empty() || !right.is_empty() {
            out.push_str(&format!("{title}{between}{right}.\n"));
        }
        return;
    }
    let text = format!("{title}{between}{right}");
    let text: String = text.chars().take(style.width.saturating_sub(6)).collect();
    let rule = style.width.saturating_sub(text.width() + 4);
    let line = if text.is_empty() {
        "─".repeat(style.width)
    } else {
        format!("── {text} {}", "─".repeat(rule))
    };
    out.push_str(&style.faint(&line));
    out.push('\n');
}

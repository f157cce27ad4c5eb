//! Scene → lines, at any width. Pure: no terminal is asked.

use super::terminal::Style;
use crate::engine::{Block, ShownChoice};
use crate::labs::Picture;
use crate::story::{Story, Style as Setting};
use textwrap::core::{Word, break_words, display_width};
use textwrap::{WordSeparator, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// The indentation of a speech, at its deepest.
const DEEPEST: &str = "            ";

/// Adds paragraphs and pictures, an empty line between.
pub fn blocks(story: &Story, blocks: &[Block], style: Style, out: &mut String) {
    let told = |block: &Block| match block {
        Block::Paragraph { text, .. } => text.len(),
        Block::Picture { rows, .. } => rows.len(),
    };
    let told: usize = blocks.iter().map(told).sum();
    // A quarter more for line ends and indentation, so that it need not grow.
    out.reserve(told + told / 4 + 64);
    for block in blocks {
        if !out.is_empty() && !out.ends_with("\n\n") {
            out.push('\n');
        }
        match block {
            Block::Paragraph { speaker: Some(speaker), text, .. } => {
                let speaker = &story.cast[speaker.index()];
                let name = story.str(speaker.name);
                if style.color {
                    out.push_str(&style.paint(name, speaker.color));
                } else {
                    out.push_str(name);
                }
                out.push_str(": ");
                // The bare name, so that its colour does not count.
                let used = name.width() + 2;
                let hang = used.min(DEEPEST.len()).min(style.width / 4);
                wrap_after(used, text, &DEEPEST[..hang], style.width, out);
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

/// Adds wrapped text; a word that is longer than a line is broken. `first` stands before the first line,
/// `rest` before all others.
pub fn wrap(text: &str, first: &str, rest: &str, width: usize, out: &mut String) {
    out.push_str(first);
    wrap_after(display_width(first), text, rest, width, out);
}

/// Adds wrapped text where so many columns of its first line are used already.
///
/// The same lines as [`textwrap::wrap`] without hyphens, from textwrap's own parts: nothing has to be made
/// of each word and line but what is added here.
fn wrap_after(used: usize, text: &str, rest: &str, width: usize, out: &mut String) {
    let hanging = width.saturating_sub(display_width(rest));
    for (i, line) in text.split('\n').enumerate() {
        let free = if i == 0 { width.saturating_sub(used) } else { hanging };
        if i > 0 && !line.is_empty() {
            out.push_str(rest);
        }
        // No character has more columns than bytes.
        if line.len() <= free {
            out.push_str(line.trim_end_matches(' '));
            out.push('\n');
            continue;
        }
        let words = WordSeparator::new().find_words(line);
        // Without an empty word the first one would stand in the first line, whether it fits or not.
        let before = (free < hanging).then(|| Word::from(""));
        let words = break_words(before.into_iter().chain(words), hanging);
        let mut at = 0;
        for (j, words) in WrapAlgorithm::new().wrap(&words, &[free, hanging]).into_iter().enumerate() {
            if j > 0 {
                out.push_str(rest);
            }
            let end = at + words.iter().map(|word| word.len() + word.whitespace.len()).sum::<usize>();
            let after = words.last().map_or(0, |word| word.whitespace.len());
            out.push_str(&line[at..end - after]);
            out.push('\n');
            at = end;
        }
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

#[cfg(test)]
mod tests {
    use super::wrap;
    use proptest::prelude::*;
    use textwrap::{Options, WordSplitter};

    proptest! {
        #[test]
        fn lines_are_those_of_textwrap(
            text in "([a-zé’\u{A0}猫—-]{0,9}[ ]{0,2}){0,30}",
            more in "([a-z猫]{0,9} ){0,12}",
            first in "[a-z猫]{0,14}:? ?",
            rest in " {0,12}",
            width in 1usize..60,
        ) {
            let mut out = String::from("before\n");
            wrap(&format!("{text}\n{more}"), &first, &rest, width, &mut out);
            let options = Options::new(width).subsequent_indent(&rest).word_splitter(WordSplitter::NoHyphenation);
            let lines = textwrap::wrap(&text, options.clone().initial_indent(&first));
            // An empty line has no indentation.
            let indent = if more.is_empty() { "" } else { &rest };
            let others = textwrap::wrap(&more, options.initial_indent(indent));
            let mut wanted = String::from("before\n");
            for line in lines.iter().chain(&others) {
                wanted.push_str(line);
                wanted.push('\n');
            }
            prop_assert_eq!(out, wanted);
        }
    }
}

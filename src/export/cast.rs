//! A recording of a terminal (asciicast, version 2): screens as they appear, keys as they are typed.
//!
//! How a screen looks is not decided here: who records brings the screens. The time in a recording is
//! that of a reader, so that it can be watched.

use serde_json::json;
use unicode_width::UnicodeWidthStr;

/// Seconds for a word: about 240 a minute.
const WORD: f64 = 0.25;
/// Seconds between two keys.
const KEY: f64 = 0.09;
/// Most seconds for one paragraph.
const LONGEST: f64 = 9.0;

/// A recording under way.
#[derive(Debug)]
pub struct Recording {
    lines: String,
    at: f64,
}

impl Recording {
    /// Of a terminal of this size.
    pub fn new(columns: usize, rows: usize, title: &str) -> Recording {
        let head = json!({"version": 2, "width": columns, "height": rows, "title": title, "idle_time_limit": LONGEST,
            "env": {"TERM": "xterm-256color"}});
        Recording { lines: format!("{head}\n"), at: 0.5 }
    }

    fn event(&mut self, kind: &str, data: &str) {
        // Thousandths of a second are enough, and a short file.
        let at = (self.at * 1000.0).round() / 1000.0;
        self.lines.push_str(&json!([at, kind, data]).to_string());
        self.lines.push('\n');
    }

    /// A place that a player of recordings can jump to.
    pub fn marker(&mut self, name: &str) {
        self.event("m", name);
    }

    /// A screen, paragraph by paragraph, each with the time it takes to read.
    pub fn screen(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest
                .match_indices("\n\n")
                .map(|(at, _)| at + 2)
                .find(|end| !rest[..*end].trim().is_empty())
                .unwrap_or(rest.len());
            let (paragraph, after) = rest.split_at(end);
            self.event("o", &paragraph.replace('\n', "\r\n"));
            self.at += seconds(paragraph);
            rest = after;
        }
    }

    /// A line that the player types after the prompt.
    pub fn types(&mut self, line: &str) {
        self.event("o", "\r\n> ");
        self.at += 0.6;
        for key in line.chars() {
            self.event("o", key.encode_utf8(&mut [0; 4]));
            self.at += KEY;
        }
        self.at += 0.3;
        self.event("o", "\r\n");
    }

    /// The file's text.
    pub fn finish(mut self) -> String {
        self.at += 2.0;
        self.event("o", "\r\n");
        self.lines
    }
}

/// How long a paragraph is looked at; a picture by its rows.
fn seconds(paragraph: &str) -> f64 {
    let words = paragraph
        .split_whitespace()
        .filter(|word| word.width() > 1 && word.chars().any(char::is_alphabetic))
        .count();
    let rows = paragraph.lines().count();
    (words as f64 * WORD).max(rows as f64 * 0.12).clamp(0.2, LONGEST)
}

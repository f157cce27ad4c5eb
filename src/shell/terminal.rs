//! How wide the terminal is, whether it shows colour, and whether it is a terminal at all: decided once
//! and passed on, so that a screen is a function of scene, width and style.

use crate::journal::settings::Settings;
use crate::story::Color;
use colored::Colorize;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

/// Widest line of prose, in columns.
pub const WIDEST: usize = 80;
/// Narrowest line that prose is wrapped to.
pub const NARROWEST: usize = 24;

/// Narrowest line that a source line is cut to.
const LEAST_FOR_SOURCE: usize = 40;

/// How to show things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Names in colour.
    pub color: bool,
    /// Strictly linear: no rules, no pictures in characters.
    pub plain: bool,
    /// Pictures drawn in characters; else told in words.
    pub pictures: bool,
}

impl Style {
    /// The style for standard output. `plain`: as asked for.
    pub fn detect(plain: bool) -> Style {
        let color = !plain && wants_color(std::io::stdout().is_terminal());
        // What is painted was asked for here; the crate would decide again, and otherwise.
        colored::control::set_override(color);
        Style { width: width(WIDEST), color, plain, pictures: !plain }
    }

    /// The same as the player wants it, at today's width: the terminal may have been resized.
    pub fn with(self, settings: &Settings) -> Style {
        let plain = self.plain || settings.plain;
        Style {
            width: width(settings.width.map_or(WIDEST, usize::from)),
            color: self.color && settings.colour && !plain,
            plain,
            pictures: self.pictures && settings.pictures && !plain,
        }
    }

    /// A name in its colour.
    pub fn paint(self, text: &str, color: Color) -> String {
        if !self.color {
            return text.to_owned();
        }
        // Of the 256 colours those that can be read on a black and on a white ground (a contrast of at least
        // 3 to 1 on each): the terminal's own yellow cannot be on white, its own blue not on black.
        let painted = match shade(color) {
            None => text.bold(),
            Some(shade) => text.ansi_color(shade).bold(),
        };
        painted.to_string()
    }

    /// Something that matters less.
    pub fn faint(self, text: &str) -> String {
        if self.color { text.dimmed().to_string() } else { text.to_owned() }
    }

    /// Something that matters more.
    pub fn strong(self, text: &str) -> String {
        if self.color { text.bold().to_string() } else { text.to_owned() }
    }
}

/// `--plain` was given.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// Remembers that output is to be plain, for standard error, where no [`Style`] goes.
pub fn ask_for_plain() {
    PLAIN.store(true, Ordering::Relaxed);
}

/// Whether something may be drawn again and again on standard error.
pub fn redraws_on_stderr() -> bool {
    std::io::stderr().is_terminal() && !PLAIN.load(Ordering::Relaxed)
}

/// Whether complaints on standard error are drawn in colour; decided apart from standard output.
pub fn color_on_stderr() -> bool {
    !PLAIN.load(Ordering::Relaxed) && wants_color(std::io::stderr().is_terminal())
}

/// Whether a stream is painted: only a terminal is, `NO_COLOR` (where it is not empty) and `TERM=dumb` forbid it,
/// and so does `CLICOLOR=0`, unless `CLICOLOR_FORCE` is set and not 0.
fn wants_color(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    is_terminal
        && set("NO_COLOR").is_none()
        && set("TERM").is_none_or(|term| term != "dumb")
        && (forced || set("CLICOLOR").is_none_or(|value| value != "0"))
}

/// Columns for complaints on standard error: those of the terminal, where it is one.
pub fn columns_on_stderr() -> usize {
    let most = crate::story::diagnostic::COLUMNS;
    if std::io::stderr().is_terminal() { columns().clamp(LEAST_FOR_SOURCE, most) } else { most }
}

/// A complaint for standard error, in lines of the terminal where it is one.
pub fn for_stderr(text: &str) -> String {
    if !std::io::stderr().is_terminal() {
        return format!("{text}\n");
    }
    let mut wrapped = String::new();
    super::render::wrap(text, "", "", width(WIDEST), &mut wrapped);
    wrapped
}

/// The shade of a colour, of the terminal's 256; none for its own foreground.
pub fn shade(color: Color) -> Option<u8> {
    Some(match color {
        Color::Plain => return None,
        Color::Red => 160,
        Color::Green => 28,
        Color::Yellow => 136,
        Color::Blue => 33,
        Color::Magenta => 133,
        Color::Cyan => 31,
        Color::BrightBlack => 244,
        Color::BrightRed => 167,
        Color::BrightGreen => 65,
        Color::BrightYellow => 130,
        Color::BrightBlue => 68,
        Color::BrightMagenta => 170,
        Color::BrightCyan => 30,
    })
}

/// Columns of the terminal, but no more than this.
fn width(widest: usize) -> usize {
    columns().clamp(NARROWEST, widest.max(NARROWEST))
}

/// Columns of the terminal.
pub fn columns() -> usize {
    terminal_size::terminal_size().map_or(WIDEST, |(terminal_size::Width(columns), _)| usize::from(columns))
}

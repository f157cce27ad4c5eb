//! How wide the terminal is, whether it shows colour, and whether it is a terminal at all: decided once
//! and passed on, so that a screen is a function of scene, width and style.

use crate::story::Color;
use colored::Colorize;
use std::io::IsTerminal;

/// Widest line of prose, in columns.
pub const WIDEST: usize = 80;
/// Narrowest line that prose is wrapped to.
pub const NARROWEST: usize = 24;

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
    /// The style for standard output. `plain`: as asked for. `colored` decides about colour: it obeys
    /// `NO_COLOR` and `CLICOLOR`, and looks whether standard output is a terminal.
    pub fn detect(plain: bool) -> Style {
        let color =
            !plain && std::io::stdout().is_terminal() && colored::control::SHOULD_COLORIZE.should_colorize();
        Style { width: width(), color, plain, pictures: !plain }
    }

    /// The same at today's width: the terminal may have been resized.
    pub fn resized(self) -> Style {
        Style { width: width(), ..self }
    }

    /// A name in its colour.
    pub fn paint(self, text: &str, color: Color) -> String {
        if !self.color {
            return text.to_owned();
        }
        let painted = match color {
            Color::Plain => text.bold(),
            Color::Red => text.red().bold(),
            Color::Green => text.green().bold(),
            Color::Yellow => text.yellow().bold(),
            Color::Blue => text.blue().bold(),
            Color::Magenta => text.magenta().bold(),
            Color::Cyan => text.cyan().bold(),
            Color::BrightBlack => text.bright_black().bold(),
            Color::BrightRed => text.bright_red().bold(),
            Color::BrightGreen => text.bright_green().bold(),
            Color::BrightYellow => text.bright_yellow().bold(),
            Color::BrightBlue => text.bright_blue().bold(),
            Color::BrightMagenta => text.bright_magenta().bold(),
            Color::BrightCyan => text.bright_cyan().bold(),
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

/// Whether complaints on standard error are drawn in colour; decided apart from standard output.
pub fn color_on_stderr() -> bool {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    wanted && std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn width() -> usize {
    let columns = terminal_size::terminal_size()
        .map_or(WIDEST, |(terminal_size::Width(columns), _)| usize::from(columns));
    columns.clamp(NARROWEST, WIDEST)
}

//! A playthrough as a comic page: one file of HTML that asks for nothing else, with no script in it.
//!
//! Everything that comes from a story is escaped by the template; the only attributes made from it are
//! descriptions of pictures. A policy in the page forbids whatever an escaped text could still ask for.

use super::comic::{self, Art, Item, Panel};
use super::{Frame, Retelling};
use crate::engine::Block;
use crate::story::{Color, Story};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::fmt::Write;

/// Ink and paper of a page: a name, by day, by night.
type Paint = (&'static str, &'static str, &'static str);

/// What the page is painted with.
const PAINTS: [Paint; 10] = [
    ("paper", "#f3ecdc", "#14161c"),
    ("panel", "#fffdf6", "#1f232c"),
    ("ink", "#1b1916", "#ece7db"),
    ("line", "#1b1916", "#6f7482"),
    ("faint", "#5e574a", "#a9a698"),
    ("caption", "#fff3c9", "#33302a"),
    ("balloon", "#ffffff", "#2b303b"),
    ("place", "#ffd23f", "#e9bd3a"),
    ("place-ink", "#1b1916", "#1b1916"),
    ("accent", "#d7372c", "#ff7a6b"),
];

/// A speaker's colour, by day and by night; each can be read on a balloon.
fn ink(color: Color) -> Paint {
    match color {
        Color::Plain => ("plain", "#1b1916", "#ece7db"),
        Color::Red => ("red", "#b3261e", "#ff9d94"),
        Color::Green => ("green", "#1c6b34", "#8edba0"),
        Color::Yellow => ("yellow", "#7d5a00", "#f2cd62"),
        Color::Blue => ("blue", "#1f4fa8", "#a3c0ff"),
        Color::Magenta => ("magenta", "#8d1f80", "#f3a8e8"),
        Color::Cyan => ("cyan", "#0a616d", "#7fdbe7"),
        Color::BrightBlack => ("bright-black", "#5b5b5b", "#b9bcc4"),
        Color::BrightRed => ("bright-red", "#c22f3d", "#ffb0b4"),
        Color::BrightGreen => ("bright-green", "#337a1f", "#b2e88a"),
        Color::BrightYellow => ("bright-yellow", "#9a4d00", "#ffb86b"),
        Color::BrightBlue => ("bright-blue", "#2e62c9", "#8fd0ff"),
        Color::BrightMagenta => ("bright-magenta", "#a83291", "#ffbdf0"),
        Color::BrightCyan => ("bright-cyan", "#007078", "#9ff0e8"),
    }
}

/// All colours of speakers.
const COLORS: [Color; 14] = [
    Color::Plain,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::BrightBlack,
    Color::BrightRed,
    Color::BrightGreen,
    Color::BrightYellow,
    Color::BrightBlue,
    Color::BrightMagenta,
    Color::BrightCyan,
];

/// What the page may load: nothing but its own style and its empty icon.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The page.
pub fn page(told: &Retelling) -> String {
    let story = told.story;
    let title = story.str(story.title);
    let heading = match told.ending_title() {
        Some(ending) => format!("{title}: {ending}"),
        None => title.to_owned(),
    };
    let authors: Vec<&str> = story.authors.iter().map(|author| story.str(*author)).collect();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="description" content=(format!("{}.", told.summary()));
                link rel="icon" href="data:,";
                title { (heading) }
                style { (PreEscaped(style())) }
            }
            body {
                header.cover {
                    @for block in &told.cover {
                        @if let Block::Picture { rows, described } = block {
                            (drawing(&Art::new(rows.lines()), described))
                        }
                    }
                    div.masthead {
                        h1 style=(format!("--letters:{}", longest_word(title))) { (title) }
                        @if !story.str(story.tagline).is_empty() {
                            p.tagline { (story.str(story.tagline)) }
                        }
                        @if !authors.is_empty() {
                            p.by { "By " (authors.join(", ")) }
                        }
                        p.summary { (told.summary()) "." }
                    }
                }
                main.page {
                    @for panel in comic::panels(told) { (draw(story, &panel)) }
                    (finale(told))
                }
                footer {
                    p { "Drawn by treed from a list of moves. The story’s own words, and nothing from anywhere else." }
                }
            }
        }
    };
    markup.into_string()
}

fn draw(story: &Story, panel: &Panel) -> Markup {
    let speaker = panel.items.iter().find_map(|item| match item {
        Item::Speech(speaker, _) => Some(ink(story.cast[speaker.index()].color).0),
        _ => None,
    });
    let mut said_by = None;
    let mut right = true;
    html! {
        section class=(format!("panel s{}{}", panel.span, if panel.strip.is_empty() { "" } else { " strip" }))
            data-tint=[speaker] {
            @if let Some((title, status)) = panel.place {
                h2.place {
                    @if !title.is_empty() { span { (title) } }
                    @if !title.is_empty() && !status.is_empty() { span.hide { ", " } }
                    @if !status.is_empty() { span.status { (status) } }
                }
            }
            div.body {
                @for item in &panel.items {
                    @match item {
                        Item::Caption(text) => p.caption { (text) },
                        Item::Note(art) => (note(art)),
                        Item::Picture(art, described) => (drawing(art, described)),
                        Item::Speech(speaker, text) => ({
                            // Who answers stands on the other side.
                            if said_by != Some(*speaker) {
                                right = !right;
                                said_by = Some(*speaker);
                            }
                            let speaker = &story.cast[speaker.index()];
                            let side = if right { "right" } else { "left" };
                            html! {
                                p class=(format!("say {side} {}", ink(speaker.color).0)) {
                                    strong { (story.str(speaker.name)) span.hide { ":" } } " "
                                    (text)
                                }
                            }
                        }),
                    }
                }
                @if !panel.strip.is_empty() {
                    div.frames style=(format!("--cols:{}", widest(panel.strip))) {
                        @for frame in panel.strip { (moment(frame)) }
                    }
                }
            }
            @if let Some(does) = panel.does {
                p.does { span.hide { "You choose: " } (does) }
            }
        }
    }
}

fn widest(frames: &[Frame]) -> usize {
    frames
        .iter()
        .flat_map(|frame| &frame.rows)
        .map(|row| unicode_width::UnicodeWidthStr::width(&**row))
        .max()
        .unwrap_or(1)
        .max(1)
}

fn moment(frame: &Frame) -> Markup {
    // Rows as they are: the frames of a strip share one camera.
    let rows = frame.rows.join("\n");
    html! {
        figure.moment {
            div.art role="img" aria-label=(label(&frame.described)) { pre aria-hidden="true" { "\n" (rows) } }
            @if !frame.says.is_empty() { figcaption { (frame.says.join(" ")) } }
        }
    }
}

/// A picture in characters; who cannot see it gets its description.
fn drawing(art: &Art, described: &str) -> Markup {
    html! {
        div.art role="img" aria-label=(label(described)) style=(format!("--cols:{}", art.columns.max(1))) {
            // The parser drops one line end after `<pre>`.
            pre aria-hidden="true" { "\n" (art.rows.join("\n")) }
        }
    }
}

fn label(described: &str) -> String {
    let words = described.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "A picture.".to_owned() } else { words }
}

fn note(art: &Art) -> Markup {
    html! {
        div.note style=(format!("--cols:{}", art.columns.max(1))) { pre { "\n" (art.rows.join("\n")) } }
    }
}

fn finale(told: &Retelling) -> Markup {
    let Some(finale) = &told.finale else {
        return html! { section.panel.s6.finale { p.continued { "To be continued" } } };
    };
    html! {
        section.panel.s6.finale {
            h2 { span.end { "The End" } span.hide { ": " } span { (told.ending_title().unwrap_or_default()) } }
            @if !finale.card.is_empty() {
                ul {
                    @for block in &finale.card {
                        @if let Block::Paragraph { text, .. } = block { li { (text) } }
                    }
                }
            }
        }
    }
}

/// Letters of the longest word, by which a title is sized so that none is broken.
fn longest_word(title: &str) -> usize {
    title.split_whitespace().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0).clamp(4, 40)
}

/// The style, with the paints in front.
fn style() -> String {
    let mut day = String::new();
    let mut night = String::new();
    let mut classes = String::new();
    for (name, light, dark) in PAINTS {
        // Writing to a string cannot fail.
        let _ = write!(day, "--{name}:{light};");
        let _ = write!(night, "--{name}:{dark};");
    }
    for color in COLORS {
        let (name, light, dark) = ink(color);
        let _ = write!(day, "--c-{name}:{light};");
        let _ = write!(night, "--c-{name}:{dark};");
        let _ = writeln!(classes, ".{name},[data-tint=\"{name}\"]{{--c:var(--c-{name})}}");
    }
    format!(
        ":root{{{day}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}\n{}{classes}",
        include_str!("comic.css")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (W3C, 2018: Web Content Accessibility Guidelines 2.1).
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[track_caller]
    fn contrasts(ink: &Paint, paper: &str, least: f64) {
        let (_, paper_by_day, paper_by_night) = PAINTS.iter().find(|(name, ..)| *name == paper).unwrap();
        for (ink_now, paper_now) in [(ink.1, paper_by_day), (ink.2, paper_by_night)] {
            let (a, b) = (luminance(ink_now), luminance(paper_now));
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(ratio >= least, "{} on {paper}: {ink_now} on {paper_now} is {ratio:.2}", ink.0);
        }
    }

    #[test]
    fn every_text_has_enough_contrast_by_day_and_by_night() {
        for color in COLORS {
            contrasts(&ink(color), "balloon", 4.5);
        }
        let paint = |wanted: &str| PAINTS.iter().find(|(name, ..)| *name == wanted).unwrap();
        for paper in ["paper", "panel", "caption", "balloon"] {
            contrasts(paint("ink"), paper, 7.0);
        }
        contrasts(paint("place-ink"), "place", 7.0);
        contrasts(paint("faint"), "paper", 4.5);
        contrasts(paint("panel"), "ink", 7.0);
    }

    #[test]
    fn the_style_asks_for_nothing() {
        let style = style();
        for asks in ["url(", "@import", "http", "expression("] {
            assert!(!style.contains(asks), "{asks}");
        }
    }
}

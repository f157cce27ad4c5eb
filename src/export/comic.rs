//! What goes into one panel of a comic page, and how wide each panel is, so that every row is filled.
//!
//! A panel is cut where a comic would cut: narration comes first, then who speaks; after speech,
//! narration begins anew; a picture takes a panel, with little beside it. Then rows are chosen by
//! dynamic programming, as lines of a paragraph are (Knuth and Plass, 1981): of all ways to break the
//! panels into rows of one to three, the one that leaves the least empty.

use super::{Beat, Frame, Retelling};
use crate::engine::Block;
use crate::story::{SpeakerId, Style};
use unicode_width::UnicodeWidthStr;

/// Columns of the grid that panels span.
pub const GRID: u8 = 6;

/// A panel.
#[derive(Debug, Default)]
pub struct Panel<'t> {
    /// Where and when; only where it changes.
    pub place: Option<(&'t str, &'t str)>,
    /// What is in it, from top to bottom.
    pub items: Vec<Item<'t>>,
    /// Something done by hand, picture by picture.
    pub strip: &'t [Frame],
    /// What the player does next.
    pub does: Option<&'t str>,
    /// How many of the grid's columns it takes.
    pub span: u8,
}

/// Something in a panel.
#[derive(Debug)]
pub enum Item<'t> {
    /// Narration.
    Caption(&'t str),
    /// Somebody speaks.
    Speech(SpeakerId, &'t str),
    /// A log, a receipt, a page: line ends are kept.
    Note(Art),
    /// A picture, and in words.
    Picture(Art, &'t str),
}

/// Rows of characters without the indentation that they share.
#[derive(Debug)]
pub struct Art {
    /// The rows.
    pub rows: Vec<String>,
    /// Columns of the widest.
    pub columns: usize,
}

impl Art {
    /// From rows with indentation.
    pub fn new<'r>(rows: impl Iterator<Item = &'r str>) -> Art {
        let rows: Vec<&str> = rows.map(str::trim_end).collect();
        let full = |row: &&&str| !row.is_empty();
        let indent = rows
            .iter()
            .filter(full)
            .map(|row| row.len() - row.trim_start_matches(' ').len())
            .min()
            .unwrap_or(0);
        let first = rows.iter().position(|row| !row.is_empty()).unwrap_or(0);
        let last = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
        let rows: Vec<String> = rows[first.min(last)..last]
            .iter()
            .map(|row| row.get(indent..).unwrap_or("").to_owned())
            .collect();
        let columns = rows.iter().map(|row| row.width()).max().unwrap_or(0);
        Art { rows, columns }
    }
}

/// All panels of a playthrough, in reading order, with their widths.
pub fn panels<'t>(told: &'t Retelling) -> Vec<Panel<'t>> {
    let mut panels = Vec::new();
    let mut before = None;
    for (i, beat) in told.beats.iter().enumerate() {
        let from = panels.len();
        cut(beat, &mut panels);
        let does = told.beats.get(i + 1).and_then(|next| next.did.as_deref()).filter(|does| !does.is_empty());
        if panels.len() == from && does.is_some() {
            panels.push(Panel::default());
        }
        let here = (&*beat.title, &*beat.status);
        if let Some(first) = panels.get_mut(from)
            && before != Some(here)
            && here != ("", "")
        {
            first.place = Some(here);
            before = Some(here);
        }
        if let Some(last) = panels[from..].last_mut() {
            last.does = does;
        }
    }
    set(&mut panels);
    panels
}

/// Cuts what was told into panels.
fn cut<'t>(beat: &'t Beat, panels: &mut Vec<Panel<'t>>) {
    let mut panel = Panel::default();
    for block in &beat.blocks {
        let item = match block {
            Block::Paragraph { speaker: Some(speaker), text, .. } => Item::Speech(*speaker, text),
            Block::Paragraph { style: Style::Prose, text, .. } => Item::Caption(text),
            Block::Paragraph { style: Style::Lines, text, .. } => Item::Note(Art::new(text.lines())),
            Block::Picture { rows, described } => Item::Picture(Art::new(rows.lines()), described),
        };
        if !panel.items.is_empty() && !takes(&panel.items, &item) {
            panels.push(std::mem::take(&mut panel));
        }
        panel.items.push(item);
    }
    if !panel.items.is_empty() {
        panels.push(panel);
    }
    if !beat.by_hand.is_empty() {
        panels.push(Panel { strip: &beat.by_hand, ..Panel::default() });
    }
}

/// Whether a panel that is begun takes one thing more. The numbers are characters.
fn takes(items: &[Item], next: &Item) -> bool {
    let weight: usize = items
        .iter()
        .map(|item| match item {
            Item::Caption(text) => text.len(),
            Item::Speech(_, text) => text.len() + 60,
            Item::Note(_) | Item::Picture(..) => 0,
        })
        .sum();
    let drawn = items.iter().position(|item| matches!(item, Item::Note(_) | Item::Picture(..)));
    let spoken = matches!(items.last(), Some(Item::Speech(..)));
    match next {
        Item::Note(_) | Item::Picture(..) => drawn.is_none() && !spoken && weight <= 260,
        Item::Caption(text) => match drawn {
            Some(at) => at + 1 == items.len() && weight + text.len() <= 330,
            None if spoken => weight + text.len() <= 240,
            None => weight + text.len() <= 420,
        },
        Item::Speech(_, text) => weight + text.len() <= if drawn.is_some() { 300 } else { 420 },
    }
}

/// Ways to fill a row.
const ROWS: [&[u8]; 5] = [&[6], &[3, 3], &[4, 2], &[2, 4], &[2, 2, 2]];

/// Gives every panel its width.
fn set(panels: &mut [Panel]) {
    let sizes: Vec<[f64; GRID as usize + 1]> = panels
        .iter()
        .map(|panel| std::array::from_fn(|span| if span == 0 { 0.0 } else { height(panel, span as u8) }))
        .collect();
    // The least cost of the panels up to here, by the row that comes last; and the row before that.
    let mut best = vec![[(f64::INFINITY, 0); ROWS.len()]; panels.len() + 1];
    best[0] = [(0.0, 0); ROWS.len()];
    for to in 1..=panels.len() {
        for (row, spans) in ROWS.iter().enumerate() {
            let Some(from) = to.checked_sub(spans.len()) else { continue };
            let cost = row_cost(&panels[from..to], &sizes[from..to], spans);
            for (before, (so_far, _)) in best[from].into_iter().enumerate() {
                // The same row again and again is dull.
                let dull = if from > 0 && before == row { 150.0 } else { 0.0 };
                if so_far + cost + dull < best[to][row].0 {
                    best[to][row] = (so_far + cost + dull, before);
                }
            }
        }
    }
    let mut to = panels.len();
    let mut row = (0..ROWS.len()).min_by(|a, b| best[to][*a].0.total_cmp(&best[to][*b].0)).unwrap_or(0);
    while to > 0 {
        let from = to.saturating_sub(ROWS[row].len());
        for (panel, span) in panels[from..to].iter_mut().zip(ROWS[row]) {
            panel.span = *span;
        }
        row = best[to][row].1;
        to = from;
    }
}

/// What is left empty in a row, in pixels times columns, and how tall it is.
fn row_cost(panels: &[Panel], sizes: &[[f64; GRID as usize + 1]], spans: &[u8]) -> f64 {
    let heights = || sizes.iter().zip(spans).map(|(sizes, span)| sizes[usize::from(*span)]);
    let tallest = heights().fold(0.0, f64::max);
    let empty: f64 = heights().zip(spans).map(|(height, span)| (tallest - height) * f64::from(*span)).sum();
    let misfits: f64 = panels
        .iter()
        .zip(spans)
        .map(|(panel, span)| {
            let is_wide = |art: &Art| art.columns as f64 * SMALLEST * EM > inner(*span);
            let narrow = panel.items.iter().any(|item| match item {
                Item::Note(art) | Item::Picture(art, _) => is_wide(art),
                _ => false,
            });
            let drawn = panel.items.iter().any(|item| matches!(item, Item::Note(_) | Item::Picture(..)));
            let long_lines = *span == GRID && !drawn && panel.strip.is_empty();
            let strip = !panel.strip.is_empty() && *span < GRID;
            f64::from(u8::from(narrow)) * 2000.0
                + f64::from(u8::from(long_lines)) * 700.0
                + f64::from(u8::from(strip)) * 9000.0
        })
        .sum();
    empty + tallest + misfits
}

/// Width of a column of the grid on a desktop, and of the gap between two, in pixels.
const COLUMN: f64 = 170.0;
const GAP: f64 = 16.0;
/// A character's width in ems, in monospace.
pub const EM: f64 = 0.615;
/// Smallest size at which a picture is set beside others.
const SMALLEST: f64 = 11.0;

fn inner(span: u8) -> f64 {
    f64::from(span) * (COLUMN + GAP) - GAP - 36.0
}

/// About how tall a panel is, in pixels.
fn height(panel: &Panel, span: u8) -> f64 {
    let lines = |text: &str, width: f64, letter: f64| (text.width() as f64 * letter / width).ceil().max(1.0);
    let inner = inner(span);
    let drawn = |art: &Art, largest: f64| {
        let size = (inner / (art.columns.max(1) as f64 * EM)).min(largest);
        art.rows.len() as f64 * size * 1.2 + 24.0
    };
    let items: f64 = panel
        .items
        .iter()
        .map(|item| match item {
            Item::Caption(text) => lines(text, inner.min(640.0) - 24.0, 7.7) * 25.0 + 30.0,
            Item::Speech(_, text) => lines(text, (inner * 0.94).min(560.0) - 34.0, 8.2) * 23.0 + 62.0,
            Item::Note(art) => drawn(art, 14.0),
            Item::Picture(art, _) => drawn(art, 16.0),
        })
        .sum();
    let place = if panel.place.is_some() { 40.0 } else { 0.0 };
    let does = panel.does.map_or(0.0, |does| lines(does, inner - 40.0, 8.4) * 22.0 + 34.0);
    items + place + does + 28.0
}

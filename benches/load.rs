//! Loading and resolving `story.ron`, against ron's bare parse of the same bytes into the same types.
//!
//! `cargo bench --bench load`. Target: at most 1.5 times.
#![allow(clippy::expect_used, reason = "a bench that cannot measure must stop")]

mod support;

use std::hint::black_box;
use support::{head, row, side_by_side};
use treed::story::{self, Source, written};

fn main() {
    let source = Source::built_in();
    let text = source.text.to_string();
    head(&format!("load: {} KiB, best of 60 turns", text.len() >> 10));
    let compared = side_by_side(
        60,
        || {
            black_box(story::load(black_box(&source)).is_ok());
        },
        || {
            black_box(ron::from_str::<written::Story>(black_box(&text)).is_ok());
        },
    );
    row("parse and resolve / ron's bare parse", &compared, 1.5);
    let compared = side_by_side(
        60,
        || {
            black_box(story::load::parse(black_box(&text)).is_ok());
        },
        || {
            black_box(ron::from_str::<written::Story>(black_box(&text)).is_ok());
        },
    );
    row("parse with our limits / ron's bare parse", &compared, 1.5);
}

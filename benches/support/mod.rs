//! Ratios measured side by side: two pieces of work take turns in one run, so that whatever slows the
//! machine down slows both; of each the fastest turn counts, since the work is always the same and
//! whatever else the machine does only adds to it.

#![allow(dead_code, reason = "each bench uses a part")]

pub mod full;
pub mod rooms;

use std::time::{Duration, Instant};

/// The fastest of `rounds` turns of each.
pub fn side_by_side(rounds: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let time = |work: &mut dyn FnMut()| {
        let from = Instant::now();
        work();
        from.elapsed()
    };
    // Once unmeasured, for the caches.
    ours();
    theirs();
    let (mut a, mut b) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for _ in 0..rounds {
        a.push(time(&mut ours));
        b.push(time(&mut theirs));
    }
    (fastest(a), fastest(b))
}

pub fn fastest(times: Vec<Duration>) -> Duration {
    times.into_iter().min().unwrap_or_default()
}

/// Prints the head of a table.
pub fn head(title: &str) {
    println!("\n{title}\n{:<46} {:>12} {:>12} {:>8}  target", "", "treed", "other", "ratio");
}

/// Prints one line: times, and treed's time over the other's, which may be at most `most`.
pub fn row(what: &str, ours: Duration, theirs: Duration, most: f64) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let verdict = if ratio <= most { "held" } else { "MISSED" };
    println!("{what:<46} {:>12} {:>12} {ratio:>8.2}  at most {most}: {verdict}", show(ours), show(theirs));
}

/// Prints one line with a bound of its own: a time that may be at most `most`.
pub fn bound(what: &str, time: Duration, most: Duration) {
    let verdict = if time <= most { "held" } else { "MISSED" };
    println!("{what:<46} {:>12} {:>30}: {verdict}", show(time), format!("at most {}", show(most)));
}

pub fn show(time: Duration) -> String {
    let ns = time.as_nanos() as f64;
    match ns {
        ..1e4 => format!("{ns:.0} ns"),
        ..1e7 => format!("{:.1} µs", ns / 1e3),
        _ => format!("{:.2} ms", ns / 1e6),
    }
}

//! Ratios measured side by side: two pieces of work take turns in one run, so that whatever slows the
//! machine down slows both. The ratio is the median of those of the single turns; the times are of the
//! fastest turns, since the work is always the same and whatever else the machine does only adds to it.

#![allow(dead_code, reason = "each bench uses a part")]

pub mod full;
pub mod rooms;

use std::time::{Duration, Instant};

/// Two pieces of work side by side.
pub struct Compared {
    /// The fastest turn of ours.
    pub ours: Duration,
    /// The fastest turn of the other.
    pub theirs: Duration,
    /// The median of ours over the other's.
    pub ratio: f64,
}

impl Compared {
    /// From the turns of both.
    pub fn of(ours: Vec<Duration>, theirs: Vec<Duration>) -> Compared {
        let mut ratios: Vec<f64> = ours
            .iter()
            .zip(&theirs)
            .map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        Compared { ratio: ratios[ratios.len() / 2], ours: fastest(ours), theirs: fastest(theirs) }
    }

    /// The time of one of so many parts.
    pub fn part(self, parts: u32) -> Compared {
        Compared { ours: self.ours / parts, theirs: self.theirs / parts, ..self }
    }
}

/// Both take turns, so many each.
pub fn side_by_side(rounds: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Compared {
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
    Compared::of(a, b)
}

pub fn fastest(times: Vec<Duration>) -> Duration {
    times.into_iter().min().unwrap_or_default()
}

/// Prints the head of a table.
pub fn head(title: &str) {
    println!("\n{title}\n{:<46} {:>12} {:>12} {:>8}  target", "", "treed", "other", "ratio");
}

/// Prints one line: times, and treed's time over the other's, which may be at most `most`.
pub fn row(what: &str, compared: &Compared, most: f64) {
    let Compared { ours, theirs, ratio } = *compared;
    let verdict = if ratio <= most { "held" } else { "MISSED" };
    let digits = if most < 0.1 { 4 } else { 2 };
    println!(
        "{what:<46} {:>12} {:>12} {ratio:>8.digits$}  at most {most}: {verdict}",
        show(ours),
        show(theirs)
    );
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

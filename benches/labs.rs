//! Milliseconds of one run of each lab, at the comic's setting and at the slowest knobs; and what two
//! threads gain on a sweep of a thousand seeds.
//!
//! `cargo bench --bench labs`. No harness: a run is milliseconds long, so the median of some rounds says
//! enough, and the two sweeps are timed in turn, so that a busy machine slows both.
#![allow(clippy::expect_used, reason = "a benchmark may fail so")]

use std::hint::black_box;
use std::num::NonZero;
use std::time::Instant;
use treed::cli::lab::{Order, order, table};
use treed::labs::Lab;

/// What is timed: a lab and its flags.
const RUNS: &[(Lab, &str, &str)] = &[
    (Lab::Crowd, "the comic", ""),
    (
        Lab::Crowd,
        "slowest",
        "--metric Balanced --submissions 500 --redundancy 5 --aggregation DawidSkene --gold perfect",
    ),
    (Lab::Drones, "the comic", ""),
    (Lab::Drones, "slowest", "--episodes 3000 --gamma 0.9999999 --explore Optimistic --shaping Bonus"),
    (Lab::Imitation, "the comic", ""),
    (Lab::Imitation, "slowest", "--demos 20 --rounds 5 --recorded 12+0 --flown 5"),
];

/// Different seeds, timed one by one.
const ROUNDS: u64 = 60;

fn main() {
    // `cargo test --all-targets` only wants to know that it is there.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("one run, ms                median    worst");
    for &(lab, name, flags) in RUNS {
        let order = order(lab, flags).expect("flags");
        let mut times: Vec<f64> = (0..ROUNDS).map(|seed| milliseconds(|| order.case.run(seed))).collect();
        times.sort_by(f64::total_cmp);
        let title = format!("{}, {name}", lab.signature().name);
        println!("{title:<24} {:>8.2} {:>8.2}", times[times.len() / 2], times[times.len() - 1]);
    }
    for lab in Lab::ALL {
        let asked = milliseconds(|| (0..20).for_each(|seed| drop(lab.ask(&lab.default_setting(), seed))));
        println!("{:<24} {:>8.2}", format!("{}, asked early", lab.signature().name), asked / 20.0);
    }

    println!("\n1,000 seeds, s           one thread  two threads  ratio");
    for lab in Lab::ALL {
        let order = order(lab, "--seeds 1000").expect("flags");
        let (mut one, mut two) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            one.push(sweep(&order, 1));
            two.push(sweep(&order, 2));
        }
        one.sort_by(f64::total_cmp);
        two.sort_by(f64::total_cmp);
        let (one, two) = (one[1], two[1]);
        println!("{:<24} {one:>10.2} {two:>12.2} {:>6.2}", lab.signature().name, one / two);
    }
}

fn sweep(order: &Order, threads: usize) -> f64 {
    let threads = NonZero::new(threads).expect("threads");
    milliseconds(|| table(order, threads)) / 1000.0
}

fn milliseconds<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = Instant::now();
    black_box(work());
    begun.elapsed().as_secs_f64() * 1000.0
}

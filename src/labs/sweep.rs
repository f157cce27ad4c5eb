//! Many runs of an experiment, on all cores, and what their counts say.
//!
//! The answer is the same at any number of threads: runs are independent, and are put back in their
//! order before anything is counted.

use super::player::Hands;
use super::{Lab, Report, Setting, Value};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A setting and hands, to be run over many seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Which experiment.
    pub lab: Lab,
    /// Its knobs.
    pub setting: Setting,
    /// What somebody does by hand in it.
    pub hands: Hands,
}

impl Case {
    /// One run.
    pub fn run(&self, seed: u64) -> Report {
        self.lab.run(&self.setting, &self.hands.inputs(seed), seed)
    }
}

/// Seeds `from`, `from` + 1 and so on; after the last comes 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// The first.
    pub from: u64,
    /// How many.
    pub count: u32,
}

impl Seeds {
    /// The n-th, counted from 0.
    pub fn nth(self, n: u32) -> u64 {
        self.from.wrapping_add(u64::from(n))
    }
}

/// What came of a case over some seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// Runs of each outcome, by index.
    pub counts: Vec<u32>,
    /// The first seed that gave it.
    pub first: Vec<Option<u64>>,
    /// Of each figure that was asked for, the values at 5, 50 and 95 per cent of the runs: those at
    /// index ⌊(n − 1) p⌋ in rising order.
    pub figures: Vec<[f64; 3]>,
}

/// Runs every case with every seed, and counts. `figures` are indices into the signature of the lab
/// (the same for all cases); a figure that is a name counts as 0. `done` is called after each run,
/// on the thread that ran it.
pub fn tally(
    cases: &[Case],
    seeds: Seeds,
    figures: &[usize],
    threads: NonZero<usize>,
    done: impl Fn() + Sync,
) -> Vec<Tally> {
    let count = seeds.count as usize;
    let runs = each(cases.len() * count, threads, |at| {
        let report = cases[at / count].run(seeds.nth((at % count) as u32));
        done();
        let values: Vec<f64> = figures.iter().map(|&figure| number(report.figures[figure])).collect();
        (usize::from(report.outcome.0), values)
    });
    let per_case = runs.chunks(count.max(1)).zip(cases);
    per_case.map(|(runs, case)| count_up(runs, case.lab, seeds, figures.len())).collect()
}

fn count_up(runs: &[(usize, Vec<f64>)], lab: Lab, seeds: Seeds, n_figures: usize) -> Tally {
    let n_outcomes = lab.signature().outcomes.len();
    let mut tally = Tally { counts: vec![0; n_outcomes], first: vec![None; n_outcomes], figures: vec![] };
    for (n, &(outcome, _)) in (0..).zip(runs) {
        tally.counts[outcome] += 1;
        tally.first[outcome].get_or_insert(seeds.nth(n));
    }
    for figure in 0..n_figures {
        let mut values: Vec<f64> = runs.iter().map(|(_, values)| values[figure]).collect();
        values.sort_by(f64::total_cmp);
        tally.figures.push([5, 50, 95].map(|part| values[(values.len() - 1) * part / 100]));
    }
    tally
}

fn number(value: Value) -> f64 {
    match value {
        Value::Whole(whole) => whole as f64,
        Value::Real(real) => real,
        Value::Name(_) => 0.0,
    }
}

/// Does `n` jobs on so many threads; the answers in the order of the jobs. A panic in a job is one
/// here.
pub fn each<T: Send>(n: usize, threads: NonZero<usize>, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= n {
                return done;
            }
            done.push((at, job(at)));
        }
    };
    let mut all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.get().min(n)).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|&(at, _)| at);
    all.into_iter().map(|(_, answer)| answer).collect()
}

/// As many threads as there are cores; one if nobody can tell.
pub fn all_cores() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// The 95 % interval of a share of which `hits` in `runs` were seen (Wilson 1927, *Probable Inference,
/// the Law of Succession, and Statistical Inference*): between 0 and 1, and of some width even at 0
/// and at `runs` hits. Without runs anything is possible: 0 to 1.
pub fn wilson(hits: u32, runs: u32) -> (f64, f64) {
    // The 97.5 % point of the normal distribution.
    const Z: f64 = 1.959963984540054;
    if runs == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (f64::from(runs), f64::from(hits) / f64::from(runs));
    let widened = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / widened;
    let half = Z / widened * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    // At the ends the formula is exact, its rounding is not.
    let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if hits >= runs { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// Whether two counts of so many runs each differ by more than chance would have them differ once in
/// ten thousand times: the pooled two-proportion z test, two-sided.
pub fn differ((hits_a, runs_a): (u32, u32), (hits_b, runs_b): (u32, u32)) -> bool {
    // The 99.995 % point of the normal distribution.
    const Z: f64 = 3.890591886413123;
    let [hits_a, runs_a, hits_b, runs_b] = [hits_a, runs_a, hits_b, runs_b].map(f64::from);
    if runs_a == 0.0 || runs_b == 0.0 {
        return false;
    }
    let pooled = (hits_a + hits_b) / (runs_a + runs_b);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / runs_a + 1.0 / runs_b)).sqrt();
    (hits_a / runs_a - hits_b / runs_b).abs() > Z * deviation
}

//! The leaderboard: entries, further submissions, places.

use super::metric::{Confusion, Metric};
use super::photographs::{PHOTOGRAPHS, PIXELS, Photograph};
use super::teams::Team;
use crate::labs::random::Stream;

/// Grey levels within which a pixel counts as the same.
const NEAR: u8 = 5;
/// By how much a score must rise for the ladder to show it.
const RUNG: f64 = 0.01;

/// Photographs whose truth the board knows.
#[derive(Clone, Debug)]
pub struct TestSet {
    /// Whether she is there.
    pub truth: Vec<bool>,
    /// For each pixel, its level in each photograph.
    columns: Vec<[u8; PHOTOGRAPHS]>,
}

/// The rules of the contest.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// What is scored.
    pub metric: Metric,
    /// Submissions of each team, at least one.
    pub submissions: u32,
    /// The board shows only rises of at least a hundredth (Blum & Hardt 2015).
    pub ladder: bool,
}

/// One team's answers to a test set, and how they count.
#[derive(Clone, Debug)]
pub struct Answers {
    /// One for each photograph; true for CAT.
    pub says: Vec<bool>,
    /// Right and wrong ones.
    pub counts: Confusion,
}

/// A submission that the board showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Which, from 1.
    pub submission: u32,
    /// Public score.
    pub public: f64,
    /// Private score, which nobody saw.
    pub private: f64,
}

/// Where a team stands.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who.
    pub team: Team,
    /// Answers to the public photographs.
    pub public: Answers,
    /// Answers to the private photographs.
    pub private: Answers,
    /// Public counts after the first submission.
    pub public_first: Confusion,
    /// What the board showed of it, the first submission included.
    pub steps: Vec<Step>,
}

/// So many photographs can be counted in a byte: the innermost loop then is one over bytes, which a
/// processor does sixteen at a time.
const BYTE: usize = 250;

/// An exception to a team's answers: photographs like this one at two pixels get the verdict.
#[derive(Clone, Copy)]
struct Exception {
    pixels: [usize; 2],
    levels: [u8; 2],
    verdict: bool,
}

impl TestSet {
    /// Of [`PHOTOGRAPHS`] photographs.
    pub fn of(photographs: &[Photograph]) -> TestSet {
        let truth = photographs.iter().map(|photograph| photograph.cat).collect();
        let mut columns = vec![[0; PHOTOGRAPHS]; PIXELS];
        for (i, photograph) in photographs.iter().enumerate() {
            for (column, &level) in columns.iter_mut().zip(&photograph.pixels) {
                column[i] = level;
            }
        }
        TestSet { truth, columns }
    }

    /// The two levels of each photograph at the exception's pixels.
    fn levels(&self, exception: Exception) -> impl Iterator<Item = (u8, u8)> + '_ {
        let [a, b] = exception.pixels.map(|pixel| &self.columns[pixel]);
        a.iter().copied().zip(b.iter().copied())
    }
}

impl Exception {
    fn draw(stream: &mut Stream, public: &TestSet) -> Exception {
        let model = stream.below(PHOTOGRAPHS as u32) as usize;
        let pixels = [0; 2].map(|_| stream.below(PIXELS as u32) as usize);
        let verdict = stream.below(2) == 1;
        let levels = pixels.map(|pixel| public.columns[pixel][model]);
        Exception { pixels, levels, verdict }
    }

    fn covers(self, (a, b): (u8, u8)) -> bool {
        // `&` rather than `&&`: both comparisons are cheaper than a branch, five million times.
        (a.abs_diff(self.levels[0]) <= NEAR) & (b.abs_diff(self.levels[1]) <= NEAR)
    }
}

impl Answers {
    fn new(says: Vec<bool>, set: &TestSet) -> Answers {
        let counts = Confusion::of(&says, &set.truth);
        Answers { says, counts }
    }

    /// The counts if this exception were added.
    fn counts_with(&self, set: &TestSet, exception: Exception) -> Confusion {
        // Photographs whose answer would change, without her and with her.
        let mut changed = [0u32; 2];
        let [a, b] = exception.pixels.map(|pixel| set.columns[pixel].chunks(BYTE));
        for (((a, b), says), truth) in a.zip(b).zip(self.says.chunks(BYTE)).zip(set.truth.chunks(BYTE)) {
            let (mut all, mut there) = (0u8, 0u8);
            for (((&a, &b), &says), &truth) in a.iter().zip(b).zip(says).zip(truth) {
                let changes = exception.covers((a, b)) & (says != exception.verdict);
                all += u8::from(changes);
                there += u8::from(changes & truth);
            }
            changed[0] += u32::from(all - there);
            changed[1] += u32::from(there);
        }
        let mut counts = self.counts;
        for (changed, truth) in changed.into_iter().zip([false, true]) {
            *counts.cell(!exception.verdict, truth) -= changed;
            *counts.cell(exception.verdict, truth) += changed;
        }
        counts
    }

    fn add(&mut self, set: &TestSet, exception: Exception) {
        self.counts = self.counts_with(set, exception);
        for (says, levels) in self.says.iter_mut().zip(set.levels(exception)) {
            if exception.covers(levels) {
                *says = exception.verdict;
            }
        }
    }
}

impl Entry {
    /// The first submission.
    pub fn new(
        team: Team,
        says: [Vec<bool>; 2],
        public: &TestSet,
        private: &TestSet,
        metric: Metric,
    ) -> Entry {
        let [public_says, private_says] = says;
        let public = Answers::new(public_says, public);
        let private = Answers::new(private_says, private);
        let first = Step {
            submission: 1,
            public: metric.score(&public.counts),
            private: metric.score(&private.counts),
        };
        Entry { team, public_first: public.counts, public, private, steps: vec![first] }
    }

    /// Submits again until the contest is over: each submission adds a random exception (all
    /// photographs that look like a drawn one at two pixels get a drawn verdict) and keeps it if
    /// the public score rises. Adaptive overfitting in its plainest form (Blum & Hardt 2015).
    pub fn submit_again(&mut self, seed: u64, public: &TestSet, private: &TestSet, rules: Rules) {
        let mut stream = Stream::new(seed, "crowd", "submit", self.team.index() as u64);
        let mut score = self.now().public;
        for submission in 2..=rules.submissions {
            let exception = Exception::draw(&mut stream, public);
            let tried = rules.metric.score(&self.public.counts_with(public, exception));
            let rises = if rules.ladder { tried - score >= RUNG } else { tried > score };
            if rises {
                score = tried;
                self.public.add(public, exception);
                self.private.add(private, exception);
                let private = rules.metric.score(&self.private.counts);
                self.steps.push(Step { submission, public: tried, private });
            }
        }
    }

    /// The first submission.
    pub fn first(&self) -> Step {
        self.steps[0]
    }

    /// The latest submission that was kept.
    pub fn now(&self) -> Step {
        self.steps[self.steps.len() - 1]
    }

    /// By how much more the public score rose than the private one; 0 with one submission.
    pub fn excess(&self) -> f64 {
        let (first, now) = (self.first(), self.now());
        (now.public - first.public) - (now.private - first.private)
    }
}

/// Sorts entries by public score, best first; of equals the earlier registered.
pub fn rank(entries: &mut [Entry]) {
    entries.sort_by(|a, b| b.now().public.total_cmp(&a.now().public).then(a.team.cmp(&b.team)));
}

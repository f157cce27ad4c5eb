//! Counting right and wrong answers, and what a metric makes of the counts.

/// What the contest is decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Share of right answers.
    Accuracy,
    /// Mean of recall and specificity (Brodersen, Ong, Stephan & Buhmann 2010).
    Balanced,
    /// Harmonic mean of precision and recall.
    F1,
    /// Share of the cats that are found.
    Recall,
}

/// Answers against the truth, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Says CAT, and she is there.
    pub found: u32,
    /// Says CAT, and she is not.
    pub alarms: u32,
    /// Says NO CAT, and she is there.
    pub missed: u32,
    /// Says NO CAT, and she is not.
    pub quiet: u32,
}

impl Confusion {
    /// Counts answers against the truth, item by item.
    pub fn of(says: &[bool], truth: &[bool]) -> Confusion {
        let mut confusion = Confusion::default();
        for (&says, &truth) in says.iter().zip(truth) {
            *confusion.cell(says, truth) += 1;
        }
        confusion
    }

    /// The count of one sort of answer.
    pub fn cell(&mut self, says: bool, truth: bool) -> &mut u32 {
        match (says, truth) {
            (true, true) => &mut self.found,
            (true, false) => &mut self.alarms,
            (false, true) => &mut self.missed,
            (false, false) => &mut self.quiet,
        }
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> f64 {
        share(self.found + self.quiet, self.found + self.alarms + self.missed + self.quiet)
    }

    /// Share of the cats that are found; 0 if there are none.
    pub fn recall(&self) -> f64 {
        share(self.found, self.found + self.missed)
    }

    /// Share of the photographs without her that raise no alarm; 0 if there are none.
    pub fn specificity(&self) -> f64 {
        share(self.quiet, self.quiet + self.alarms)
    }

    /// Share of the alarms on which she is; 0 without an alarm.
    pub fn precision(&self) -> f64 {
        share(self.found, self.found + self.alarms)
    }

    /// Mean of recall and specificity.
    pub fn balanced(&self) -> f64 {
        (self.recall() + self.specificity()) / 2.0
    }

    /// Harmonic mean of precision and recall; 0 if nothing is found.
    pub fn f1(&self) -> f64 {
        share(2 * self.found, 2 * self.found + self.alarms + self.missed)
    }
}

impl Metric {
    /// The score of these counts, between 0 and 1.
    pub fn score(self, confusion: &Confusion) -> f64 {
        match self {
            Metric::Accuracy => confusion.accuracy(),
            Metric::Balanced => confusion.balanced(),
            Metric::F1 => confusion.f1(),
            Metric::Recall => confusion.recall(),
        }
    }

    /// The cut that scores best on held-back items: CAT above it. Walks down the scores from
    /// "nothing is CAT", moves on strict improvement only and never between equal scores; half-way
    /// between two scores, or −∞ (everything is CAT) below the last.
    pub fn cut(self, scores: &[f64], labels: &[bool]) -> f64 {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        let mut confusion = Confusion::of(&vec![false; labels.len()], labels);
        let (mut best, mut cut) = (self.score(&confusion), f64::INFINITY);
        for (place, &item) in order.iter().enumerate() {
            *confusion.cell(false, labels[item]) -= 1;
            *confusion.cell(true, labels[item]) += 1;
            let below = order.get(place + 1).map(|&next| scores[next]);
            if below == Some(scores[item]) {
                continue;
            }
            let score = self.score(&confusion);
            if score > best {
                best = score;
                cut = below.map_or(f64::NEG_INFINITY, |below| (scores[item] + below) / 2.0);
            }
        }
        cut
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

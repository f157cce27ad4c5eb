//! The ten teams: who they are, and which learner each brings.

use super::features::{CONTRASTS, FEATURES, Row};
use super::learners::{self, Lesson, Model};
use super::metric::Metric;
use crate::labs::random::Stream;

/// Training rows that a learner is fitted to; the rest choose its cut.
pub const FITTED: usize = 700;

/// A team of students.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Team {
    /// Logistic regression without any feature: learns the base rate.
    TheAlchemist,
    /// A net with two hidden layers of four.
    TwoDeep,
    /// One feature and a threshold.
    Goldmind,
    /// The averaged perceptron.
    CatNeuron,
    /// Logistic regression on the contrasts.
    MicroSoftmax,
    /// A net with one hidden layer of six.
    Backprop4Pres,
    /// Logistic regression on everything.
    ClosedAi,
    /// Nearest neighbours among the first 300.
    HyperNoobz,
    /// Nearest class mean.
    RealAdaLambda,
    /// Logistic regression on the tiles, with a penalty.
    RedditBro95,
}

/// How much each photograph looks like CAT to a fitted learner.
#[derive(Clone, Debug)]
pub struct Scores {
    /// Of the training rows that it was not fitted to.
    held_back: Vec<f64>,
    /// Of the public and the private rows.
    sets: [Vec<f64>; 2],
}

impl Team {
    /// All of them, in order of registration.
    pub const ALL: [Team; 10] = [
        Team::TheAlchemist,
        Team::TwoDeep,
        Team::Goldmind,
        Team::CatNeuron,
        Team::MicroSoftmax,
        Team::Backprop4Pres,
        Team::ClosedAi,
        Team::HyperNoobz,
        Team::RealAdaLambda,
        Team::RedditBro95,
    ];

    /// As it stands on the leaderboard.
    pub fn name(self) -> &'static str {
        match self {
            Team::TheAlchemist => "TheAlchemist",
            Team::TwoDeep => "2Deep",
            Team::Goldmind => "Goldmind",
            Team::CatNeuron => "CatNeuron",
            Team::MicroSoftmax => "MicroSoftmax",
            Team::Backprop4Pres => "Backprop4Pres",
            Team::ClosedAi => "ClosedAI",
            Team::HyperNoobz => "HyperNoobz",
            Team::RealAdaLambda => "RealAdaLambda",
            Team::RedditBro95 => "RedditBro95",
        }
    }

    /// Order of registration, from 0; the index of the team's random numbers.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Fits the first [`FITTED`] training rows, and scores the others and two more sets. Unless right
    /// answers are all that counts, rows labelled CAT weigh as much, all together, as the others (Elkan
    /// 2001). There is a label for each training row, and more than [`FITTED`] of them.
    pub fn scores(
        self,
        seed: u64,
        training: &[Row],
        labels: &[bool],
        metric: Metric,
        sets: [&[Row]; 2],
    ) -> Scores {
        let (fitted, held_back) = training.split_at(FITTED);
        let labels = &labels[..FITTED];
        let lesson = Lesson { rows: fitted, labels, cat_weight: cat_weight(labels, metric) };
        let model = self.fit(seed, &lesson);
        let score = |rows: &[Row]| rows.iter().map(|row| model.score(row)).collect();
        Scores { held_back: score(held_back), sets: sets.map(score) }
    }

    /// Whether the weight of a row changes what the learner is fitted to. Where it does not, the metric
    /// only moves the cut, and the scores are good for all.
    pub fn weighs(self) -> bool {
        !matches!(self, Team::Goldmind | Team::HyperNoobz | Team::RealAdaLambda)
    }

    fn fit(self, seed: u64, lesson: &Lesson) -> Model {
        let mut stream = Stream::new(seed, "crowd", "team", self.index() as u64);
        match self {
            Team::TheAlchemist => learners::logistic(lesson, 0..0, 40, 1.0, 0.0),
            Team::TwoDeep => learners::net(lesson, &[4, 4], 4, 0.02, &mut stream),
            Team::Goldmind => learners::stump(lesson),
            Team::CatNeuron => learners::perceptron(lesson, 5),
            Team::MicroSoftmax => learners::logistic(lesson, 0..CONTRASTS, 40, 1.0, 0.0),
            Team::Backprop4Pres => learners::net(lesson, &[6], 4, 0.03, &mut stream),
            Team::ClosedAi => learners::logistic(lesson, 0..FEATURES, 40, 0.3, 0.0),
            Team::HyperNoobz => {
                let (rows, labels) = (&lesson.rows[..300], &lesson.labels[..300]);
                learners::neighbours(&Lesson { rows, labels, ..*lesson })
            }
            Team::RealAdaLambda => learners::centroids(lesson),
            Team::RedditBro95 => learners::logistic(lesson, CONTRASTS..FEATURES, 20, 0.3, 0.01),
        }
    }
}

impl Scores {
    /// The answers to the public and the private rows, true for CAT, by the cut that is best for the
    /// training rows held back; their labels are the last of `labels`.
    pub fn answers(&self, labels: &[bool], metric: Metric) -> [Vec<bool>; 2] {
        let cut = metric.cut(&self.held_back, &labels[FITTED..]);
        self.sets.each_ref().map(|scores| scores.iter().map(|&score| score > cut).collect())
    }
}

fn cat_weight(labels: &[bool], metric: Metric) -> f64 {
    let cats = labels.iter().filter(|&&label| label).count();
    if metric == Metric::Accuracy || cats == 0 { 1.0 } else { (labels.len() - cats) as f64 / cats as f64 }
}

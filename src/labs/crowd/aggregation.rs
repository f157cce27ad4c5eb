//! Many answers to one label: by majority, or by how far each worker is to be believed.
//!
//! Knows workers as numbers only; whether they are people or planted by a test is not its concern.

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 30;

/// How answers become one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// CAT if more than half say so.
    Majority,
    /// By an estimate of each worker's errors (Dawid & Skene 1979).
    DawidSkene,
}

/// One worker's answer to one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Index of the worker.
    pub worker: usize,
    /// The answer; true for CAT.
    pub cat: bool,
}

/// Answers to items whose class is taken as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Class of each item; true for CAT.
    pub known: Vec<bool>,
    /// For each worker, the answer to each item; empty if nobody was asked.
    pub said: Vec<Vec<bool>>,
}

/// What the model of Dawid and Skene believes after its last round.
#[derive(Clone, Debug, PartialEq)]
pub struct Beliefs {
    /// For each item, the probability of CAT.
    pub cat: Vec<f64>,
    /// For each worker, the probability of saying CAT where it is CAT.
    pub recall: Vec<f64>,
    /// For each worker, the probability of saying CAT where it is not.
    pub false_alarm: Vec<f64>,
    /// The probability of CAT before any answer.
    pub prior: f64,
}

/// More than half say CAT; a tie is NO CAT.
pub fn majority(votes: &[Vec<Vote>]) -> Vec<bool> {
    votes.iter().map(|votes| 2 * n_cat(votes) > votes.len()).collect()
}

/// Two-class Dawid & Skene (1979) by expectation maximisation, thirty rounds. `votes` has a list
/// for each item, over `n_workers` workers; one imaginary answer of each sort per class keeps
/// probabilities from 0 and 1. With `gold`, the known classes alone estimate the workers in the
/// first round, and join the count in all others; without, the start is the share of CAT votes.
///
/// Finds a local maximum of the likelihood: where most workers lie, the mirrored one.
pub fn dawid_skene(votes: &[Vec<Vote>], n_workers: usize, gold: Option<&Answers>) -> Beliefs {
    let share = |votes: &Vec<Vote>| n_cat(votes) as f64 / votes.len() as f64;
    let mut beliefs = Beliefs {
        cat: votes.iter().map(share).collect(),
        recall: vec![0.5; n_workers],
        false_alarm: vec![0.5; n_workers],
        prior: 0.5,
    };
    for round in 0..ROUNDS {
        let gold_only = round == 0 && gold.is_some();
        maximise(&mut beliefs, if gold_only { &[] } else { votes }, gold);
        expect(&mut beliefs, votes);
    }
    beliefs
}

/// The workers' probabilities and the prior, from the classes as now believed.
fn maximise(beliefs: &mut Beliefs, votes: &[Vec<Vote>], gold: Option<&Answers>) {
    let n_workers = beliefs.recall.len();
    // Expected answers of each worker: [where it is not CAT, where it is][NO CAT, CAT].
    let mut counts = vec![[[1.0f64; 2]; 2]; n_workers];
    if let Some(gold) = gold {
        for (count, said) in counts.iter_mut().zip(&gold.said) {
            for (&known, &cat) in gold.known.iter().zip(said) {
                count[usize::from(known)][usize::from(cat)] += 1.0;
            }
        }
    }
    for (votes, &cat) in votes.iter().zip(&beliefs.cat) {
        for vote in votes {
            counts[vote.worker][1][usize::from(vote.cat)] += cat;
            counts[vote.worker][0][usize::from(vote.cat)] += 1.0 - cat;
        }
    }
    for (worker, [not_there, there]) in counts.iter().enumerate() {
        beliefs.recall[worker] = there[1] / (there[0] + there[1]);
        beliefs.false_alarm[worker] = not_there[1] / (not_there[0] + not_there[1]);
    }
    if !votes.is_empty() {
        let sum: f64 = beliefs.cat.iter().sum();
        beliefs.prior = (sum + 1.0) / (votes.len() as f64 + 2.0);
    }
}

/// The classes, from the workers as now estimated.
fn expect(beliefs: &mut Beliefs, votes: &[Vec<Vote>]) {
    for (cat, votes) in beliefs.cat.iter_mut().zip(votes) {
        let mut there = beliefs.prior;
        let mut not_there = 1.0 - beliefs.prior;
        for vote in votes {
            let (recall, false_alarm) = (beliefs.recall[vote.worker], beliefs.false_alarm[vote.worker]);
            there *= if vote.cat { recall } else { 1.0 - recall };
            not_there *= if vote.cat { false_alarm } else { 1.0 - false_alarm };
        }
        *cat = there / (there + not_there);
    }
}

fn n_cat(votes: &[Vote]) -> usize {
    votes.iter().filter(|vote| vote.cat).count()
}

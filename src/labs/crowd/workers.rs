//! The workers: who was hired, whom a test dismissed, what they answered.
//!
//! Types of worker rather than people: diligent, always NO CAT, at random, and vandals, who answer
//! the opposite of what they see (Snow, O'Connor, Jurafsky & Ng 2008 met all four).

use super::aggregation::{Answers, Vote};
use super::photographs::{GOLD, Photograph};
use crate::labs::random::Stream;

/// Workers hired for every set of labels.
pub const WORKERS: usize = 30;

/// A worker stays who agrees with the player on at least so many gold photographs.
const PASS: usize = 7;

/// What one label pays; it decides who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wage {
    /// One cent.
    Cent,
    /// Five cents.
    Nickel,
    /// Twenty-five cents.
    Fair,
}

/// What the workers were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// One line: three workers in five take a squirrel for her.
    Terse,
    /// A page with pictures: one in twelve does.
    Illustrated,
}

/// How a worker answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Looks, and says the opposite.
    Vandal,
    /// Tosses a coin.
    Random,
    /// Says NO CAT without looking.
    Idle,
    /// Looks, and says what it saw.
    Diligent,
}

/// Those who were hired, and what became of them.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Who was hired, in order.
    pub workers: Vec<Kind>,
    /// Who was sent away after the gold photographs.
    pub dismissed: Vec<bool>,
    pens: Vec<Stream>,
    instructions: Instructions,
    gold_answers: Vec<[bool; GOLD]>,
}

impl Wage {
    /// Cents for one label.
    pub fn cents(self) -> u32 {
        match self {
            Wage::Cent => 1,
            Wage::Nickel => 5,
            Wage::Fair => 25,
        }
    }

    /// Who answers an advertisement at this wage; one draw of a hundred.
    fn hires(self, draw: u32) -> Kind {
        let (vandal, random, idle) = match self {
            Wage::Cent => (35, 25, 20),
            Wage::Nickel => (5, 20, 15),
            Wage::Fair => (0, 5, 5),
        };
        if draw < vandal {
            Kind::Vandal
        } else if draw < vandal + random {
            Kind::Random
        } else if draw < vandal + random + idle {
            Kind::Idle
        } else {
            Kind::Diligent
        }
    }
}

impl Crowd {
    /// Hires thirty workers.
    pub fn hire(seed: u64, wage: Wage, instructions: Instructions) -> Crowd {
        let mut stream = Stream::new(seed, "crowd", "hire", 0);
        let workers: Vec<Kind> = (0..WORKERS).map(|_| wage.hires(stream.below(100))).collect();
        let pens = (0..WORKERS as u64).map(|i| Stream::new(seed, "crowd", "pen", i)).collect();
        let dismissed = vec![false; WORKERS];
        Crowd { workers, dismissed, pens, instructions, gold_answers: Vec::new() }
    }

    /// Has every worker label the gold photographs. They come before the others.
    pub fn ask_gold(&mut self, photographs: &[Photograph; GOLD]) {
        self.gold_answers = (0..WORKERS)
            .map(|worker| std::array::from_fn(|i| self.answer(worker, &photographs[i])))
            .collect();
    }

    /// Sends away all who agree with the player on fewer than seven gold photographs, unless fewer
    /// than `least` would stay: then nobody goes.
    pub fn dismiss(&mut self, player: &[bool; GOLD], least: usize) {
        let fails = |answers: &[bool; GOLD]| {
            answers.iter().zip(player).filter(|(answer, own)| answer == own).count() < PASS
        };
        let dismissed: Vec<bool> = self.gold_answers.iter().map(fails).collect();
        if dismissed.iter().filter(|&&gone| !gone).count() >= least {
            self.dismissed = dismissed;
        }
    }

    /// Shows each photograph to `redundancy` different workers who were not dismissed; no fewer may
    /// have stayed.
    pub fn label(&mut self, seed: u64, photographs: &[Photograph], redundancy: usize) -> Vec<Vec<Vote>> {
        let mut assign = Stream::new(seed, "crowd", "assign", 0);
        let staying: Vec<usize> = (0..WORKERS).filter(|&worker| !self.dismissed[worker]).collect();
        photographs
            .iter()
            .map(|photograph| {
                let mut pool = staying.clone();
                (0..redundancy)
                    .map(|_| {
                        let worker = pool.swap_remove(assign.below(pool.len() as u32) as usize);
                        Vote { worker, cat: self.answer(worker, photograph) }
                    })
                    .collect()
            })
            .collect()
    }

    /// What the workers said to the gold photographs, beside what the player said.
    pub fn gold(&self, player: &[bool; GOLD]) -> Answers {
        Answers {
            known: player.to_vec(),
            said: self.gold_answers.iter().map(|answers| answers.to_vec()).collect(),
        }
    }

    /// How many workers are of this kind, dismissed or not.
    pub fn count(&self, kind: Kind) -> usize {
        self.workers.iter().filter(|&&worker| worker == kind).count()
    }

    /// One answer. What is seen and the coin are both drawn, whoever answers.
    fn answer(&mut self, worker: usize, photograph: &Photograph) -> bool {
        let sees = if photograph.shows_block() {
            0.92
        } else if photograph.squirrel {
            match self.instructions {
                Instructions::Terse => 0.60,
                Instructions::Illustrated => 0.08,
            }
        } else {
            0.02
        };
        let seen = self.pens[worker].chance(sees);
        let coin = self.pens[worker].chance(0.5);
        match self.workers[worker] {
            Kind::Vandal => !seen,
            Kind::Random => coin,
            Kind::Idle => false,
            Kind::Diligent => seen,
        }
    }
}

//! How much is read: games drawn with the weights of the odds, and told.
//!
//! Texts depend on more than control, and variants on visits and seed, so this is measured instead of
//! solved: whole games are drawn (choices by their weights, the world by its own, with one stream of
//! dice for each game), everything told on the way is counted, and the mean is given with its standard
//! error. What is counted: scenes, replies and the labels of choices on offer, each time they are
//! shown. No experiment is run: a figure counts as the words that say so, and a part that depends on
//! a figure is told as where it was not measured.

use super::odds::Weights;
use crate::engine::{self, Block, Move, State, Step, Telling};
use crate::labs::random::Stream;
use crate::story::{Story, Text, Way};
use std::sync::atomic::{AtomicBool, Ordering};

/// A game longer than this is given up and not counted.
const LONGEST: usize = 5000;
/// So is one in which more words are told.
const MOST_WORDS: usize = 1_000_000;
/// No more games are drawn after so many words of all of them.
const MOST_IN_ALL: usize = 40_000_000;

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Games that ended.
    pub games: u32,
    /// Games that were given up.
    pub given_up: u32,
    /// Words a game, on average.
    pub words: f64,
    /// Standard error of that.
    pub error: f64,
    /// Games that ended in each ending.
    pub endings: Vec<u32>,
}

/// Draws games and reads them; `done` is told how many were. Fewer where they are very long, or somebody asked to stop.
pub fn read(
    story: &Story,
    weights: &Weights,
    games: u32,
    stop: &AtomicBool,
    done: &mut dyn FnMut(u32),
) -> Reading {
    let mut reading = Reading { endings: vec![0; story.endings.len()], ..Reading::default() };
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut told = 0;
    for seed in 0..games {
        if told > MOST_IN_ALL || stop.load(Ordering::Relaxed) {
            break;
        }
        done(seed);
        let (ending, words) = game(story, weights, seed, stop);
        told += words;
        match ending {
            Some(ending) => {
                reading.games += 1;
                reading.endings[ending] += 1;
                sum += words as f64;
                squares += (words as f64).powi(2);
            }
            None => reading.given_up += 1,
        }
    }
    let n = f64::from(reading.games.max(1));
    reading.words = sum / n;
    reading.error = ((squares / n - reading.words.powi(2)).max(0.0) / n).sqrt();
    reading
}

/// One game: its ending, if it comes to one, and the words that were told.
fn game(story: &Story, weights: &Weights, seed: u32, stop: &AtomicBool) -> (Option<usize>, usize) {
    let mut reader = Reader { story, telling: Telling::new(story, seed), words: 0 };
    let ending = read_game(&mut reader, weights, seed, stop);
    (ending, reader.words)
}

fn read_game(reader: &mut Reader, weights: &Weights, seed: u32, stop: &AtomicBool) -> Option<usize> {
    let story = reader.story;
    let mut dice = Stream::new(seed.into(), "player", "reading", 0);
    let mut state = reader.arrive(engine::begin(story).ok()?);
    let mut moves: Vec<Move> = Vec::new();
    for _ in 0..LONGEST {
        if let Way::Ending(ending) = story.scene(state.scene(story)).way {
            return Some(ending.index());
        }
        if reader.words > MOST_WORDS || stop.load(Ordering::Relaxed) {
            return None;
        }
        moves.clear();
        engine::moves(story, state.words(), |by| moves.push(by));
        let mut left = dice.unit();
        let chances = weights.of(story, state.words(), &moves);
        let at = chances.iter().position(|chance| {
            left -= chance;
            left < 0.0
        });
        // What rounding leaves over goes to the last that can be.
        let by = *moves.get(at.or_else(|| chances.iter().rposition(|chance| *chance > 0.0))?)?;
        let step = engine::step(story, &state, by).ok()?;
        if let Move::Choose(choice) = by {
            reader.tell(story.choice(choice).reply, step.passed.first().unwrap_or(&step.state));
        }
        state = reader.arrive(step);
    }
    None
}

struct Reader<'s> {
    story: &'s Story,
    telling: Telling,
    words: usize,
}

impl Reader<'_> {
    fn tell(&mut self, text: Text, state: &State) {
        let mut blocks = Vec::new();
        engine::tell(self.story, text, state, &self.telling, &mut blocks);
        let words = blocks.iter().map(|block| match block {
            Block::Paragraph { text, .. } => text.split_whitespace().count(),
            Block::Picture { .. } => 0,
        });
        self.words += words.sum::<usize>();
    }

    fn arrive(&mut self, step: Step) -> State {
        for state in step.passed.iter().chain([&step.state]) {
            let scene = state.scene(self.story);
            self.telling.enter(scene);
            self.tell(self.story.scene(scene).text, state);
        }
        engine::offers(self.story, step.state.words(), |choice, _| {
            self.tell(self.story.choice(choice).label, &step.state);
        });
        step.state
    }
}

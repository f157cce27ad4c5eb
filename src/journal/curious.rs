//! A player who is curious: of what is on offer, what was taken least often so far (count-based
//! exploration, as in Strehl and Littman 2008, "An analysis of model-based interval estimation for Markov
//! decision processes"). Every other game goes on from a scene that was seldom gone on from, by a way that
//! once led there (Ecoffet, Huizinga, Lehman, Stanley and Clune 2021, "First return, then explore"). Such
//! games show far more of a story than games by chance do.

use super::coverage::Coverage;
use super::{Entry, Game, Unmade};
use crate::engine::Offer;
use crate::labs::player::Sample;
use crate::labs::random::Stream;
use crate::story::Story;

/// Remembers how often each choice was taken, over all its games.
#[derive(Clone, Debug)]
pub struct Curious<'s> {
    story: &'s Story,
    /// By choice.
    taken: Vec<u32>,
    /// By kind of exercise: how many were begun.
    begun: [u32; 3],
    /// By scene: a way there, and how often it was gone on from.
    ways: Vec<Option<Way>>,
    games: u32,
}

/// A way to a scene.
#[derive(Clone, Debug)]
struct Way {
    seed: u32,
    entries: Vec<Entry>,
    begun: [u32; 3],
    gone_on: u32,
}

impl<'s> Curious<'s> {
    /// It has not played yet.
    pub fn new(story: &'s Story) -> Curious<'s> {
        Curious {
            story,
            taken: vec![0; story.choices.len()],
            begun: [0; 3],
            ways: vec![None; story.scenes.len()],
            games: 0,
        }
    }

    /// Learns the ways to all scenes of a game that was played.
    ///
    /// # Errors
    /// Where a move cannot be made.
    pub fn watch(&mut self, seed: u32, entries: &[Entry]) -> Result<(), Unmade> {
        let (mut game, _) = Game::replay(self.story, seed, &[])?;
        let mut begun = [0; 3];
        for entry in entries {
            self.learn(&game, begun, false);
            game.follow(entry)?;
            if let (Offer::Exercise(kind), Entry::Choose(_) | Entry::World(..)) = (game.offer(), entry) {
                begun[kind as usize] += 1;
            }
        }
        Ok(())
    }

    /// Remembers how a game came to where it is.
    fn learn(&mut self, game: &Game<'s>, begun: [u32; 3], anew: bool) {
        // A game is gone on from where something is chosen.
        if !matches!(game.offer(), Offer::Choose(_)) {
            return;
        }
        let way = &mut self.ways[game.scene().index()];
        // What it is gone on from should differ from time to time.
        if way.is_none() || anew {
            let gone_on = way.as_ref().map_or(0, |way| way.gone_on);
            *way = Some(Way { seed: game.seed(), entries: game.entries().to_vec(), begun, gone_on });
        }
    }

    /// A game to go on with: a new one, or every other time one that stands where least was gone on from.
    fn begin(&mut self, seed: u32) -> Result<(Game<'s>, [u32; 3]), Unmade> {
        self.games += 1;
        let known = self.ways.iter_mut().flatten().min_by_key(|way| way.gone_on);
        match known.filter(|_| self.games.is_multiple_of(2)) {
            Some(way) => {
                way.gone_on += 1;
                Ok((Game::replay(self.story, way.seed, &way.entries)?.0, way.begun))
            }
            None => Ok((Game::new(self.story, seed)?, [0; 3])),
        }
    }

    /// Plays a game to an ending, or for so many moves; a new one has this seed. Exercises are done in the
    /// kept ways in turn, and handed back in between.
    ///
    /// # Errors
    /// Where the story cannot be played on.
    pub fn play(&mut self, seed: u32, longest: usize) -> Result<Game<'s>, Unmade> {
        let (game, begun) = self.begin(seed)?;
        self.on(game, begun, seed, longest)
    }

    /// Plays on from where a game stands.
    ///
    /// # Errors
    /// Where the story cannot be played on.
    pub fn go_on(&mut self, game: Game<'s>, longest: usize) -> Result<Game<'s>, Unmade> {
        let mut begun = game.now.begun;
        // The exercise at hand is begun below.
        if let Offer::Exercise(kind) = game.offer() {
            begun[kind as usize] = begun[kind as usize].saturating_sub(1);
        }
        let dice = game.seed();
        self.on(game, begun, dice, longest)
    }

    fn on(
        &mut self,
        mut game: Game<'s>,
        mut begun: [u32; 3],
        dice: u32,
        longest: usize,
    ) -> Result<Game<'s>, Unmade> {
        let mut dice = Stream::new(dice.into(), "player", "curious", 0);
        let seed = game.seed();
        for _ in 0..longest {
            match game.offer() {
                Offer::End(_) | Offer::World(_) => break,
                Offer::Exercise(kind) => {
                    let n = begun[kind as usize];
                    begun[kind as usize] += 1;
                    let turn = self.begun[kind as usize] as usize;
                    self.begun[kind as usize] += 1;
                    let way = Sample::ALL.get(turn % (Sample::ALL.len() + 1));
                    match way.and_then(|way| way.perform(kind, seed.into(), n)) {
                        Some((_, lines)) => {
                            for line in lines {
                                game.type_line(&line)?;
                            }
                        }
                        None => game.decline()?,
                    }
                }
                Offer::Choose(offered) => {
                    let open = offered.iter().filter(|offered| offered.open);
                    let least = open.clone().map(|offered| self.taken[offered.choice.index()]).min();
                    let rare: Vec<_> = open
                        .map(|offered| offered.choice)
                        .filter(|choice| Some(self.taken[choice.index()]) == least)
                        .collect();
                    // Nothing open: the story is stuck here, and the game ends.
                    if rare.is_empty() {
                        break;
                    }
                    let choice = rare[dice.below(rare.len() as u32) as usize];
                    self.taken[choice.index()] += 1;
                    game.choose(choice)?;
                    let anew = dice.below(8) == 0;
                    self.learn(&game, begun, anew);
                }
            }
        }
        Ok(game)
    }
}

/// Players at once. What they show does not depend on how many threads there are.
const PLAYERS: u32 = 2;
/// A game of more moves is left.
pub const LONGEST: usize = 300;

/// Plays so many games by curiosity, from the start and from where kept games have been, and says what they
/// show. `tick` is told of each.
///
/// # Errors
/// Where a kept game cannot be played, or a game cannot be played on.
pub fn explore<'s>(
    story: &'s Story,
    kept: &[(u32, Vec<Entry>)],
    games: u32,
    tick: &(dyn Fn() + Sync),
) -> Result<Coverage<'s>, Unmade> {
    let play = |player: u32| {
        let mut curious = Curious::new(story);
        for (seed, entries) in kept {
            curious.watch(*seed, entries)?;
        }
        let mut shown = Coverage::new(story);
        for seed in (player..games).step_by(PLAYERS as usize) {
            let game = curious.play(seed, LONGEST)?;
            shown.play(game.seed(), game.entries()).map_err(|(_, why)| why)?;
            tick();
        }
        Ok::<_, Unmade>(shown)
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| play(1));
        let mut shown = play(0)?;
        if let Ok(other) = other.join() {
            shown.join(&other?);
        }
        Ok(shown)
    })
}

//! A folder of saves as it is after years.

use super::rooms::Random;
use std::time::Duration;
use treed::engine::Offer;
use treed::journal::save::Save;
use treed::journal::store::Store;
use treed::journal::{Entry, Game};
use treed::shell::place;
use treed::story::Story;

/// Slots of the folder.
pub const SLOTS: usize = 50;
/// Runs of its gallery.
pub const RUNS: usize = 1000;

/// Fills a story's folder with slots and a gallery.
pub fn fill(story: &Story, store: &Store) {
    // Some games, each found again and again: to play a thousand would measure the experiments.
    let played: Vec<(u32, Vec<Entry>)> =
        (0..SLOTS as u32).map(|seed| (seed, random_game(story, seed).entries().to_vec())).collect();
    for run in 0..RUNS {
        let (seed, entries) = &played[run % SLOTS];
        let (game, _) = Game::replay(story, *seed, entries).expect("it begins");
        store.keep(&game, run as u64, Duration::from_secs(600), false).expect("it is kept");
        if run < SLOTS {
            let save = Save::of(&game, place(&game), Duration::ZERO, 0);
            store.save(&format!("slot-{run}"), &save, false).expect("it is written");
        }
    }
}

/// A game played at random until it ends.
fn random_game(story: &Story, seed: u32) -> Game<'_> {
    let mut game = Game::new(story, seed).expect("it begins");
    let mut random = Random(seed + 1);
    for _ in 0..400 {
        match game.offer() {
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                game.choose(open[random.pick(open.len())].choice).expect("on offer");
            }
            Offer::Exercise(_) => game.decline().expect("it can be declined"),
            Offer::World(_) | Offer::End(_) => break,
        }
    }
    game
}

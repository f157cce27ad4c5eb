//! Random players of the shipped story: every move on offer can be made, every game can be ended, and a
//! game played again from its list is the same game.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use treed::engine::Offer;
use treed::journal::Game;
use treed::labs::exercise::Kind;
use treed::labs::random::Stream;
use treed::story::{Source, Story, load};

/// Plays until an ending or for so many moves; says which.
fn play<'s>(story: &'s Story, seed: u32, longest: usize) -> (Game<'s>, bool) {
    let mut dice = Stream::new(seed.into(), "player", "choice", 0);
    let mut game = Game::new(story, seed).unwrap();
    for _ in 0..longest {
        match game.offer() {
            Offer::End(_) => return (game, true),
            Offer::World(_) => panic!("the world was not asked"),
            Offer::Exercise(kind) => {
                let line = match (kind, dice.below(8)) {
                    (_, 0) => None,
                    (Kind::Label, n) => Some(if n % 2 == 0 { "c" } else { "n" }),
                    (Kind::Fly | Kind::Correct, n) => {
                        Some(["3 up", "l", "ull", "r", "2 down", "h", "llll"][n as usize - 1])
                    }
                };
                match line {
                    Some(line) => {
                        game.type_line(line).unwrap();
                    }
                    None => game.decline().unwrap(),
                }
            }
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                assert!(!open.is_empty(), "stuck at {}", treed::shell::place(&game));
                let total: f64 = open.iter().map(|offered| story.choice(offered.choice).weight).sum();
                let mut left = dice.unit() * total;
                let mut pick = open[0].choice;
                for offered in &open {
                    left -= story.choice(offered.choice).weight;
                    if left < 0.0 {
                        pick = offered.choice;
                        break;
                    }
                }
                let at = treed::shell::place(&game);
                game.choose(pick).unwrap_or_else(|why| panic!("{at}: {why}"));
            }
        }
    }
    (game, false)
}

#[test]
fn random_games_end_and_replay_to_the_same_screen() {
    let story = load(&Source::built_in()).unwrap();
    let games: u32 = std::env::var("TREED_GAMES").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let style = treed::shell::terminal::Style { width: 80, color: false, plain: false, pictures: true };
    let mut endings = std::collections::BTreeMap::new();
    let (mut moves, mut quick, mut words) = (0, 0, 0);
    for seed in 0..games {
        let (game, ended) = play(&story, seed, 400);
        assert!(ended, "seed {seed}: no ending after 400 moves, at {}", treed::shell::place(&game));
        let ending = game.ending().map(|id| story.str(story.endings[id.index()].name).to_owned()).unwrap();
        *endings.entry(ending).or_insert(0) += 1;
        moves += game.turns();
        quick += usize::from(game.turns() <= 8);
        let (again, stopped) = Game::replay(&story, seed, game.entries()).unwrap();
        assert_eq!(stopped, None, "seed {seed}");
        let (shown, replayed) = (treed::shell::told(&game, style), treed::shell::told(&again, style));
        assert_eq!(shown, replayed, "seed {seed}");
        words += shown.split_whitespace().count();
        assert!(!shown.contains("not measured here"), "seed {seed}: {shown}");
    }
    println!(
        "{games} games, {} moves each, {quick} within eight, {words} words: {endings:#?}",
        moves / games as usize
    );
}

#[test]
fn every_screen_on_the_way_is_whole() {
    let story = load(&Source::built_in()).unwrap();
    for width in [60, 80] {
        let style = treed::shell::terminal::Style { width, color: false, plain: false, pictures: true };
        for seed in 100..112 {
            let (game, _) = play(&story, seed, 400);
            let mut again = Game::replay(&story, seed, &[]).unwrap().0;
            for entry in game.entries() {
                again.follow(entry).unwrap();
                let shown = treed::shell::told(&again, style);
                assert!(!shown.contains("not measured here"), "{shown}");
                assert!(!shown.contains("not drawn here"), "{shown}");
                for line in shown.lines() {
                    assert!(unicode_width::UnicodeWidthStr::width(line) <= width.max(76), "{width}: {line}");
                }
            }
        }
    }
}

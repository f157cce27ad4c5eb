//! Random players of the shipped story: every move on offer can be made, every game can be ended, and a
//! game played again from its list is the same game.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use treed::engine::Offer;
use treed::journal::Game;
use treed::labs::exercise::Kind;
use treed::labs::player::Sample;
use treed::labs::random::Stream;
use treed::proof::odds::Weights;
use treed::proof::pack::Reduce;
use treed::proof::{Budget, Options, prove};
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
                let screen = again.screen();
                let told = screen.blocks.len() + screen.scene.blocks.len();
                assert!(told > 0, "nothing is told at {}", treed::shell::place(&again));
                for line in shown.lines() {
                    assert!(unicode_width::UnicodeWidthStr::width(line) <= width.max(76), "{width}: {line}");
                }
            }
        }
    }
}

/// Plays a game as the proof's random player does: choices by their weights, each end of an exercise alike,
/// where a kept way of doing it ends so.
fn play_by_weights(story: &Story, seed: u32) -> Option<usize> {
    let mut dice = Stream::new(seed.into(), "player", "odds", 0);
    let mut game = Game::new(story, seed).unwrap();
    let mut begun = [0u32; 3];
    for _ in 0..2000 {
        match game.offer() {
            Offer::End(ending) => return Some(ending.index()),
            Offer::World(_) => panic!("the world was not asked"),
            Offer::Exercise(kind) => {
                let n = begun[kind as usize];
                begun[kind as usize] += 1;
                let wanted = (dice.unit() * kind.outcomes().len() as f64) as u8;
                let mut ways = Sample::ALL.into_iter().filter_map(|way| way.perform(kind, seed.into(), n));
                match ways.find(|(session, _)| session.outcome() == Some(wanted)) {
                    Some((_, lines)) => {
                        for line in lines {
                            game.type_line(&line).unwrap();
                        }
                    }
                    None => game.decline().unwrap(),
                }
            }
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                let weight = |choice| story.choice(choice).weight;
                let total: f64 = open.iter().map(|offered| weight(offered.choice)).sum();
                let mut left = dice.unit() * total;
                let pick = open.iter().find(|offered| {
                    left -= weight(offered.choice);
                    left < 0.0
                });
                game.choose(pick.unwrap_or(&open[0]).choice).unwrap();
            }
        }
    }
    None
}

/// The proved odds against real games: Pearson's chi-square over the endings that are expected five times
/// or more, the others as one, at a level of 1e-4 (quantile by Wilson and Hilferty 1931). Run with
/// `TREED_GAMES=300`, as `.ci/run` does; a proof that does not finish has no odds to compare.
#[test]
fn proved_odds_agree_with_real_games() {
    let Some(games) = std::env::var("TREED_GAMES").ok().and_then(|n| n.parse::<u32>().ok()) else {
        println!("not compared: set TREED_GAMES, as in TREED_GAMES=300");
        return;
    };
    let story = load(&Source::built_in()).unwrap();
    let proof = prove(
        &story,
        Options {
            budget: Budget::default(),
            threads: 2,
            reduce: Reduce::default(),
            texts: Some(Default::default()),
            weights: Weights::measured(),
            stop: &false.into(),
            progress: &|_| {},
        },
    );
    let Some(odds) = &proof.odds else {
        println!("not compared: the proof of the story is not finished after {} states", proof.graph.len());
        return;
    };
    let (measured, reached) = odds.coverage;
    if measured < reached {
        println!("not compared: {} of {reached} settings of labs are not measured", reached - measured);
        return;
    }
    let mut counts = vec![0u32; story.endings.len()];
    for seed in 0..games {
        counts[play_by_weights(&story, seed).expect("the game ends")] += 1;
    }
    let (statistic, bound) = chi_square(&counts, &odds.endings);
    println!("{games} games: chi-square {statistic:.1}, at most {bound:.1} is accepted");
    assert!(statistic <= bound, "{counts:?} {:?}", odds.endings);
}

/// The statistic, and its quantile at 1 - 1e-4.
fn chi_square(counts: &[u32], odds: &[f64]) -> (f64, f64) {
    let games: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let (mut cells, mut rest) = (Vec::new(), (0.0, 0.0));
    for (count, odds) in counts.iter().zip(odds) {
        let cell = (f64::from(*count), odds * games);
        if cell.1 >= 5.0 {
            cells.push(cell);
        } else {
            rest = (rest.0 + cell.0, rest.1 + cell.1);
        }
    }
    // A rest that is hardly ever expected still counts, with at least one expected game.
    if rest.0 + rest.1 > 0.0 {
        cells.push((rest.0, rest.1.max(1.0)));
    }
    let statistic = cells.iter().map(|(found, expected)| (found - expected).powi(2) / expected).sum();
    let freedom = (cells.len().saturating_sub(1)).max(1) as f64;
    let z = 3.719; // the normal quantile at 1 - 1e-4
    let part = 2.0 / (9.0 * freedom);
    (statistic, freedom * (1.0 - part + z * part.sqrt()).powi(3))
}

#[test]
fn the_comparison_of_odds_accepts_what_is_right_and_refuses_what_is_wrong() {
    let odds = [0.5, 0.3, 0.19, 0.01];
    let (statistic, bound) = chi_square(&[150, 90, 57, 3], &odds);
    assert!(statistic < 1e-9 && (20.0..23.0).contains(&bound), "{statistic} {bound}");
    let (statistic, bound) = chi_square(&[140, 97, 58, 5], &odds);
    assert!(statistic < bound, "{statistic} {bound}");
    let (statistic, bound) = chi_square(&[90, 150, 57, 3], &odds);
    assert!(statistic > bound, "{statistic} {bound}");
    let (statistic, bound) = chi_square(&[140, 90, 50, 20], &odds);
    assert!(statistic > bound, "{statistic} {bound}");
}

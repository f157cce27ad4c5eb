//! What the story promises of its experiments, kept through the story itself: a player who understands
//! gets the good outcome, and the comic's decisions fail for their true reason. Each game is played from
//! the oak by the same choices with another seed. `TREED_PROMISES=100`, as in `.ci/run`, asks for 85 of
//! 100 and 90 of 100; without it a few seeds show that every way can still be played.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use treed::engine::Offer;
use treed::journal::{Entry, Game};
use treed::labs::player::Sample;
use treed::story::{Source, Story, load};

/// A way through the story, and what it should come to.
struct Promise {
    what: &'static str,
    /// Ids of choices; `@perfect` does an exercise without a fault; `@leave` goes back to the street from
    /// wherever an experiment has ended.
    moves: &'static str,
    /// The last outcome.
    outcome: &'static str,
    /// In how many of a hundred games, at least.
    of_hundred: u32,
}

const TASK: &str = "article button plain name pictures number balanced agree eighteen shy next let";
const NODDED: &str = "article button plain nod seven van let";

const PROMISES: [Promise; 9] = [
    Promise {
        what: "a quarter each, a page, and both kinds counted",
        moves: "TASK heroes crowd van hire quarter page plain no thank rules once works",
        outcome: "GoodDetector",
        of_hundred: 85,
    },
    Promise {
        what: "a cent each, ten labels of your own, and asking who can see",
        moves: "TASK heroes crowd van hire cent line label @perfect close see rules once works",
        outcome: "GoodDetector",
        of_hundred: 85,
    },
    Promise {
        what: "the way paid for, with a receipt",
        moves: "TASK heroes drones hole kitchen name first argue progress deposit sign fly many gone net",
        outcome: "Rescued",
        of_hundred: 85,
    },
    Promise {
        what: "ten lessons by day, flown by day",
        moves: "NODDED heroes imitation expert notes need search cats who careful ten fly lessons",
        outcome: "Cloned",
        of_hundred: 85,
    },
    Promise {
        what: "lessons through the heat camera",
        moves: "NODDED heroes imitation expert notes need search cats eyes heat please no careful ten fly lessons",
        outcome: "Cloned",
        of_hundred: 85,
    },
    Promise {
        what: "the comic's crowd: a nickel, a majority, accuracy",
        moves: "NODDED heroes crowd van hire nickel line no close hands rules once nobody",
        outcome: "MajorityClass",
        of_hundred: 90,
    },
    Promise {
        what: "the comic's reward: a point for every second in the air",
        moves: "NODDED heroes drones hole kitchen name first fly many gone net",
        outcome: "Fled",
        of_hundred: 90,
    },
    Promise {
        what: "the comic's order: learned by day, flown at sunset",
        moves: "NODDED heroes crowd van hire nickel line no close hands rules once nobody @leave \
                heroes drones hole kitchen name first fly many gone net @leave \
                heroes imitation expert notes need search cats who careful ten fly light",
        outcome: "DistributionShift",
        of_hundred: 90,
    },
    Promise {
        what: "five rounds of corrections in the light of the flight",
        moves: "NODDED heroes crowd van hire nickel line no close hands rules once nobody @leave \
                heroes drones hole kitchen name first fly many gone net @leave \
                heroes imitation expert notes need search cats who careful ten fly light why correct five fly lessons",
        outcome: "Interactive",
        of_hundred: 85,
    },
];

/// Leaves a road whose experiment has ended: the ways out, the shortest first.
fn leave(game: &mut Game<'_>) {
    const WAYS: [&str; 11] =
        ["walk", "leave", "name", "row", "why", "note", "keep", "charge", "labels", "open", "tell"];
    for _ in 0..12 {
        let story = game.story();
        // A rare outcome can end the game; the next choice is then not there.
        let is_hub = ["street", "dusk", "night"].contains(&story.str(story.scene(game.scene()).name));
        if is_hub || game.ending().is_some() {
            return;
        }
        take(game, &WAYS);
    }
    panic!("no way out of {}", treed::shell::place(game));
}

/// Takes the first of these choices that is on offer, else the first on offer.
fn take(game: &mut Game<'_>, ids: &[&str]) {
    let story = game.story();
    let Offer::Choose(offered) = game.offer() else {
        panic!("nothing to choose at {}", treed::shell::place(game))
    };
    let open: Vec<_> = offered.iter().filter(|offered| offered.open).map(|offered| offered.choice).collect();
    let named = |id: &&str| open.iter().copied().find(|choice| story.str(story.choice(*choice).id) == *id);
    let choice = ids.iter().find_map(named).unwrap_or(open[0]);
    game.choose(choice).unwrap();
}

/// Plays a way with a seed; the last outcome of an experiment. What interrupts is answered with anything.
fn outcome(story: &Story, promise: &Promise, seed: u32) -> String {
    let mut game = Game::new(story, seed).unwrap();
    let moves = promise.moves.replace("TASK", TASK).replace("NODDED", NODDED);
    for id in moves.split_whitespace() {
        interruptions(&mut game);
        match id {
            "@leave" => leave(&mut game),
            "@perfect" => {
                let Offer::Exercise(kind) = game.offer() else {
                    panic!("no exercise at {}", treed::shell::place(&game))
                };
                let (_, lines) = Sample::Perfect.perform(kind, seed.into(), 0).unwrap();
                lines.iter().for_each(|line| {
                    game.type_line(line).unwrap();
                });
            }
            _ => {
                // Another outcome on the way leads elsewhere; that game does not count.
                let Some(choice) = story.choice_named(game.scene(), id) else {
                    return format!("no `{id}` at {}", treed::shell::place(&game));
                };
                game.choose(choice).unwrap_or_else(|why| panic!("{}: `{id}`: {why}", promise.what));
            }
        }
    }
    let measured = game.entries().iter().rev().find_map(|entry| match entry {
        Entry::World(outcome, figures) if !figures.is_empty() => Some(outcome.clone()),
        _ => None,
    });
    measured.unwrap_or_else(|| panic!("{}: nothing was measured", promise.what))
}

/// Answers what has come in between.
fn interruptions(game: &mut Game<'_>) {
    let story = game.story();
    while story.str(story.scene(game.scene()).name).starts_with("ev_") {
        take(game, &["wave", "bark", "tell", "shout", "name", "stay", "no"]);
    }
}

#[test]
fn understanding_wins_and_the_comic_fails() {
    let story = load(&Source::built_in()).unwrap();
    let seeds: u32 = std::env::var("TREED_PROMISES").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let mut broken = Vec::new();
    std::thread::scope(|scope| {
        let played = PROMISES.each_ref().map(|promise| {
            let story = &story;
            scope.spawn(move || (0..seeds).map(|seed| outcome(story, promise, seed)).collect::<Vec<_>>())
        });
        for (promise, outcomes) in PROMISES.iter().zip(played) {
            let outcomes = outcomes.join().unwrap();
            let kept = outcomes.iter().filter(|outcome| *outcome == promise.outcome).count();
            println!("{kept:4} of {seeds}: {} ({})", promise.what, promise.outcome);
            // Of a handful of seeds one may be the rare case.
            let enough = if seeds < 100 { seeds / 2 } else { seeds * promise.of_hundred / 100 };
            if (kept as u32) < enough {
                broken.push(format!("{}: {kept} of {seeds}: {outcomes:?}", promise.what));
            }
        }
    });
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

//! The engine against the best runtime for ink on the same graph, rendering against textwrap alone, and
//! replay of short and long games.
//!
//! `cargo bench --bench engine`. Targets: at least 50 times bladeink's choices a second; rendering at most
//! 1.3 times textwrap; the same time a move at 1,000 and at 10,000 moves.
#![allow(clippy::expect_used, reason = "a bench that cannot measure must stop")]

mod support;

use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::rooms::{Random, Room, SCENES, as_story, rooms};
use support::{fastest, head, row, show, side_by_side};
use treed::engine::{self, Block, Move, Telling};
use treed::journal::{Entry, Game};
use treed::shell::render;
use treed::shell::terminal::Style;
use treed::story::{self, Source, Story};

/// The rooms as ink's compiler writes them.
fn as_ink(rooms: &[Room]) -> String {
    let mut knots = serde_json::Map::new();
    for (i, room) in rooms.iter().enumerate() {
        let mut body = vec![
            json!("ev"),
            json!({"VAR?": "v0"}),
            json!(room.a),
            json!("+"),
            json!(17),
            json!("%"),
            json!("/ev"),
            json!({"VAR=": "v0", "re": true}),
            json!("ev"),
            json!({"VAR?": "v1"}),
            json!(room.b),
            json!("+"),
            json!("/ev"),
            json!({"VAR=": "v1", "re": true}),
            json!(format!("^{}", room.text)),
            json!("\n"),
        ];
        let mut targets = serde_json::Map::new();
        for (j, (to, label)) in room.to.iter().zip(room.labels).enumerate() {
            body.extend([json!("ev"), json!("str"), json!(format!("^{label}")), json!("/str")]);
            if j == 2 {
                body.extend([json!({"VAR?": "v0"}), json!(room.k), json!(">")]);
            }
            body.extend([json!("/ev"), json!({"*": format!(".^.c-{j}"), "flg": if j == 2 { 5 } else { 4 }})]);
            targets.insert(format!("c-{j}"), json!(["^ ", {"->": format!("s{to}")}, "\n", null]));
        }
        body.push(targets.into());
        knots.insert(format!("s{i}"), json!([body, null]));
    }
    knots.insert(
        "global decl".to_owned(),
        json!(["ev", 0, {"VAR=": "v0"}, 0, {"VAR=": "v1"}, "/ev", "end", null]),
    );
    json!({"inkVersion": 21, "root": [[{"->": "s0"}, ["done", {"#n": "g-0"}], null], "done", knots], "listDefs": {}}).to_string()
}

/// A game of ours as a player sees it: text and labels shown, one of them taken.
struct Ours<'s> {
    story: &'s Story,
    state: engine::State,
    telling: Telling,
    scene: engine::Scene<'s>,
    random: Random,
}

impl<'s> Ours<'s> {
    fn new(story: &'s Story) -> Ours<'s> {
        let state = engine::begin(story).expect("it begins").state;
        let telling = Telling::new(story, 0);
        let scene = engine::show(story, &state, &telling);
        Ours { story, state, telling, scene, random: Random(12_345) }
    }

    fn turn(&mut self, mut seen: impl FnMut(&engine::Scene)) {
        engine::show_in(self.story, &self.state, &self.telling, &mut self.scene);
        seen(&self.scene);
        let choice = self.scene.choices[self.random.pick(self.scene.choices.len())].id;
        self.state = engine::step(self.story, &self.state, Move::Choose(choice)).expect("on offer").state;
        self.telling.enter(self.state.scene(self.story));
    }
}

fn ink_turn(ink: &mut bladeink::story::Story, random: &mut Random, mut seen: impl FnMut(&str, Vec<String>)) {
    let text = ink.continue_maximally().expect("it goes on");
    let choices = ink.get_current_choices();
    seen(text.trim_end(), choices.iter().map(|choice| choice.text.clone()).collect());
    ink.choose_choice_index(random.pick(choices.len())).expect("on offer");
}

fn words_of(scene: &engine::Scene) -> (String, Vec<String>) {
    let text = scene.blocks.iter().map(|block| match block {
        Block::Paragraph { text, .. } => text.as_ref(),
        Block::Picture { .. } => "",
    });
    (text.collect(), scene.choices.iter().map(|choice| choice.label.as_ref().to_owned()).collect())
}

fn against_ink(rooms: &[Room], story: &Story) {
    // As many as the measurements of other engines take, so that a thousand scenes are in the caches, as far
    // as they fit: in 10,000 choices a third of the time went into fetching them after bladeink's turn.
    const TURNS: usize = 100_000;
    head(&format!("engine: step and show, {SCENES} scenes, best of 9 turns of {TURNS} choices"));
    let text = as_ink(rooms);
    let mut ink = bladeink::story::Story::new(&text).expect("ink's JSON");
    let mut ours = Ours::new(story);
    let mut random = Random(12_345);
    // The same is shown first.
    for turn in 0..500 {
        let mut left = (String::new(), Vec::new());
        ours.turn(|scene| left = words_of(scene));
        ink_turn(&mut ink, &mut random, |text, labels| {
            assert_eq!(left, (text.to_owned(), labels), "both show the same at turn {turn}");
        });
    }
    let compared = side_by_side(
        9,
        || {
            (0..TURNS).for_each(|_| {
                ours.turn(|scene| {
                    black_box(scene);
                })
            })
        },
        || {
            (0..TURNS).for_each(|_| {
                ink_turn(&mut ink, &mut random, |text, labels| {
                    black_box((text, labels));
                })
            })
        },
    );
    let compared = compared.part(TURNS as u32);
    row("a choice / bladeink's", &compared, 1.0 / 50.0);
    println!(
        "{:<46} {:>10.0}/s {:>10.0}/s {:>8.0} times",
        "choices a second",
        1.0 / compared.ours.as_secs_f64(),
        1.0 / compared.theirs.as_secs_f64(),
        1.0 / compared.ratio
    );
    // Ours are borrowed from the story, bladeink's are copies: so much a choice with copies of all words.
    let mut words = String::new();
    let copied = (0..9).map(|_| {
        let from = Instant::now();
        for _ in 0..TURNS {
            words.clear();
            ours.turn(|scene| {
                for block in &scene.blocks {
                    if let Block::Paragraph { text, .. } = block {
                        words.push_str(text);
                    }
                }
                scene.choices.iter().for_each(|choice| words.push_str(&choice.label));
            });
            black_box(&words);
        }
        from.elapsed() / TURNS as u32
    });
    println!("{:<46} {:>12}", "a choice, all words copied as well", show(fastest(copied.collect())));
}

fn rendering() {
    let source = Source::built_in();
    let story = story::load(&source).expect("the built-in story");
    let state = engine::begin(&story).expect("it begins").state;
    let telling = Telling::new(&story, 0);
    let told: Vec<Vec<Block>> = story
        .scenes
        .iter()
        .map(|scene| {
            let mut blocks = Vec::new();
            engine::tell(&story, scene.text, &state, &telling, &mut blocks);
            blocks
        })
        .collect();
    let style = Style { width: 80, color: false, plain: false, pictures: true };
    let paragraphs: Vec<&str> = told
        .iter()
        .flatten()
        .filter_map(|block| match block {
            Block::Paragraph { text, .. } => Some(text.as_ref()),
            Block::Picture { .. } => None,
        })
        .collect();
    let options = || textwrap::Options::new(80).word_splitter(textwrap::WordSplitter::NoHyphenation);
    head(&format!("render: {} scenes, {} paragraphs, best of 40 turns", told.len(), paragraphs.len()));
    let compared = side_by_side(
        40,
        || {
            for blocks in &told {
                let mut out = String::new();
                render::blocks(&story, blocks, style, &mut out);
                black_box(out);
            }
        },
        || {
            for text in &paragraphs {
                black_box(textwrap::fill(text, options()));
            }
        },
    );
    row("all scenes to lines / textwrap alone", &compared, 1.3);
}

fn replaying(story: &Story) {
    let mut game = Game::new(story, 1).expect("it begins");
    let mut random = Random(99);
    let mut moves = Vec::new();
    while moves.len() < 10_000 {
        let engine::Offer::Choose(offered) = game.offer() else { break };
        let choice = offered[random.pick(offered.len())].choice;
        let entry = Entry::Choose(story.str(story.choice(choice).id).to_owned());
        game.follow(&entry).expect("on offer");
        moves.push(entry);
    }
    head("replay: time a move, best of 15 turns");
    let compared = side_by_side(
        15,
        || {
            black_box(Game::replay(story, 1, &moves).is_ok());
        },
        || {
            for _ in 0..10 {
                black_box(Game::replay(story, 1, &moves[..1000]).is_ok());
            }
        },
    );
    row("10,000 moves / 1,000 moves", &compared.part(10_000), 1.5);
    let mut undone = Vec::new();
    for _ in 0..5 {
        let from = Instant::now();
        game.undo();
        undone.push(from.elapsed());
    }
    let undo: Duration = fastest(undone);
    println!("{:<46} {:>12}", "one undo after 10,000 moves", show(undo));
}

fn main() {
    let rooms = rooms();
    let text = as_story(&rooms);
    let source = Source::new("bench.ron", text.into_bytes()).expect("text");
    let story = story::load(&source).expect("the generated story");
    against_ink(&rooms, &story);
    rendering();
    replaying(&story);
}

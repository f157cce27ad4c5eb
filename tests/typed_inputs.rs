//! How well typed lines are understood, measured on `tests/typed_inputs.txt`: what people type at scenes of
//! the game's story. Its head says what the matcher was tuned on and what was held out.
//! `cargo test --test typed_inputs -- --nocapture` shows the figures.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashSet};
use treed::engine::{self, Move, Offer, ShownChoice, State, Telling};
use treed::labs::exercise::{Key, Kind, Session, fly};
use treed::shell::understand::{
    ByHand, Candidate, Meaning, understand, understand_at_end, understand_by_hand,
};
use treed::story::{self, Source, Story};

/// One line that somebody types.
struct Typed<'t> {
    scene: &'t str,
    line: &'t str,
    meant: Vec<&'t str>,
}

fn typed(text: &str) -> Vec<Typed<'_>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [scene, line, meant] = parts.as_slice() else { panic!("three parts in `{line}`") };
            Typed { scene, line, meant: meant.split(" / ").map(str::trim).collect() }
        })
        .collect()
}

/// States of the scenes that are asked for, a few of each, found by going everywhere breadth first with
/// every answer of the world: no experiment is run.
fn states(story: &Story, wanted: &HashSet<&str>) -> BTreeMap<String, Vec<State>> {
    let mut found: BTreeMap<String, Vec<State>> = BTreeMap::new();
    let mut visits = vec![0usize; story.scenes.len()];
    let mut seen = HashSet::new();
    let first = engine::begin(story).expect("the story begins").state;
    let mut queue = std::collections::VecDeque::from([first]);
    while let Some(state) = queue.pop_front() {
        let scene = state.scene(story);
        // So many states of one scene are enough to get on from.
        if visits[scene.index()] >= 1500 || !seen.insert(state.words().to_vec()) {
            continue;
        }
        visits[scene.index()] += 1;
        let name = story.str(story.scene(scene).name);
        if wanted.contains(name) {
            found.entry(name.to_owned()).or_default().push(state.clone());
        }
        let moves: Vec<Move> = match engine::offer(story, &state) {
            Offer::Choose(offered) => offered
                .iter()
                .filter(|offered| offered.open)
                .map(|offered| Move::Choose(offered.choice))
                .collect(),
            // What is not possible here is refused below.
            Offer::World(_) | Offer::Exercise(_) => (0..16).map(Move::World).collect(),
            Offer::End(_) => Vec::new(),
        };
        queue.extend(
            moves
                .into_iter()
                .filter_map(|made| engine::step(story, &state, made).ok())
                .map(|step| step.state),
        );
    }
    found
}

/// What became of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    /// As it was meant.
    Right,
    /// Asked back, or not understood, though something was meant: no harm, but no help.
    Missed,
    /// Acted on otherwise than it was meant.
    Wrong,
    /// The scene or the choice is not in the story any more.
    Stale,
}

fn choices(story: &Story, state: &State) -> Vec<ShownChoice<'static>> {
    let telling = Telling::new(story, 1);
    engine::show(story, state, &telling).choices.into_iter().map(ShownChoice::into_owned).collect()
}

/// What a line came to, as it would be noted in the file.
fn noted(story: &Story, meaning: &Meaning) -> String {
    match meaning {
        Meaning::Choice(id) | Meaning::Locked(id) => story.str(story.choice(*id).id).to_owned(),
        Meaning::Command(command, rest) => format!(":{} {rest}", command.names[0]).trim_end().to_owned(),
        Meaning::Which(_) => "ask".to_owned(),
        Meaning::Unknown | Meaning::NoSuchNumber(_) | Meaning::Nothing => "nothing".to_owned(),
    }
}

fn judge(story: &Story, states: &BTreeMap<String, Vec<State>>, typed: &Typed) -> (Became, String) {
    match typed.scene {
        "exercise photographs" => return judge_by_hand(story, Kind::Label, typed),
        "exercise flight" => return judge_by_hand(story, Kind::Fly, typed),
        _ => {}
    }
    let Some(states) = states.get(typed.scene) else { return (Became::Stale, "no such scene".to_owned()) };
    let id = |choice: &ShownChoice| story.str(story.choice(choice.id).id).to_owned();
    let named: Vec<&&str> = typed
        .meant
        .iter()
        .filter(|meant| !meant.starts_with(':') && !matches!(**meant, "ask" | "nothing"))
        .collect();
    let shown = states.iter().map(|state| choices(story, state)).find(|shown| {
        named.is_empty() || shown.iter().any(|choice| named.iter().any(|meant| **meant == id(choice)))
    });
    let Some(shown) = shown else { return (Became::Stale, "no such choice".to_owned()) };
    let meaning = if shown.is_empty() {
        understand_at_end(story, typed.line, &["undo", "restart", "endings", "notebook", "quit"])
    } else {
        understand(story, &shown, typed.line)
    };
    let mut came = noted(story, &meaning);
    if typed.meant.contains(&&*came) {
        return (Became::Right, came);
    }
    let acts = matches!(meaning, Meaning::Choice(_) | Meaning::Command(..));
    if let Meaning::Which(candidates) = &meaning {
        let names: Vec<String> = candidates
            .iter()
            .map(|candidate| match candidate {
                Candidate::Choice(id) => story.str(story.choice(*id).id).to_owned(),
                Candidate::Command(command) => format!(":{}", command.names[0]),
            })
            .collect();
        came = format!("ask: {}", names.join(", "));
    }
    (if acts { Became::Wrong } else { Became::Missed }, came)
}

/// The keys of a line like `up 12, left 2` or `cat, no cat`, as they would be recorded.
fn keys_meant(meant: &str) -> String {
    meant
        .split(", ")
        .map(|part| match part.split_once(' ') {
            None => part[..1].to_owned(),
            Some(("no", _)) => "n".to_owned(),
            Some((key, times)) => key[..1].repeat(times.parse().expect("a number")),
        })
        .collect()
}

fn judge_by_hand(story: &Story, kind: Kind, typed: &Typed) -> (Became, String) {
    let session = Session::begin(kind, 7, 0);
    let (came, acts) = match understand_by_hand(story, &session, typed.line) {
        ByHand::Nothing => ("nothing".to_owned(), false),
        ByHand::Refused(_) => ("refused".to_owned(), false),
        ByHand::Decline => (":decline".to_owned(), true),
        ByHand::Command(command, rest) => {
            (format!(":{} {rest}", command.names[0]).trim_end().to_owned(), true)
        }
        // As in still air: a gust or the end of the flight stops a line.
        ByHand::Keys(_) if kind == Kind::Fly => {
            let keys = fly::keys(typed.line).expect("moves");
            (format!("= {}", keys.into_iter().map(Key::letter).collect::<String>()), true)
        }
        ByHand::Keys(keys) => (format!("= {keys}"), true),
    };
    let meant = |meant: &&str| {
        meant.strip_prefix("= ").map_or(came == **meant, |keys| came == format!("= {}", keys_meant(keys)))
    };
    match (typed.meant.iter().any(meant), acts) {
        (true, _) => (Became::Right, came),
        (false, true) => (Became::Wrong, came),
        (false, false) => (Became::Missed, came),
    }
}

#[test]
fn lines_that_people_type_are_understood_as_they_were_meant() {
    let file = &std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/typed_inputs.txt"))
        .expect("the list");
    let all = typed(file);
    assert!(all.len() >= 150, "{} lines", all.len());
    let story = story::load(&Source::built_in()).expect("the story is sound");
    let wanted: HashSet<&str> = all.iter().map(|typed| typed.scene).collect();
    let states = states(&story, &wanted);
    let length = |head: &str| typed(file.split(head).next().unwrap_or_default()).len();
    let ends = [
        length("# ---- second list"),
        length("# ---- what readers"),
        length("# ---- third list"),
        length("# ---- fourth list"),
    ];
    let of_part = |index: usize| match ends.iter().filter(|end| index >= **end).count() {
        0 => index % 2,
        later => later + 1,
    };
    let mut failed = Vec::new();
    for (part, name) in [
        "first list, odd entries",
        "first list, even entries",
        "second list",
        "what readers typed",
        "third list",
        "fourth list",
    ]
    .iter()
    .enumerate()
    {
        let mut count = BTreeMap::from([("right", 0), ("missed", 0), ("wrong", 0), ("stale", 0)]);
        for (_, typed) in all.iter().enumerate().filter(|(index, _)| of_part(*index) == part) {
            let (became, came) = judge(&story, &states, typed);
            let key = match became {
                Became::Right => "right",
                Became::Missed => "missed",
                Became::Wrong => "wrong",
                Became::Stale => "stale",
            };
            *count.entry(key).or_insert(0) += 1;
            if became != Became::Right {
                println!(
                    "  {key}: {} | {} | meant {} | came {came}",
                    typed.scene,
                    typed.line,
                    typed.meant.join(" / ")
                );
            }
        }
        let judged = count["right"] + count["missed"] + count["wrong"];
        let share = 100.0 * f64::from(count["right"]) / f64::from(judged.max(1));
        println!(
            "{name}: {} of {judged} understood as meant ({share:.1} %), {} asked back or not understood, {} acted on wrongly, {} no longer in the story",
            count["right"], count["missed"], count["wrong"], count["stale"]
        );
        // An edit of the story may cost a line of a hundred until the words of its choices are mended.
        if share < 95.0 || count["wrong"] > 0 || count["stale"] * 10 > judged {
            failed.push(name);
        }
    }
    assert!(
        failed.is_empty(),
        "too few as meant, or acted on wrongly, in {failed:?}; add `words` to the choice"
    );
}

/// A word that stands in exactly one label takes that choice or is asked back, whatever words the author
/// put behind the others.
#[test]
fn a_word_that_is_read_in_one_label_takes_no_other_choice() {
    let story = story::load(&Source::built_in()).expect("the story is sound");
    let all: HashSet<&str> = story.scenes.iter().map(|scene| story.str(scene.name)).collect();
    let (mut tried, mut took, mut wrong) = (0, 0, Vec::new());
    let found = states(&story, &all);
    for (scene, state) in
        found.iter().flat_map(|(scene, states)| states.iter().take(4).map(move |s| (scene, s)))
    {
        let shown = choices(&story, state);
        let labels: Vec<Vec<String>> = shown
            .iter()
            .map(|choice| {
                let words = choice.label.to_lowercase().replace('’', "'");
                words.split(|c: char| !c.is_alphanumeric() && c != '\'').map(str::to_owned).collect()
            })
            .collect();
        for (index, choice) in shown.iter().enumerate() {
            for word in labels[index].iter().filter(|word| word.len() > 2) {
                let in_others =
                    labels.iter().enumerate().any(|(i, label)| i != index && label.contains(word));
                let number = treed::shell::understand::number(std::slice::from_ref(word)).is_some();
                // These join, or are said for a command: `what`, `about`.
                let small = matches!(&**word, "and" | "what" | "about");
                if in_others || number || small {
                    continue;
                }
                tried += 1;
                match understand(&story, &shown, word) {
                    Meaning::Choice(id) | Meaning::Locked(id) if id == choice.id => took += 1,
                    Meaning::Which(candidates) if candidates.contains(&Candidate::Choice(choice.id)) => {}
                    // The name of a command is always the command.
                    Meaning::Command(command, _) if command.names.contains(&&**word) => {}
                    other => {
                        wrong.push(format!("{scene} | {word} | {} | {}", choice.label, noted(&story, &other)))
                    }
                }
            }
        }
    }
    println!("{took} of {tried} words that are read in one label take its choice, the others are asked back");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 1000 && took * 10 > tried * 8, "{took} of {tried}");
}

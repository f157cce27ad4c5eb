//! The flags of a lab, made from its signature.

use crate::labs::exercise::{Key, fly};
use crate::labs::player::Hands;
use crate::labs::sweep::{Case, Seeds, all_cores};
use crate::labs::{Lab, Setting, Unit};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::num::NonZero;

/// What somebody asked for on the command line, with one lab.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The lab, its setting, and what is done by hand.
    pub case: Case,
    /// Of the single run, or the first of many.
    pub seed: u64,
    /// Many runs instead of one.
    pub sweep: Option<Sweep>,
    /// How to write it down.
    pub form: Form,
    /// These figures only, as indices into the signature; empty: all of a single run, none of many.
    pub figures: Vec<usize>,
    /// How many runs at once.
    pub threads: NonZero<usize>,
}

/// Many runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Index of the knob that is turned through all its values; none: the setting stays.
    pub knob: Option<usize>,
    /// Runs of each setting.
    pub seeds: u32,
}

/// How to write an answer down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs; docs/experiments.md describes it.
    Json,
    /// For spreadsheets.
    Csv,
}

impl Order {
    /// The seeds of a sweep.
    pub fn seeds(&self, sweep: Sweep) -> Seeds {
        Seeds { from: self.seed, count: sweep.seeds }
    }
}

/// Runs of a setting where only a knob was named.
const SEEDS: u32 = 100;
/// The most runs of a setting.
const MOST_SEEDS: i64 = 1_000_000;

/// The command of a lab: a flag for each knob, then those of all labs.
pub fn command(lab: Lab) -> Command {
    let signature = lab.signature();
    let about = match lab {
        Lab::Crowd => "Noisy labels, ten small programs, a leaderboard: what is the winner worth?",
        Lab::Drones => "Q-learning on the oak: what the reward asks for, and what is learned",
        Lab::Imitation => "A policy cloned from demonstrations, and how it flies by another light",
    };
    let mut command = Command::new(signature.name).about(about).next_help_heading("Knobs");
    for knob in signature.knobs {
        let default = knob.values.get(usize::from(knob.default)).copied().unwrap_or_default();
        command = command.arg(
            Arg::new(knob.name)
                .long(knob.name)
                .value_name("VALUE")
                .allow_hyphen_values(true)
                .value_parser(PossibleValuesParser::new(knob.values))
                .default_value(default)
                .help(knob.about.trim_end_matches('.')),
        );
    }
    command = by_hand(lab, command.next_help_heading("By hand"));
    let knobs = signature.knobs.iter().map(|knob| knob.name).chain(["none"]);
    let figures = signature.figures.iter().filter(|spec| spec.unit != Unit::Name).map(|spec| spec.name);
    command.next_help_heading("Runs").args([
        Arg::new("seed")
            .long("seed")
            .value_name("N")
            .value_parser(value_parser!(u64))
            .default_value("0")
            .help("Seed of the run, or the first of many; the same seed gives the same report"),
        Arg::new("seeds")
            .long("seeds")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..=MOST_SEEDS))
            .help(format!("Count outcomes over so many seeds [with --sweep: {SEEDS}]")),
        Arg::new("sweep")
            .long("sweep")
            .value_name("KNOB")
            .value_parser(PossibleValuesParser::new(knobs))
            .help("Count outcomes at every value of this knob, or of none"),
        Arg::new("figure")
            .long("figure")
            .value_name("NAME")
            .action(ArgAction::Append)
            .hide_possible_values(true)
            .value_parser(PossibleValuesParser::new(figures))
            .help("Only this figure; of many runs its values at 5, 50 and 95 per cent (repeatable)"),
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .conflicts_with("csv")
            .help("For programs; docs/experiments.md describes it"),
        Arg::new("csv").long("csv").action(ArgAction::SetTrue).help("For spreadsheets"),
        Arg::new("threads")
            .long("threads")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..=1024))
            .help("Runs at once; the answer does not depend on it [default: all cores]"),
    ])
}

/// What can be done by hand in a lab.
fn by_hand(lab: Lab, command: Command) -> Command {
    match lab {
        Lab::Crowd => command.arg(
            Arg::new("gold")
                .long("gold")
                .value_name("PLAYER")
                .value_parser(PossibleValuesParser::new(["perfect", "careless", "coin", "none"]))
                .default_value("none")
                .help("Who labels the ten gold photographs: somebody always right, wrong on 30 % or on 50 %, or nobody"),
        ),
        Lab::Drones => command,
        Lab::Imitation => command.args([
            Arg::new("flight")
                .long("flight")
                .value_name("KEYS")
                .action(ArgAction::Append)
                .value_parser(read_flight)
                .help("A flight of your own, as in the game: `3 up, 9 left` or `uuul` (repeatable)"),
            Arg::new("flown-by-hand")
                .long("flown-by-hand")
                .value_name("N")
                .value_parser(value_parser!(u32).range(0..=20))
                .default_value("0")
                .help("So many flights by a simulated player, who slips on 15 % of the keys"),
        ]),
    }
}

/// The keys of a flight; an error says which words are moves.
fn read_flight(line: &str) -> Result<Vec<Key>, String> {
    fly::keys(line).map_err(|refusal| refusal.0)
}

/// Reads the flags of [`command`].
///
/// # Errors
/// When the matches are of another command.
pub fn read(lab: Lab, matches: &ArgMatches) -> Result<Order, clap::Error> {
    let signature = lab.signature();
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let setting = signature.knobs.iter().map(|knob| {
        let at = knob.values.iter().position(|&value| Some(value) == text(knob.name));
        at.map_or(knob.default, |at| at as u8)
    });
    let hands = match lab {
        Lab::Crowd => Hands {
            gold: match text("gold") {
                Some("perfect") => Some(0.0),
                Some("careless") => Some(0.3),
                Some("coin") => Some(0.5),
                _ => None,
            },
            ..Hands::default()
        },
        Lab::Drones => Hands::default(),
        Lab::Imitation => Hands {
            flights: matches.get_many::<Vec<Key>>("flight").into_iter().flatten().cloned().collect(),
            flown: matches.get_one("flown-by-hand").copied().unwrap_or(0),
            ..Hands::default()
        },
    };
    let seeds = matches.get_one::<u32>("seeds").copied();
    let knob = text("sweep").map(|name| signature.knobs.iter().position(|knob| knob.name == name));
    let figures = matches.get_many::<String>("figure").into_iter().flatten();
    let flag = |name: &str| matches.get_flag(name);
    Ok(Order {
        case: Case { lab, setting: Setting(setting.collect()), hands },
        seed: matches.get_one("seed").copied().unwrap_or(0),
        sweep: (seeds.is_some() || knob.is_some())
            .then(|| Sweep { knob: knob.flatten(), seeds: seeds.unwrap_or(SEEDS) }),
        form: match (flag("json"), flag("csv")) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            _ => Form::Text,
        },
        figures: figures
            .filter_map(|name| signature.figures.iter().position(|spec| spec.name == name))
            .collect(),
        threads: matches
            .get_one::<u32>("threads")
            .and_then(|&threads| NonZero::new(threads as usize))
            .unwrap_or_else(all_cores),
    })
}

/// Reads flags as they stand in a document, without the program's name.
///
/// # Errors
/// A sentence or more by clap.
pub fn order(lab: Lab, flags: &str) -> Result<Order, clap::Error> {
    let command = command(lab).no_binary_name(true);
    read(lab, &command.try_get_matches_from(flags.split_whitespace())?)
}

//! The experiments on their own, for a classroom: `treed lab crowd|drones|imitation`, sweeps over knobs
//! and seeds, and the two files that keep what was measured (`odds`, `tables`).

mod flags;
mod odds;
mod report;
pub(in crate::cli) mod sweep;
mod tables;

pub use flags::{Form, Order, Sweep, order};
pub use odds::write_odds;
pub use sweep::{Swept, table};
pub use tables::{Row, read_tables};

use crate::labs::Lab;
use crate::shell::Trouble;
use crate::shell::terminal::Style;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::io::{self, Write};
use std::path::Path;

/// What to do with the experiments.
#[derive(Debug)]
pub enum LabCommand {
    /// Run one.
    Run(Box<Order>),
    /// Measure what the proof weighs by.
    Odds(odds::OddsArguments),
    /// Measure the tables of a document again.
    Tables(tables::TablesArguments),
}

/// Does it, and gives the exit code.
///
/// # Errors
/// When standard output or a file fails, or a file can't be read.
pub fn run(command: &LabCommand, plain: bool, story: Option<&Path>) -> Result<i32, Trouble> {
    let style = Style::detect(plain);
    match command {
        LabCommand::Run(order) => {
            let text = match &order.sweep {
                None => report::report(order, style),
                Some(sweep) => {
                    let swept = sweep::run(order, *sweep, order.threads, &sweep::Progress::on_stderr());
                    sweep::print(order, &swept, style)
                }
            };
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
            Ok(0)
        }
        LabCommand::Odds(arguments) => odds::run(arguments, story),
        LabCommand::Tables(arguments) => tables::run(arguments),
    }
}

impl FromArgMatches for LabCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<LabCommand, clap::Error> {
        match matches.subcommand() {
            Some(("odds", matches)) => odds::OddsArguments::from_arg_matches(matches).map(LabCommand::Odds),
            Some(("tables", matches)) => {
                tables::TablesArguments::from_arg_matches(matches).map(LabCommand::Tables)
            }
            Some((name, matches)) => match Lab::ALL.into_iter().find(|lab| lab.signature().name == name) {
                Some(lab) => flags::read(lab, matches).map(|order| LabCommand::Run(Box::new(order))),
                None => Err(clap::Error::new(clap::error::ErrorKind::InvalidSubcommand)),
            },
            None => Err(clap::Error::new(clap::error::ErrorKind::MissingSubcommand)),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = LabCommand::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for LabCommand {
    fn augment_args(command: Command) -> Command {
        let odds = odds::OddsArguments::augment_args(Command::new("odds"));
        let tables = tables::TablesArguments::augment_args(Command::new("tables"));
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(Lab::ALL.map(flags::command))
            .subcommands([odds, tables])
    }

    fn augment_args_for_update(command: Command) -> Command {
        LabCommand::augment_args(command)
    }
}

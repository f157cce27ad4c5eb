//! `treed lab tables`: the tables of a document, measured again.
//!
//! A table begins with a heading such as `| drones, per cent of 300 runs | Rescued | …`, with all
//! outcomes of the lab in order. In a row the first cell holds the flags of `treed lab`, in
//! backticks (none: the comic's setting), the others per cent or `·` for none. Rows in bold are
//! measured every time, the others only with `--all`.

use super::flags::{Order, order};
use super::sweep::Progress;
use crate::cli::output::write_whole;
use crate::labs::Lab;
use crate::labs::sweep::{Case, Seeds, differ, tally};
use crate::shell::Trouble;
use std::io::{self, Write};
use std::path::PathBuf;

/// Measure the tables of outcomes in a document again, and compare
#[derive(Debug, clap::Args)]
pub struct TablesArguments {
    /// The document
    #[arg(default_value = "docs/experiments.md")]
    file: PathBuf,
    /// Measure every row, not only those in bold
    #[arg(long)]
    all: bool,
    /// Write the measured per cents into the document
    #[arg(long)]
    write: bool,
}

/// A row of a table, as the document has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its line in the document, from 1.
    pub line: usize,
    /// Whether it is measured every time.
    pub bold: bool,
    /// What it is a row of.
    pub order: Order,
    /// Runs.
    pub runs: u32,
    /// Runs of each outcome.
    pub kept: Vec<u32>,
}

impl Row {
    /// Runs of each outcome, measured again.
    pub fn measured(&self, done: impl Fn() + Sync) -> Vec<u32> {
        let seeds = Seeds { from: 0, count: self.runs };
        let case: Case = self.order.case.clone();
        tally(&[case], seeds, &[], self.order.threads, done).swap_remove(0).counts
    }

    /// Whether some cell differs from what was measured by more than chance would once in ten thousand
    /// times.
    pub fn differs(&self, counts: &[u32]) -> bool {
        let cells = self.kept.iter().zip(counts);
        cells.into_iter().any(|(&kept, &count)| differ((kept, self.runs), (count, self.runs)))
    }
}

/// Measures, compares, and says what it found: 1 if a cell differs.
///
/// # Errors
/// When the document can't be read or written, or a row of it can't be understood.
pub fn run(arguments: &TablesArguments) -> Result<i32, Trouble> {
    let name = crate::text::visible(&arguments.file.display().to_string()).into_owned();
    let told = |why: &dyn std::fmt::Display| Trouble::Told(format!("cannot use {name}: {why}"));
    let text = std::fs::read_to_string(&arguments.file).map_err(|why| told(&why))?;
    let progress = Progress::on_stderr();
    let mut rows = read_tables(&text).map_err(|why| told(&why))?;
    rows.retain(|row| arguments.all || row.bold);
    if rows.is_empty() {
        return Err(told(&"it has no table of outcomes to measure"));
    }
    let n_runs = rows.iter().map(|row| u64::from(row.runs)).sum();
    let (mut equal, mut differing) = (0, 0);
    let mut fresh = Vec::new();
    for row in &rows {
        let counts = row.measured(|| progress.tick(n_runs));
        let verdict = match counts == row.kept {
            true => "equal",
            false if row.differs(&counts) => "DIFFERS",
            false => "within chance",
        };
        equal += usize::from(counts == row.kept);
        differing += usize::from(row.differs(&counts));
        let lab = row.order.case.lab.signature().name;
        let mut out = io::stdout().lock();
        writeln!(out, "{name}:{}: {lab} {counts:?} of {}, {verdict}", row.line, row.runs)?;
        if counts != row.kept {
            writeln!(out, "    the document has {:?}", row.kept)?;
        }
        fresh.push(counts);
    }
    progress.clear();
    let n_rows = rows.len();
    writeln!(io::stdout().lock(), "{n_rows} rows measured: {equal} equal, {differing} differ.")?;
    if arguments.write {
        write_whole(&arguments.file, &rewritten(&text, &rows, &fresh), true).map_err(|why| told(&why))?;
        return Ok(0);
    }
    Ok(i32::from(differing > 0))
}

/// Reads all tables of a document.
///
/// # Errors
/// With the number of a line that can't be understood.
pub fn read_tables(text: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut table: Option<(Lab, u32)> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let Some(cells) = cells(content) else {
            table = None;
            continue;
        };
        let (Some(first), rest) = (cells.first(), cells.get(1..).unwrap_or_default()) else { continue };
        match table {
            None => table = heading(first, rest),
            Some(_) if first.starts_with("---") => {}
            Some((lab, runs)) => {
                let wrong = |why: &str| format!("line {line}: {why}");
                let flags = first.split('`').nth(1).unwrap_or_default();
                let order = order(lab, flags).map_err(|error| wrong(&error.to_string()))?;
                let kept: Option<Vec<u32>> = rest.iter().map(|cell| counted(cell, runs)).collect();
                let kept = kept.ok_or_else(|| wrong("a cell is neither per cent nor `·`"))?;
                if kept.len() != lab.signature().outcomes.len() {
                    return Err(wrong("the row has another number of cells than there are outcomes"));
                }
                rows.push(Row { line, bold: first.contains("**"), order, runs, kept });
            }
        }
    }
    Ok(rows)
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// The lab and the runs of a table of outcomes.
fn heading(first: &str, rest: &[&str]) -> Option<(Lab, u32)> {
    let (name, runs) = first.split_once(", per cent of ")?;
    let runs = runs.strip_suffix(" runs")?.parse().ok()?;
    let lab = Lab::ALL.into_iter().find(|lab| lab.signature().name == name)?;
    let outcomes = lab.signature().outcomes.iter().map(|named| named.name);
    outcomes.eq(rest.iter().copied()).then_some((lab, runs))
}

/// Per cent as a count, rounded.
fn counted(cell: &str, runs: u32) -> Option<u32> {
    if cell == "·" {
        return Some(0);
    }
    let share: f64 = cell.parse().ok()?;
    (0.0..=100.0).contains(&share).then(|| (share / 100.0 * f64::from(runs)).round() as u32)
}

/// The document with the measured per cents in place of its own.
fn rewritten(text: &str, rows: &[Row], fresh: &[Vec<u32>]) -> String {
    let mut out = String::with_capacity(text.len());
    for (line, content) in (1..).zip(text.lines()) {
        match (rows.iter().zip(fresh).find(|(row, _)| row.line == line), cells(content)) {
            (Some((row, counts)), Some(cells)) => {
                let mut written = vec![cells.first().copied().unwrap_or_default().to_owned()];
                written.extend(counts.iter().map(|&count| match count {
                    0 => "·".to_owned(),
                    count => {
                        let share = format!("{:.1}", 100.0 * f64::from(count) / f64::from(row.runs));
                        share.strip_suffix(".0").unwrap_or(&share).to_owned()
                    }
                }));
                out.push_str(&format!("| {} |", written.join(" | ")));
            }
            _ => out.push_str(content),
        }
        out.push('\n');
    }
    out
}

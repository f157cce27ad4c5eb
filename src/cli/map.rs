//! `treed map`: the story's graph as a picture or for Graphviz.

use super::find::find_playthrough;
use super::output::Output;
use crate::journal::store::Store;
use crate::map::{Map, Walk, dot, svg};
use crate::shell::Trouble;
use crate::story::Story;
use clap::{Args, ValueEnum};
use std::io::Write;

/// `treed map`.
#[derive(Debug, Args)]
pub(super) struct MapArguments {
    /// What to draw
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,
    /// Mark the way of a playthrough: a file, a save's name or an ending's name
    #[arg(long, value_name = "WHAT")]
    of: Option<String>,
    #[command(flatten)]
    to: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture for any browser
    Svg,
    /// The graph for Graphviz
    Dot,
}

/// Draws the graph.
pub(super) fn map(
    arguments: &MapArguments,
    story: &Story,
    store: &Store,
    out: &mut impl Write,
) -> Result<i32, Trouble> {
    let walk = match &arguments.of {
        None => None,
        Some(what) => {
            let (seed, entries) = find_playthrough(story, store, what)?;
            Some(Walk::of(story, seed, &entries).map_err(|why| {
                Trouble::Told(format!("`{what}` cannot be played in this story any more: {why}"))
            })?)
        }
    };
    let map = Map::new(story, walk);
    let text = match arguments.format {
        Format::Svg => svg::svg(&map).map_err(|large| Trouble::Told(large.to_string()))?,
        Format::Dot => dot::dot(&map),
    };
    let scenes = story.scenes.len();
    let told = format!("A map of {scenes} scenes and {} ways.", map.links.len());
    arguments.to.deliver(&text, &told, out)?;
    Ok(0)
}

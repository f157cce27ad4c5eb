//! The graph as a picture: laid out by dagre (layers after Sugiyama, Tagawa and Toda, 1981), drawn in SVG.
//!
//! Labels are wrapped before the layout, so that each lies within its box and boxes do not overlap.
//! Names of choices are tooltips: a thousand of them side by side could not be read.

use super::{Kind, Link, Map, Node};
use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Point};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write;
use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthStr;

/// Most scenes of a picture: with more, the layout takes minutes and nobody finds anything in it.
pub const MOST_SCENES: usize = 1500;

/// A label's widest line, in characters.
const WRAP: usize = 20;
/// Width of a character and height of a line, in pixels at the size of the labels.
const LETTER: f64 = 7.6;
const LINE: f64 = 17.0;
/// Between a label and its box.
const PADDING: f64 = 9.0;

/// A story that is too large to be drawn.
#[derive(Debug, thiserror::Error)]
#[error(
    "this story has {0} scenes; a picture may have at most {MOST_SCENES}. `--format dot` writes the graph for tools that can show a part of it"
)]
pub struct TooLarge(pub usize);

/// A box and its label.
struct Drawn {
    node: Node,
    lines: Vec<String>,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// The picture.
///
/// # Errors
/// [`TooLarge`].
pub fn svg(map: &Map) -> Result<String, TooLarge> {
    let story = map.story;
    if story.scenes.len() > MOST_SCENES {
        return Err(TooLarge(story.scenes.len()));
    }
    let mut graph: Graph<NodeLabel, EdgeLabel> =
        Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: true });
    let mut drawn = Vec::new();
    let clusters = map.clusters();
    for (i, (act, nodes)) in clusters.iter().enumerate() {
        if act.is_some() {
            graph.set_node(format!("c{i}"), Some(NodeLabel::default()));
        }
        for node in nodes {
            let lines: Vec<String> = textwrap::wrap(
                &map.label(*node),
                Options::new(WRAP).word_splitter(WordSplitter::NoHyphenation),
            )
            .into_iter()
            .map(|line| line.into_owned())
            .collect();
            let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0);
            let width = widest as f64 * LETTER + 2.0 * PADDING + if map.walk.is_some() { 26.0 } else { 0.0 };
            let height = lines.len().max(1) as f64 * LINE + 2.0 * PADDING;
            let label = NodeLabel { width, height, ..NodeLabel::default() };
            graph.set_node(key(*node), Some(label));
            if act.is_some() {
                graph.set_parent(&key(*node), Some(&format!("c{i}")));
            }
            drawn.push(Drawn { node: *node, lines, x: 0.0, y: 0.0, width, height });
        }
    }
    for (i, link) in map.links.iter().enumerate() {
        let to = Node::Scene(link.to);
        if link.from != to {
            graph.set_edge(key(link.from), key(to), Some(EdgeLabel::default()), Some(&i.to_string()));
        }
    }
    let options = LayoutOptions {
        nodesep: 22.0,
        edgesep: 8.0,
        ranksep: 42.0,
        marginx: 24.0,
        marginy: 70.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    for drawn in &mut drawn {
        if let Some(label) = graph.node(&key(drawn.node)) {
            (drawn.x, drawn.y) = (label.x.unwrap_or(0.0), label.y.unwrap_or(0.0));
        }
    }
    let boxes: Vec<(&str, [f64; 4])> = clusters
        .iter()
        .enumerate()
        .filter_map(|(i, (act, _))| {
            let label = graph.node(&format!("c{i}"))?;
            let (x, y) = (label.x?, label.y?);
            let corner = [x - label.width / 2.0, y - label.height / 2.0, label.width, label.height];
            Some((story.str(story.acts[(*act)?.index()]), corner))
        })
        .collect();
    let ways: Vec<(&Link, Vec<Point>)> = map
        .links
        .iter()
        .enumerate()
        .filter_map(|(i, link)| {
            let label = graph.edge(&key(link.from), &key(Node::Scene(link.to)), Some(&i.to_string()))?;
            Some((link, label.points.clone()))
        })
        .collect();
    Ok(picture(map, &drawn, &boxes, &ways))
}

fn key(node: Node) -> String {
    match node {
        Node::Scene(scene) => format!("s{}", scene.0),
        Node::Anywhere => "anywhere".to_owned(),
        Node::Event(event) => format!("e{event}"),
    }
}

fn picture(map: &Map, drawn: &[Drawn], boxes: &[(&str, [f64; 4])], ways: &[(&Link, Vec<Point>)]) -> String {
    let story = map.story;
    let reach = |at: fn(&Point) -> f64| {
        ways.iter()
            .flat_map(|(_, points)| points.iter().map(at))
            .fold((0.0f64, 0.0f64), |(least, most), x| (least.min(x), most.max(x)))
    };
    let (left, right) = reach(|point| point.x);
    let (top, bottom) = reach(|point| point.y);
    let right = drawn.iter().map(|drawn| drawn.x + drawn.width / 2.0).fold(right, f64::max);
    let right = boxes.iter().map(|(_, corner)| corner[0] + corner[2]).fold(right, f64::max) + 24.0;
    let bottom = drawn.iter().map(|drawn| drawn.y + drawn.height / 2.0).fold(bottom, f64::max);
    let bottom = boxes.iter().map(|(_, corner)| corner[1] + corner[3]).fold(bottom, f64::max) + 24.0;
    let (left, top) = (left.min(0.0) - 12.0, top.min(0.0) - 12.0);
    let visited = map.visited();
    let title = format!("Map of {}", story.str(story.title));
    let endings = drawn.iter().filter(|drawn| map.ending(drawn.node).is_some()).count();
    let about = match &map.walk {
        None => format!("{} scenes, {endings} of them endings, {} ways", story.scenes.len(), map.links.len()),
        Some(walk) => {
            format!("{} scenes; this playthrough entered {} of them", story.scenes.len(), walk.scenes().len())
        }
    };
    let (width, height) = (right - left, bottom - top);
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title about"
            width=(whole(width)) height=(whole(height))
            viewBox=(format!("{} {} {} {}", whole(left), whole(top), whole(width), whole(height)))
            class=(if map.walk.is_some() { "walked" } else { "whole" }) {
            title id="title" { (title) }
            desc id="about" { (about) "." }
            style { (PreEscaped(include_str!("map.css"))) }
            defs {
                (arrow("arrow")) (arrow("went-arrow"))
            }
            rect.paper x=(whole(left)) y=(whole(top)) width=(whole(width)) height=(whole(height)) {}
            text.head x="24" y="34" { (title) tspan.small dx="14" { (about) } }
            @for (_, [x, y, width, height]) in boxes {
                rect.act x=(whole(*x)) y=(whole(*y)) width=(whole(*width)) height=(whole(*height)) rx="10" {}
            }
            // What was walked is drawn last, above the rest.
            @for (link, points) in ways.iter().filter(|(link, _)| link.walked == 0) { (way(map, link, points)) }
            @for (link, points) in ways.iter().filter(|(link, _)| link.walked > 0) { (way(map, link, points)) }
            @for (name, [x, y, ..]) in boxes {
                text.act-name x=(whole(x + 10.0)) y=(whole(y + 19.0)) { (name) }
            }
            @for drawn in drawn { (label(map, drawn, visited.get(&drawn.node).copied())) }
        }
    };
    markup.into_string()
}

fn arrow(id: &str) -> Markup {
    html! {
        marker id=(id) viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"
            markerUnits="userSpaceOnUse" orient="auto-start-reverse" { path d="M0 0L8 4L0 8z" {} }
    }
}

fn way(map: &Map, link: &Link, points: &[Point]) -> Markup {
    let mut class = String::from("way");
    if link.kind == Kind::Visit {
        class.push_str(" visit");
    }
    if link.walked > 0 {
        class.push_str(" went");
    }
    let by = if link.by.is_empty() { String::new() } else { format!(": {}", link.by.join(", ")) };
    let said = format!("{} to {}{by}", map.label(link.from), map.label(Node::Scene(link.to)));
    html! { path class=(class) d=(curve(points)) { title { (said) } } }
}

fn label(map: &Map, drawn: &Drawn, place: Option<usize>) -> Markup {
    let mut class = String::from(match (map.ending(drawn.node), drawn.node) {
        (Some(true), _) => "node ending good",
        (Some(false), _) => "node ending",
        (None, Node::Scene(_)) => "node",
        (None, _) => "node event",
    });
    if drawn.node == Node::Scene(map.story.start) {
        class.push_str(" start");
    }
    if place.is_some() {
        class.push_str(" been");
    }
    let (left, top) = (drawn.x - drawn.width / 2.0, drawn.y - drawn.height / 2.0);
    let middle = if map.walk.is_some() { drawn.x + 13.0 } else { drawn.x };
    let round = if map.ending(drawn.node).is_some() { "17" } else { "6" };
    html! {
        g class=(class) {
            title { (map.name(drawn.node)) }
            rect x=(whole(left)) y=(whole(top)) width=(whole(drawn.width)) height=(whole(drawn.height)) rx=(round) {}
            @if map.ending(drawn.node).is_some() {
                rect.inner x=(whole(left + 3.0)) y=(whole(top + 3.0)) width=(whole(drawn.width - 6.0))
                    height=(whole(drawn.height - 6.0)) rx="14" {}
            }
            text x=(whole(middle)) y=(whole(top + PADDING + 12.5)) {
                @for (i, line) in drawn.lines.iter().enumerate() {
                    tspan x=(whole(middle)) dy=(if i == 0 { "0" } else { "17" }) { (line) }
                }
            }
            @if let Some(place) = place {
                text.place x=(whole(left + 17.0)) y=(whole(drawn.y + 4.0)) { (place) }
            }
        }
    }
}

/// A number of pixels; tenths are enough.
fn whole(x: f64) -> String {
    format!("{}", (x * 10.0).round() / 10.0)
}

/// A smooth line along points: a uniform cubic B-spline that begins and ends in the first and last.
fn curve(points: &[Point]) -> String {
    let mut path = String::new();
    let Some(first) = points.first() else { return path };
    let _ = write!(path, "M{} {}", whole(first.x), whole(first.y));
    let mix = |a: &Point, b: &Point, t: f64| Point::new(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
    let mut knot = first.clone();
    for (i, pair) in points.windows(2).enumerate() {
        let (from, to) = (&pair[0], &pair[1]);
        let (near, far) = (mix(from, to, 1.0 / 3.0), mix(from, to, 2.0 / 3.0));
        let end = match points.get(i + 2) {
            Some(next) => mix(&far, &mix(to, next, 1.0 / 3.0), 0.5),
            None => to.clone(),
        };
        let near = if i == 0 { knot.clone() } else { near };
        let _ = write!(
            path,
            "C{} {} {} {} {} {}",
            whole(near.x),
            whole(near.y),
            whole(far.x),
            whole(far.y),
            whole(end.x),
            whole(end.y)
        );
        knot = end;
    }
    path
}

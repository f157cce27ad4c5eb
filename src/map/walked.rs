//! Where a player has been: a tree in text, or a list in words.

use super::{Node, Walk};
use crate::story::{SceneId, Story, Way};
use std::fmt::Write;
use textwrap::{Options, WordSplitter};

/// A place on the way.
struct Place<'s> {
    title: &'s str,
    /// How often it was entered.
    times: usize,
    /// Places that were first entered from here, in order.
    then: Vec<usize>,
    here: bool,
}

/// The places of a walk. What was never a screen of its own is passed over: scenes that go on by themselves
/// or ask an experiment, and those without a title, whose names are for authors.
fn places<'s>(story: &'s Story, walk: &Walk) -> Vec<Place<'s>> {
    let mut places: Vec<Place> = Vec::new();
    let mut known: Vec<(SceneId, usize)> = Vec::new();
    let mut from: Option<usize> = None;
    for step in &walk.steps {
        let Node::Scene(id) = step else { continue };
        let scene = story.scene(*id);
        let passes = matches!(scene.way, Way::Auto(_) | Way::Lab { .. });
        if passes || scene.title == scene.name {
            continue;
        }
        let at = match known.iter().find(|(known, _)| known == id) {
            Some((_, at)) => *at,
            None => {
                let at = places.len();
                known.push((*id, at));
                places.push(Place { title: story.str(scene.title), times: 0, then: Vec::new(), here: false });
                if let Some(from) = from {
                    places[from].then.push(at);
                }
                at
            }
        };
        // An answer of the world that leads back is no new visit of the player's.
        if from != Some(at) {
            places[at].times += 1;
        }
        from = Some(at);
    }
    if let Some(here) = from {
        places[here].here = true;
    }
    places
}

fn counted(places: &[Place]) -> String {
    if places.len() == 1 { "1 place".to_owned() } else { format!("{} places", places.len()) }
}

/// A tree of at most this width: what followed stands below, and where the way parted, the earlier
/// branches are set to the right.
pub fn tree(story: &Story, walk: &Walk, width: usize) -> String {
    let places = places(story, walk);
    let mut out = format!("Where you have been: {}.\n\n", counted(&places));
    if places.is_empty() {
        return out;
    }
    // What is still to be drawn: a place, what stands left of it, and left of what follows it.
    let mut todo = vec![(0, String::new(), String::new())];
    while let Some((at, first, rest)) = todo.pop() {
        let place = &places[at];
        let times = if place.times > 1 { format!(" ({} times)", place.times) } else { String::new() };
        let here = if place.here { "  <- you are here" } else { "" };
        wrap(&format!("{}{times}{here}", place.title), &first, &rest, width, &mut out);
        let Some((last, branches)) = place.then.split_last() else { continue };
        todo.push((*last, rest.clone(), rest.clone()));
        // A branch within a branch within a branch is set no further to the right.
        let deep = rest.len() > width / 2;
        for branch in branches.iter().rev() {
            let inner = if deep { rest.clone() } else { format!("{rest}│  ") };
            todo.push((*branch, format!("{rest}├─ "), inner));
        }
    }
    out
}

/// The same as a list in words, for who listens to it.
pub fn list(story: &Story, walk: &Walk, width: usize) -> String {
    let places = places(story, walk);
    let mut out = String::new();
    wrap(&format!("Where you have been: {}.", counted(&places)), "", "", width, &mut out);
    out.push('\n');
    for (i, place) in places.iter().enumerate() {
        let mut line = format!("{}. {}.", i + 1, place.title);
        if place.times > 1 {
            let _ = write!(line, " Visited {} times.", place.times);
        }
        if place.then.iter().any(|then| *then != i + 1) {
            let then: Vec<String> = place.then.iter().map(|then| (then + 1).to_string()).collect();
            let _ = write!(line, " From here you went on to {}.", then.join(" and "));
        }
        if place.here {
            line.push_str(" You are here.");
        }
        wrap(&line, "", "", width, &mut out);
    }
    out
}

fn wrap(text: &str, first: &str, rest: &str, width: usize, out: &mut String) {
    let hanging = format!("{rest}  ");
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(&hanging)
        .word_splitter(WordSplitter::NoHyphenation);
    for line in textwrap::wrap(text, options) {
        out.push_str(&line);
        out.push('\n');
    }
}

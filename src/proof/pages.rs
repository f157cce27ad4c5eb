//! When pages of the notebook are told.
//!
//! What a page says of the playthrough (`here`) is written down where a player's move has come to rest: in the
//! first state after it in which something is shown, if a scene that teaches the page was entered since. Where
//! an experiment comes between, what was taught before it is written down after it, so a state alone does not
//! tell; the way to it does. The title screen is told in the same way: as a page that the beginning teaches.

use super::follow::{Found, Groups};
use super::graph::{Graph, NOWHERE, Node, Token};
use super::slices::{Means, PAIR_BYTES, RUN_STEPS, Slice};
use super::{Course, Proof};
use crate::engine::Move;
use crate::journal::pages_of;
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{PageId, Part, SceneId, Story, Text, Way};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// What the beginning teaches: the title screen.
pub(super) const COVER: PageId = PageId(u32::MAX);

/// Where pages that are asked about are taught.
pub(super) struct Pages<'p> {
    story: &'p Story,
    proof: &'p Proof,
    /// By each scene.
    by_scene: Vec<Vec<PageId>>,
    /// By the scenes that a script passes, and by the experiment that it answers.
    by_script: HashMap<u32, Vec<PageId>>,
    /// Where these scripts lead.
    ways: BTreeMap<PageId, Vec<Lead>>,
}

/// A script that teaches a page on its way.
#[derive(Clone, Copy)]
struct Lead {
    script: u32,
    /// The experiment that it leads to, where nothing is shown yet.
    to: Option<Node>,
    /// The states that it leads on from, if not all that it is found in.
    group: Option<u32>,
}

/// Pages that were taught since the player's last move.
#[derive(Default)]
pub(super) struct Fresh(HashSet<PageId>);

impl Fresh {
    fn has(&self, page: PageId) -> bool {
        self.0.contains(&page)
    }
}

impl<'p> Pages<'p> {
    /// Adds groups of states where it takes them to say what is told.
    pub fn of(
        story: &'p Story,
        proof: &'p Proof,
        owners: &[SceneId],
        asked: &BTreeSet<PageId>,
        groups: &mut Groups,
        course: &Course,
    ) -> Pages<'p> {
        let taught_by = |scene: usize| {
            let pages = pages_of(story, SceneId(scene as u32)).filter(|page| asked.contains(page));
            pages.collect::<Vec<_>>()
        };
        let by_scene: Vec<Vec<PageId>> = (0..story.scenes.len()).map(taught_by).collect();
        let mut pages = Pages { story, proof, by_scene, by_script: HashMap::new(), ways: BTreeMap::new() };
        for (script, tokens) in proof.graph.scripts.iter().enumerate() {
            let mut taught = Vec::new();
            for token in tokens {
                let Token::Arm(arm) = token else { continue };
                let owner = owners[arm.index()];
                if matches!(story.scene(owner).way, Way::Auto(_) | Way::Lab { .. }) {
                    taught.extend(&pages.by_scene[owner.index()]);
                }
            }
            taught.extend((script == 0 && asked.contains(&COVER)).then_some(COVER));
            if !taught.is_empty() {
                pages.by_script.insert(script as u32, taught);
            }
        }
        pages.lead(groups, course);
        pages
    }

    /// Finds out where the scripts lead that teach something on the way.
    fn lead(&mut self, groups: &mut Groups, course: &Course) {
        if self.by_script.is_empty() {
            return;
        }
        let graph = &self.proof.graph;
        let rest = |node: Node| (!self.is_shown(node)).then_some(node);
        let mut ends: BTreeMap<u32, BTreeSet<Option<Node>>> =
            BTreeMap::from([(0, BTreeSet::from([rest(0)]))]);
        let each = |act: &mut dyn FnMut(Node, u32, Option<Node>)| {
            for node in graph.nodes() {
                if node % 4096 == 0 && course.is_stopped() {
                    return;
                }
                for edge in graph.edges(node).iter().filter(|edge| self.by_script.contains_key(&edge.script))
                {
                    act(node, edge.script, rest(edge.to));
                }
            }
        };
        each(&mut |_, script, to| {
            ends.entry(script).or_default().insert(to);
        });
        // A script may lead to several places, with other values from elsewhere.
        let mut apart = HashMap::new();
        for (script, ends) in ends.iter().filter(|(_, ends)| ends.len() > 1) {
            for to in ends {
                apart.insert((*script, *to), groups.add());
            }
        }
        if !apart.is_empty() {
            each(&mut |node, script, to| {
                if let Some(group) = apart.get(&(script, to)) {
                    groups.put(node, *group);
                }
            });
        }
        let mut ways: BTreeMap<PageId, Vec<Lead>> = BTreeMap::new();
        for (script, ends) in &ends {
            for page in self.by_script.get(script).into_iter().flatten() {
                for to in ends {
                    let group = apart.get(&(*script, *to)).copied();
                    ways.entry(*page).or_default().push(Lead { script: *script, to: *to, group });
                }
            }
        }
        self.ways = ways;
    }

    /// Whether something is shown in a state, and not an experiment about to answer.
    fn is_shown(&self, node: Node) -> bool {
        !matches!(self.story.scene(self.proof.scene(node)).way, Way::Lab { .. })
    }

    fn teaches(&self, node: Node, page: PageId) -> bool {
        self.by_scene[self.proof.scene(node).index()].contains(&page)
    }

    /// Takes note of what a step taught.
    pub fn follow(&self, fresh: &mut Fresh, from: Node, script: u32, to: Node) {
        if from == NOWHERE || self.is_shown(from) {
            fresh.0.clear();
        }
        let on_the_way = self.by_script.get(&script).into_iter().flatten();
        fresh.0.extend(on_the_way.chain(&self.by_scene[self.proof.scene(to).index()]));
    }

    /// The pages that are told of in a state, with what was taught since the player's last move.
    pub fn told_at(&self, fresh: &Fresh, node: Node, page: PageId) -> bool {
        self.is_shown(node) && fresh.has(page)
    }

    /// The values that a slice has where a page is told; not all of them where the means are spent.
    pub fn told(&self, page: PageId, slice: &Slice, found: &Found, means: &Means) -> BTreeSet<u32> {
        let graph = &self.proof.graph;
        let mut told = BTreeSet::new();
        for (i, scene) in self.story.scenes.iter().enumerate() {
            if self.by_scene[i].contains(&page) && !matches!(scene.way, Way::Lab { .. }) {
                told.extend(found.by_scene.values(i));
            }
        }
        // Taught, and nothing shown yet: what the experiments lead to.
        let mut todo = Vec::new();
        for lead in self.ways.get(&page).into_iter().flatten() {
            let (sets, set) = match lead.group {
                Some(group) => (&found.by_group, group),
                None => (&found.by_script, lead.script),
            };
            let after: BTreeSet<u32> = match lead.script {
                0 => BTreeSet::from([0]),
                script => sets.values(set as usize).map(|value| slice.step(script, value)).collect(),
            };
            match lead.to {
                Some(node) => todo.extend(after.into_iter().map(|value| (node, value))),
                None => told.extend(after),
            }
        }
        let mut seen: HashSet<(Node, u32)> = todo.iter().copied().collect();
        while let Some((node, value)) = todo.pop() {
            if !means.steps.take(RUN_STEPS) || seen.len() * PAIR_BYTES > means.bytes {
                means.steps.spend();
                break;
            }
            for edge in graph.edges(node) {
                let next = (edge.to, slice.step(edge.script, value));
                if self.is_shown(edge.to) {
                    told.insert(next.1);
                } else if seen.insert(next) {
                    todo.push(next);
                }
            }
        }
        told
    }

    /// The shortest list of moves that tells a page with a value that is accepted; `None` where the search
    /// grows too large, or somebody asked to stop.
    pub fn witness(
        &self,
        page: PageId,
        slice: &Slice,
        accept: impl Fn(u32) -> bool,
        means: &Means,
        course: &Course,
    ) -> Option<Vec<(Node, Move)>> {
        type Place = (Node, u32, bool);
        let graph: &Graph = &self.proof.graph;
        let on_the_way = |script: u32| self.by_script.get(&script).is_some_and(|pages| pages.contains(&page));
        let begun = on_the_way(0) || self.teaches(0, page);
        if self.is_shown(0) && begun && accept(0) {
            return Some(Vec::new());
        }
        let first: Place = (0, 0, begun && !self.is_shown(0));
        let mut found: HashMap<Place, Option<(Place, u32)>> = HashMap::from([(first, None)]);
        let mut todo = VecDeque::from([first]);
        let mut looked_at = 0;
        while let Some(place) = todo.pop_front() {
            looked_at += 1;
            let spent = found.len() > means.pairs() || !means.steps.take(RUN_STEPS);
            if spent || (looked_at % 4096 == 0 && course.is_stopped()) {
                return None;
            }
            let (node, value, fresh) = place;
            for edge in graph.edges(node) {
                let after = slice.step(edge.script, value);
                let fresh = fresh || on_the_way(edge.script) || self.teaches(edge.to, page);
                if fresh && self.is_shown(edge.to) && accept(after) {
                    let by = |node: Node, script: u32| graph.move_of(script).map(|by| (node, by));
                    let mut path: Vec<(Node, Move)> = by(node, edge.script).into_iter().collect();
                    let mut here = place;
                    while let Some(Some((before, script))) = found.get(&here) {
                        path.extend(by(before.0, *script));
                        here = *before;
                    }
                    path.reverse();
                    return Some(path);
                }
                let next = (edge.to, after, fresh && !self.is_shown(edge.to));
                if let std::collections::hash_map::Entry::Vacant(entry) = found.entry(next) {
                    entry.insert(Some((place, edge.script)));
                    todo.push_back(next);
                }
            }
        }
        None
    }
}

/// Complaints about what no playthrough brings into the notebook: pages that no scene and no ending unlocks, and
/// pictures in what a page says of the playthrough, of which the words alone are kept.
pub(super) fn never_kept(story: &Story) -> Vec<Diagnostic> {
    let of_scenes = story.scenes.iter().flat_map(|scene| &scene.pages);
    let of_endings = story.endings.iter().flat_map(|ending| &ending.pages);
    let taught: HashSet<PageId> = of_scenes.chain(of_endings).copied().collect();
    let mut found = Vec::new();
    for (i, page) in story.pages.iter().enumerate() {
        if !taught.contains(&PageId(i as u32)) {
            let name = story.str(page.name);
            found.push(
                Diagnostic::new(
                    Code::TextNeverShown,
                    page.span,
                    format!("nothing unlocks the page `{name}`"),
                )
                .help(format!("write `pages: [\"{name}\"]` in a scene or an ending, or delete it")),
            );
        }
        pictures(story, page.here, &mut found);
    }
    found
}

fn pictures(story: &Story, text: Text, found: &mut Vec<Diagnostic>) {
    for part in story.parts(text) {
        match part {
            Part::Picture { span, .. } | Part::LabPicture { span, .. } => found.push(
                Diagnostic::new(Code::TextNeverShown, *span, "a page keeps no pictures of a playthrough")
                    .help("show it in the page's `text`, or in a scene"),
            ),
            Part::When { text, otherwise, .. } => {
                pictures(story, *text, found);
                pictures(story, *otherwise, found);
            }
            Part::OneOf { variants, .. } => {
                story.variants(*variants).iter().for_each(|text| pictures(story, *text, found));
            }
            Part::Paragraph { .. } => {}
        }
    }
}

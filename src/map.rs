//! The story as a graph: scenes, the ways between them, and the way that a playthrough took. Pure.
//!
//! [`svg`] draws it, laid out by dagre; [`dot`] writes it for Graphviz; [`walked`] tells in text where a
//! player has been, and nothing else.

pub mod dot;
pub mod svg;
pub mod walked;

use crate::engine::{self, Move, State, Watch};
use crate::journal::{Entry, Unmade, states};
use crate::story::{ActId, Arms, Go, SceneId, Story, Way};
use std::collections::BTreeMap;

/// Something that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A scene.
    Scene(SceneId),
    /// What is offered anywhere.
    Anywhere,
    /// What interrupts, by its index.
    Event(usize),
}

/// How one comes from one to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// There.
    To,
    /// There and back.
    Visit,
}

/// All ways from one node to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// From.
    pub from: Node,
    /// To.
    pub to: SceneId,
    /// There, or there and back.
    pub kind: Kind,
    /// Names of the choices and outcomes that lead so; empty for what goes on by itself.
    pub by: Vec<String>,
    /// How often a playthrough went so.
    pub walked: usize,
}

/// The graph of a story, with or without a playthrough.
#[derive(Debug)]
pub struct Map<'s> {
    /// The story.
    pub story: &'s Story,
    /// The links, in the file's order.
    pub links: Vec<Link>,
    /// The playthrough.
    pub walk: Option<Walk>,
}

/// The way of a playthrough.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Every scene that was entered, in order, and what led there from the one before.
    pub steps: Vec<Node>,
}

impl Walk {
    /// The way of a list of moves.
    ///
    /// # Errors
    /// Where a move cannot be made.
    pub fn of(story: &Story, seed: u32, entries: &[Entry]) -> Result<Walk, Unmade> {
        let mut walk = Walk::default();
        let begun = engine::begin(story)?;
        for state in begun.passed.iter().chain([&begun.state]) {
            walk.steps.push(Node::Scene(state.scene(story)));
        }
        let before = states(story, seed, entries)?;
        for ((state, _), entry) in before.iter().zip(entries) {
            let Some(by) = as_move(story, state, entry) else { continue };
            if let Move::Choose(choice) = by
                && choice.0 >= story.anywhere.start
            {
                walk.steps.push(Node::Anywhere);
            }
            let mut words = state.clone();
            let mut seen = Steps { story, walk: &mut walk };
            engine::advance(story, words.words_mut(), by, &mut seen)?;
            walk.steps.push(Node::Scene(words.scene(story)));
        }
        Ok(walk)
    }

    /// The scenes in the order in which they were first entered.
    pub fn scenes(&self) -> Vec<SceneId> {
        let mut scenes = Vec::new();
        for step in &self.steps {
            if let Node::Scene(scene) = step
                && !scenes.contains(scene)
            {
                scenes.push(*scene);
            }
        }
        scenes
    }
}

/// Notes what a move passes on its way.
struct Steps<'s, 'w> {
    story: &'s Story,
    walk: &'w mut Walk,
}

impl Watch for Steps<'_, '_> {
    fn passes(&mut self, words: &[u64]) {
        let scene = State::from_words(words).scene(self.story);
        self.walk.steps.push(Node::Scene(scene));
    }
    fn interrupts(&mut self, event: usize) {
        self.walk.steps.push(Node::Event(event));
    }
}

fn as_move(story: &Story, state: &State, entry: &Entry) -> Option<Move> {
    let scene = state.scene(story);
    let place = |names: &[&str], name: &str| names.iter().position(|known| *known == name);
    match (entry, &story.scene(scene).way) {
        (Entry::Choose(id), _) => story.choice_named(scene, id).map(Move::Choose),
        (Entry::World(name, _), Way::Lab { lab, .. }) => {
            let names: Vec<&str> = lab.signature().outcomes.iter().map(|outcome| outcome.name).collect();
            place(&names, name).map(|outcome| Move::World(outcome as u8))
        }
        (Entry::World(name, _), Way::Exercise { kind, .. }) => {
            place(kind.outcomes(), name).map(|outcome| Move::World(outcome as u8))
        }
        _ => None,
    }
}

impl<'s> Map<'s> {
    /// The graph of a story.
    pub fn new(story: &'s Story, walk: Option<Walk>) -> Map<'s> {
        let mut links: Vec<Link> = Vec::new();
        let mut known: BTreeMap<(Node, SceneId, Kind), usize> = BTreeMap::new();
        let mut add = |from: Node, go: Go, by: &str| {
            let (to, kind) = match go {
                Go::To(to) => (to, Kind::To),
                Go::Visit(to) => (to, Kind::Visit),
                // Back is where one came from; stay is here.
                Go::Back | Go::Stay => return,
            };
            let at = *known.entry((from, to, kind)).or_insert_with(|| {
                links.push(Link { from, to, kind, by: Vec::new(), walked: 0 });
                links.len() - 1
            });
            if !by.is_empty() && !links[at].by.iter().any(|known| known == by) {
                links[at].by.push(by.to_owned());
            }
        };
        for (i, scene) in story.scenes.iter().enumerate() {
            let from = Node::Scene(SceneId(i as u32));
            let mut arms = |arms: Arms, by: &str| {
                for arm in story.arms(arms) {
                    add(from, arm.go, by);
                }
            };
            match &scene.way {
                Way::Choices(run) => {
                    for choice in &story.choices[run.range()] {
                        add(from, choice.go, story.str(choice.id));
                    }
                }
                Way::Auto(auto) => arms(*auto, ""),
                Way::Lab { lab, arms: by_outcome } => {
                    for (outcome, list) in lab.signature().outcomes.iter().zip(by_outcome) {
                        if let Some(list) = list {
                            arms(*list, outcome.name);
                        }
                    }
                }
                Way::Exercise { kind, arms: by_outcome } => {
                    for (outcome, list) in kind.outcomes().iter().zip(by_outcome) {
                        arms(*list, outcome);
                    }
                }
                Way::Ending(_) => {}
            }
        }
        for choice in &story.choices[story.anywhere.range()] {
            add(Node::Anywhere, choice.go, story.str(choice.id));
        }
        for (i, event) in story.events.iter().enumerate() {
            add(Node::Event(i), Go::Visit(event.visit), "");
        }
        let mut map = Map { story, links, walk: None };
        if let Some(walk) = walk {
            map.overlay(&walk);
            map.walk = Some(walk);
        }
        map
    }

    /// Counts how often each link was taken.
    fn overlay(&mut self, walk: &Walk) {
        for pair in walk.steps.windows(2) {
            // A way back from a tunnel is no link.
            let is_it = |link: &&mut Link| Node::Scene(link.to) == pair[1] && link.from == pair[0];
            if let Some(link) = self.links.iter_mut().find(is_it) {
                link.walked += 1;
            }
        }
    }

    /// The nodes, by act; what belongs to none comes last.
    pub fn clusters(&self) -> Vec<(Option<ActId>, Vec<Node>)> {
        let mut clusters: Vec<(Option<ActId>, Vec<Node>)> =
            (0..self.story.acts.len() as u32).map(|act| (Some(ActId(act)), Vec::new())).collect();
        clusters.push((None, Vec::new()));
        let last = clusters.len() - 1;
        for (i, scene) in self.story.scenes.iter().enumerate() {
            let at = scene.act.map_or(last, ActId::index);
            clusters[at].1.push(Node::Scene(SceneId(i as u32)));
        }
        let others = self.links.iter().map(|link| link.from).filter(|from| !matches!(from, Node::Scene(_)));
        for node in others {
            if !clusters[last].1.contains(&node) {
                clusters[last].1.push(node);
            }
        }
        clusters.retain(|(_, nodes)| !nodes.is_empty());
        clusters
    }

    /// What a node is called.
    pub fn label(&self, node: Node) -> String {
        let story = self.story;
        match node {
            Node::Scene(scene) => match story.scene(scene).way {
                Way::Ending(ending) => story.str(story.endings[ending.index()].title).to_owned(),
                _ => story.str(story.scene(scene).title).to_owned(),
            },
            Node::Anywhere => "At any time".to_owned(),
            Node::Event(event) => format!("Event: {}", story.str(story.events[event].name)),
        }
    }

    /// Its name in the file.
    pub fn name(&self, node: Node) -> String {
        match node {
            Node::Scene(scene) => self.story.str(self.story.scene(scene).name).to_owned(),
            Node::Anywhere => "anywhere".to_owned(),
            Node::Event(event) => format!("event {}", self.story.str(self.story.events[event].name)),
        }
    }

    /// Whether it is an ending, and a good one.
    pub fn ending(&self, node: Node) -> Option<bool> {
        let Node::Scene(scene) = node else { return None };
        match self.story.scene(scene).way {
            Way::Ending(ending) => Some(self.story.endings[ending.index()].good),
            _ => None,
        }
    }

    /// The places of a node in the playthrough, from 1 in the order of first visits; `None` where it was
    /// never entered.
    pub fn visited(&self) -> BTreeMap<Node, usize> {
        let mut visited = BTreeMap::new();
        for step in self.walk.iter().flat_map(|walk| &walk.steps) {
            let next = visited.len() + 1;
            visited.entry(*step).or_insert(next);
        }
        visited
    }
}

//! How often scenes can be entered: an `in_turn` tells its texts one visit of the scene after the other, so what stands
//! there for a visit that never comes is never shown.
//!
//! A scene that is entered on a cycle of states is entered without end. How often another is entered at most is
//! the heaviest path through the components of the graph, in the order in which they lead to each other.

use super::course::{Course, Steps};
use super::graph::{Node, Token};
use super::questions::first_span;
use super::{Proof, texts};
use crate::story::diagnostic::{Code, Diagnostic};
use crate::story::{Part, SceneId, Story, Text, Way};

/// Complaints about texts for a visit that no playthrough makes. Told by a complete exploration alone.
pub(super) fn never_told(
    story: &Story,
    proof: &Proof,
    owners: &[SceneId],
    steps: &Steps,
    course: &Course,
) -> Vec<Diagnostic> {
    let mut lists = vec![Vec::new(); story.scenes.len()];
    for (scene, lists) in story.scenes.iter().zip(&mut lists) {
        collect(story, scene.text, lists);
        if let Way::Choices(own) = scene.way {
            own.range().for_each(|choice| collect(story, story.choices[choice].label, lists));
        }
    }
    let mut found = Vec::new();
    if lists.iter().all(Vec::is_empty) {
        return found;
    }
    let visits = Visits::of(story, proof, owners);
    for (i, lists) in lists.into_iter().enumerate().filter(|(_, lists)| !lists.is_empty()) {
        let scene = SceneId(i as u32);
        if visits.endless[i] || !proof.reached.scenes[i] || course.is_stopped() {
            continue;
        }
        let most = steps.take(proof.graph.len() + proof.graph.transitions()).then(|| visits.most(scene));
        for texts in lists {
            let from = most.map_or(1, |most| most as usize);
            let Some(span) = texts.iter().skip(from).find_map(|text| first_span(story, *text)) else {
                continue;
            };
            found.push(match most {
                None => texts::too_many_steps(span),
                Some(most) => {
                    Diagnostic::new(Code::TextNeverShown, span, "no playthrough shows this part of the text")
                        .help(format!(
                            "`{}` is entered {} at most: let something lead back to it, or delete the part",
                            story.str(story.scene(scene).name),
                            crate::text::counted(most.into(), "time")
                        ))
                }
            });
        }
    }
    found
}

/// The lists of texts in turn that stand in a text.
fn collect<'s>(story: &'s Story, text: Text, lists: &mut Vec<&'s [Text]>) {
    for part in story.parts(text) {
        match part {
            Part::When { text, otherwise, .. } => {
                collect(story, *text, lists);
                collect(story, *otherwise, lists);
            }
            Part::OneOf { variants, in_turn, .. } => {
                let texts = story.variants(*variants);
                lists.extend(in_turn.then_some(texts));
                texts.iter().for_each(|text| collect(story, *text, lists));
            }
            Part::Paragraph { .. } | Part::Picture { .. } | Part::LabPicture { .. } => {}
        }
    }
}

struct Visits<'v> {
    proof: &'v Proof,
    /// For each script the automatic scenes that it passes.
    passed: Vec<Vec<SceneId>>,
    /// Whether a scene is entered on a cycle.
    endless: Vec<bool>,
}

impl Visits<'_> {
    fn of<'v>(story: &Story, proof: &'v Proof, owners: &[SceneId]) -> Visits<'v> {
        let Proof { graph, components, .. } = proof;
        let owner = |token: &Token| match token {
            Token::Arm(arm) => Some(owners[arm.index()]),
            Token::Choose(_) | Token::World(_) | Token::Event(_) => None,
        };
        let is_passed = |scene: &SceneId| matches!(story.scene(*scene).way, Way::Auto(_));
        let passes = |script: &[Token]| script.iter().filter_map(owner).filter(is_passed).collect();
        let passed: Vec<Vec<SceneId>> = graph.scripts.iter().map(|script| passes(script)).collect();
        let mut endless = vec![false; story.scenes.len()];
        for node in graph.nodes() {
            for edge in graph.edges(node).iter().filter(|edge| components.of(edge.to) == components.of(node))
            {
                endless[proof.scene(edge.to).index()] = true;
                passed[edge.script as usize].iter().for_each(|scene| endless[scene.index()] = true);
            }
        }
        Visits { proof, passed, endless }
    }

    /// How often a scene is entered at most that is entered on no cycle.
    fn most(&self, scene: SceneId) -> u32 {
        let Proof { graph, components, .. } = self.proof;
        let enters = |script: u32, to: Node| {
            let passed = self.passed[script as usize].iter().filter(|passed| **passed == scene).count();
            passed as u32 + u32::from(self.proof.scene(to) == scene)
        };
        // By component: on a cycle it is never entered, so all of its states have the same.
        let mut entered = vec![0; components.len()];
        entered[components.of(0)] = enters(0, 0);
        let mut most = 0;
        for component in 0..components.len() {
            let here = entered[component];
            most = most.max(here);
            for node in components.members(component) {
                for edge in graph.edges(*node) {
                    let to = components.of(edge.to);
                    if to != component {
                        entered[to] = entered[to].max(here + enters(edge.script, edge.to));
                    }
                }
            }
        }
        most
    }
}

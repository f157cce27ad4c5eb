//! Where the player is and what is true, packed into words: equal states are equal values.

use crate::story::{FactId, FactKind, SceneId, Story};
use std::hash::{Hash, Hasher};

/// So many words need no allocation.
const FEW: usize = 8;

/// A state of a story: scene, waiting scenes, once-only marks and facts, as the story's layout packs
/// them. Two states are equal exactly when nothing that can happen next differs.
#[derive(Clone, Debug)]
pub struct State(Words);

// Of a fixed size where there are few, so that a copy is a few instructions.
#[derive(Clone, Debug)]
enum Words {
    Few([u64; FEW], u8),
    Many(Box<[u64]>),
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        self.words() == other.words()
    }
}

impl Eq for State {}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.words().hash(hasher);
    }
}

impl State {
    /// The state at the start, before automatic scenes are passed.
    pub fn start(story: &Story) -> State {
        let mut words = vec![0; story.layout.words];
        for fact in &story.facts {
            if !matches!(fact.kind, FactKind::Steps { .. }) {
                fact.slot.set(&mut words, fact.start);
            }
        }
        enter(story, &mut words, story.start);
        State::from_words(&words)
    }

    /// A state from its words.
    #[inline]
    pub fn from_words(words: &[u64]) -> State {
        let mut few = [0; FEW];
        State(match few.get_mut(..words.len()) {
            Some(place) => {
                place.copy_from_slice(words);
                Words::Few(few, words.len() as u8)
            }
            None => Words::Many(words.into()),
        })
    }

    /// The packed words.
    #[inline]
    pub fn words(&self) -> &[u64] {
        match &self.0 {
            Words::Few(words, count) => &words[..usize::from(*count)],
            Words::Many(words) => words,
        }
    }

    /// The packed words, to change.
    #[inline]
    pub fn words_mut(&mut self) -> &mut [u64] {
        match &mut self.0 {
            Words::Few(words, count) => &mut words[..usize::from(*count)],
            Words::Many(words) => words,
        }
    }

    /// The scene.
    #[inline]
    pub fn scene(&self, story: &Story) -> SceneId {
        scene(story, self.words())
    }

    /// Raw value of a fact (of the base, for a computed one).
    pub fn raw(&self, story: &Story, fact: FactId) -> u32 {
        story.fact(fact).slot.get(self.words())
    }

    /// How many scenes wait for the end of a tunnel.
    pub fn level(&self, story: &Story) -> u32 {
        level(story, self.words())
    }
}

/// The scene in some words.
#[inline]
pub(super) fn scene(story: &Story, words: &[u64]) -> SceneId {
    SceneId(story.layout.scene.get(words))
}

/// How many scenes wait.
#[inline]
pub(super) fn level(story: &Story, words: &[u64]) -> u32 {
    story.layout.level.get(words)
}

#[inline]
pub(super) fn enter(story: &Story, words: &mut [u64], scene: SceneId) {
    story.layout.scene.set(words, scene.0);
}

/// Lets a scene wait; false when no more can.
#[inline]
pub(super) fn wait(story: &Story, words: &mut [u64], scene: SceneId) -> bool {
    let level = level(story, words);
    let Some(slot) = story.layout.waiting.get(level as usize) else { return false };
    slot.set(words, scene.0);
    story.layout.level.set(words, level + 1);
    true
}

/// The scene that waits last, which waits no longer.
#[inline]
pub(super) fn wake(story: &Story, words: &mut [u64]) -> Option<SceneId> {
    let level = level(story, words).checked_sub(1)?;
    let slot = story.layout.waiting[level as usize];
    let scene = SceneId(slot.get(words));
    slot.set(words, 0);
    story.layout.level.set(words, level);
    Some(scene)
}

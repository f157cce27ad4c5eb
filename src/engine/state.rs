//! Where the player is and what is true, packed into words: equal states are equal values.

use crate::story::{FactId, FactKind, SceneId, Story};
use smallvec::{SmallVec, smallvec};

/// A state of a story: scene, waiting scenes, once-only marks and facts, as the story's layout packs
/// them. Two states are equal exactly when nothing that can happen next differs.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct State {
    words: SmallVec<[u64; 8]>,
}

impl Clone for State {
    // As one piece of memory; the derived one would copy word by word.
    #[inline]
    fn clone(&self) -> State {
        State::from_words(&self.words)
    }

    #[inline]
    fn clone_from(&mut self, other: &State) {
        self.words.clear();
        self.words.extend_from_slice(&other.words);
    }
}

impl State {
    /// The state at the start, before automatic scenes are passed.
    pub fn start(story: &Story) -> State {
        let mut state = State { words: smallvec![0; story.layout.words] };
        for fact in &story.facts {
            if !matches!(fact.kind, FactKind::Steps { .. }) {
                fact.slot.set(&mut state.words, fact.start);
            }
        }
        enter(story, &mut state.words, story.start);
        state
    }

    /// A state from its words.
    #[inline]
    pub fn from_words(words: &[u64]) -> State {
        State { words: SmallVec::from_slice(words) }
    }

    /// The packed words.
    #[inline]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The packed words, to change.
    #[inline]
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// The scene.
    #[inline]
    pub fn scene(&self, story: &Story) -> SceneId {
        scene(story, &self.words)
    }

    /// Raw value of a fact (of the base, for a computed one).
    pub fn raw(&self, story: &Story, fact: FactId) -> u32 {
        story.fact(fact).slot.get(&self.words)
    }

    /// How many scenes wait for the end of a tunnel.
    pub fn level(&self, story: &Story) -> u32 {
        level(story, &self.words)
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

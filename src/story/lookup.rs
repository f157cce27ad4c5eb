//! Finding things by the names that saves, playthroughs and authors use.

use super::{ChoiceId, EndingId, PageId, SceneId, Story, Way};

impl Story {
    /// The scene of this name, or the one that an alias says it is now.
    pub fn scene_named(&self, name: &str) -> Option<SceneId> {
        let find = |name: &str| {
            self.scenes.iter().position(|scene| self.str(scene.name) == name).map(|i| SceneId(i as u32))
        };
        find(name).or_else(|| {
            self.scene_aliases
                .iter()
                .find(|(old, _)| self.str(*old) == name)
                .and_then(|(_, new)| find(self.str(*new)))
        })
    }

    /// The ending of this name.
    pub fn ending_named(&self, name: &str) -> Option<EndingId> {
        self.endings.iter().position(|ending| self.str(ending.name) == name).map(|i| EndingId(i as u32))
    }

    /// The page of this name.
    pub fn page_named(&self, name: &str) -> Option<PageId> {
        self.pages.iter().position(|page| self.str(page.name) == name).map(|i| PageId(i as u32))
    }

    /// The scene of a choice; `None` for one that is offered anywhere.
    pub fn home(&self, choice: ChoiceId) -> Option<SceneId> {
        let has = |way: &Way| matches!(way, Way::Choices(own) if own.range().contains(&choice.index()));
        self.scenes.iter().position(|scene| has(&scene.way)).map(|i| SceneId(i as u32))
    }

    /// A scene's own choice, or one offered anywhere, by its stable name; an alias is followed, a place
    /// in the list never.
    pub fn choice_named(&self, scene: SceneId, name: &str) -> Option<ChoiceId> {
        let own = match self.scene(scene).way {
            Way::Choices(run) => run,
            _ => return None,
        };
        let find = |name: &str| {
            (own.start..own.end)
                .chain(self.anywhere.start..self.anywhere.end)
                .map(ChoiceId)
                .find(|id| self.str(self.choice(*id).id) == name)
        };
        find(name).or_else(|| {
            self.choice_aliases
                .iter()
                .find(|(old, _)| self.str(*old) == name)
                .and_then(|(_, new)| find(self.str(*new)))
        })
    }
}

//! Text coverage: which paragraphs and pictures of a story some playthroughs have shown, and which they
//! have not.
//!
//! Counted are the texts of scenes, replies, labels and reasons of choices, the status line, the ending
//! card, and the notebook's pages as they are taught; each paragraph and picture once, each
//! variant by itself.

use super::{Entry, Game, Unmade};
use crate::engine::{self, Offer};
use crate::story::{ChoiceId, PageId, Part, SceneId, Span, Story, Text};
use std::collections::HashSet;

/// What was shown so far.
#[derive(Debug)]
pub struct Coverage<'s> {
    story: &'s Story,
    /// As things are at the beginning: so a page tells what it tells in general.
    first: Option<engine::State>,
    /// Addresses of parts; the story is borrowed, so they stay.
    seen: HashSet<usize>,
}

/// A paragraph or picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it belongs to, as in ``scene `oak` ``.
    pub of: String,
    /// Where it was written.
    pub span: Span,
    /// Whether a playthrough has shown it.
    pub shown: bool,
}

impl<'s> Coverage<'s> {
    /// Nothing was shown yet.
    pub fn new(story: &'s Story) -> Coverage<'s> {
        let first = engine::begin(story).ok().map(|step| step.state);
        Coverage { story, first, seen: HashSet::new() }
    }

    /// Plays a list of moves and looks at every screen on the way.
    ///
    /// # Errors
    /// Where a move cannot be made: its index, and why. What was shown until then counts.
    pub fn play(&mut self, seed: u32, entries: &[Entry]) -> Result<(), (usize, Unmade)> {
        let (mut game, _) = Game::replay(self.story, seed, &[]).map_err(|why| (0, why))?;
        for (i, entry) in entries.iter().enumerate() {
            // Nobody sees a screen before the world has answered.
            if !matches!(game.offer(), Offer::World(_)) {
                self.look(&game);
            }
            game.follow(entry).map_err(|why| (i, why))?;
        }
        self.look(&game);
        Ok(())
    }

    /// Whether this paragraph or picture was shown.
    pub fn has(&self, part: &Part) -> bool {
        self.seen.contains(&address(part))
    }

    /// How many were shown.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// How many of these were shown that are not shown elsewhere.
    fn beyond(&self, other: &Coverage<'s>) -> usize {
        self.seen.difference(&other.seen).count()
    }

    /// Adds what was shown elsewhere, of the same story.
    pub fn join(&mut self, other: &Coverage<'s>) {
        self.seen.extend(&other.seen);
    }

    /// Counts what a game shows now.
    pub fn look(&mut self, game: &Game<'s>) {
        let story = self.story;
        let seen = &mut self.seen;
        let mut tell = |text: Text, state: &engine::State, telling: &engine::Telling| {
            engine::told_parts(story, text, state, telling, &mut |part| {
                seen.insert(address(part));
            });
        };
        for told in &game.now.trail {
            let text = match told.reply {
                Some(choice) => story.choice(choice).reply,
                None => story.scene(told.state.scene(story)).text,
            };
            tell(text, &told.state, &told.telling);
        }
        let (state, telling) = (game.state(), game.telling());
        tell(story.scene(game.scene()).text, state, telling);
        tell(story.status, state, telling);
        if let Offer::Choose(offered) = game.offer() {
            for offered in offered {
                let choice = story.choice(offered.choice);
                tell(choice.label, state, telling);
                if let Some((_, reason)) = choice.locked.as_deref().filter(|_| !offered.open) {
                    tell(*reason, state, telling);
                }
            }
        }
        if game.ending().is_some() {
            tell(story.card, state, telling);
        }
        // A page tells of what has just taught it.
        for page in game.taught() {
            let page = &story.pages[page.index()];
            tell(page.here, state, telling);
            if let Some(first) = &self.first {
                tell(page.text, first, &engine::Telling::new(story, telling.seed));
            }
        }
    }

    /// All pieces of the story, in its order.
    pub fn pieces(&self) -> Vec<Piece> {
        let story = self.story;
        let mut pieces = Vec::new();
        let mut add = |text: Text, of: &dyn Fn() -> String| {
            each_part(story, text, &mut |part, span| {
                pieces.push(Piece { of: of(), span, shown: self.seen.contains(&address(part)) });
            });
        };
        for i in 0..story.scenes.len() as u32 {
            let scene = story.scene(SceneId(i));
            add(scene.text, &|| format!("scene `{}`", story.str(scene.name)));
        }
        for i in 0..story.choices.len() as u32 {
            let choice = story.choice(ChoiceId(i));
            let id = story.str(choice.id);
            add(choice.label, &|| format!("label of `{id}`"));
            add(choice.reply, &|| format!("reply to `{id}`"));
            if let Some((_, reason)) = choice.locked.as_deref() {
                add(*reason, &|| format!("reason of `{id}`"));
            }
        }
        add(story.status, &|| "status".to_owned());
        add(story.card, &|| "card".to_owned());
        for i in 0..story.pages.len() as u32 {
            let page = &story.pages[PageId(i).index()];
            for text in [page.text, page.here] {
                add(text, &|| format!("page `{}`", story.str(page.name)));
            }
        }
        pieces.sort_by_key(|piece| piece.span);
        pieces
    }
}

/// Few games that show together what all of them show, beyond what is shown already: again and again the one
/// that shows most of what is left (Chvatal 1979), the first of several; then those are left out that the
/// others make needless. Says which, in their order.
pub fn fewest<'s>(story: &'s Story, before: &Coverage<'s>, games: &[Coverage<'s>]) -> Vec<usize> {
    let like = |of: &Coverage<'s>| Coverage { story, first: of.first.clone(), seen: of.seen.clone() };
    let mut shown = like(before);
    let mut chosen: Vec<usize> = Vec::new();
    loop {
        let best = (0..games.len()).map(|i| (games[i].beyond(&shown), std::cmp::Reverse(i))).max();
        let Some((1.., std::cmp::Reverse(i))) = best else { break };
        shown.seen.extend(&games[i].seen);
        chosen.push(i);
    }
    for i in chosen.clone() {
        let mut others = like(before);
        chosen.iter().filter(|other| **other != i).for_each(|other| others.seen.extend(&games[*other].seen));
        if games[i].beyond(&others) == 0 {
            chosen.retain(|other| *other != i);
        }
    }
    chosen.sort_unstable();
    chosen
}

fn address(part: &Part) -> usize {
    std::ptr::from_ref(part).addr()
}

/// Every paragraph and picture of a text, whatever picks it.
fn each_part<'s>(story: &'s Story, text: Text, each: &mut dyn FnMut(&'s Part, Span)) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { span, .. } | Part::Picture { span, .. } | Part::LabPicture { span, .. } => {
                each(part, *span);
            }
            Part::When { text, otherwise, .. } => {
                each_part(story, *text, each);
                each_part(story, *otherwise, each);
            }
            Part::OneOf { variants, .. } => {
                story.variants(*variants).iter().for_each(|text| each_part(story, *text, each));
            }
        }
    }
}

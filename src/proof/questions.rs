//! Questions about texts and ranges: what is asked of each part of a text, and where the text is told.

use super::{pack, pages};
use crate::labs::Lab;
use crate::story::{
    ChoiceId, Condition, Effect, Effects, FactId, PageId, Part, Quantity, SceneId, Segment, Span, Story, Text,
};
use std::collections::HashSet;

/// Where a text is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Site {
    Scene(SceneId),
    Reply(ChoiceId),
    /// Where the choice is on offer, open or not.
    Label(ChoiceId),
    /// Where it is on offer and not open.
    Reason(ChoiceId),
    /// On every screen, or at any time: nothing is asked for while an experiment is about to answer.
    Screen,
    Card,
    /// What a page says of the playthrough, where it is taught.
    Here(PageId),
    /// What it says in general: read from where it is taught on, and told as things are at the beginning.
    Page(PageId),
}

impl Site {
    pub fn page(self) -> Option<PageId> {
        match self {
            Site::Here(page) | Site::Page(page) => Some(page),
            _ => None,
        }
    }
}

pub(super) enum Asks {
    /// Is this ever shown?
    Shown,
    /// Has this lab always run?
    Measured(Lab),
    /// Does this fact stay in its range?
    InRange(FactId),
}

pub(super) struct Question<'s> {
    pub site: Site,
    pub path: Vec<(&'s Condition, bool)>,
    /// A flag that must be so.
    pub flag: Option<(FactId, bool)>,
    pub asks: Asks,
    pub span: Span,
}

/// All questions about texts and ranges.
pub(super) fn of(story: &Story) -> Vec<Question<'_>> {
    let mut asked = Vec::new();
    collect(story, &mut asked);
    asked
}

fn collect<'s>(story: &'s Story, asked: &mut Vec<Question<'s>>) {
    for (i, scene) in story.scenes.iter().enumerate() {
        collect_text(story, scene.text, Site::Scene(SceneId(i as u32)), &mut Vec::new(), asked);
    }
    for (i, choice) in story.choices.iter().enumerate() {
        let id = ChoiceId(i as u32);
        collect_text(story, choice.label, Site::Label(id), &mut Vec::new(), asked);
        collect_text(story, choice.reply, Site::Reply(id), &mut Vec::new(), asked);
        if let Some((_, reason)) = choice.locked.as_deref() {
            collect_text(story, *reason, Site::Reason(id), &mut Vec::new(), asked);
        }
    }
    for (i, page) in story.pages.iter().enumerate() {
        let id = PageId(i as u32);
        collect_text(story, page.text, Site::Page(id), &mut Vec::new(), asked);
        collect_text(story, page.here, Site::Here(id), &mut Vec::new(), asked);
    }
    let others = [
        (story.cover, Site::Here(pages::COVER)),
        (story.status, Site::Screen),
        (story.credits, Site::Screen),
        (story.card, Site::Card),
    ];
    for (text, site) in others {
        collect_text(story, text, site, &mut Vec::new(), asked);
    }
    let control = pack::control_facts(story);
    let mut checked = HashSet::new();
    for list in story.lists_of_effects() {
        may_leave(story, list, &mut checked);
    }
    let mut checked: Vec<FactId> = checked.into_iter().filter(|fact| !control[fact.index()]).collect();
    checked.sort_unstable();
    for fact in checked {
        let span = story.fact(fact).span;
        asked.push(Question {
            site: Site::Screen,
            path: Vec::new(),
            flag: None,
            asks: Asks::InRange(fact),
            span,
        });
    }
}

/// Facts that some effect could lead out of their range.
fn may_leave(story: &Story, effects: Effects, found: &mut HashSet<FactId>) {
    for effect in story.effects(effects) {
        match effect {
            Effect::Add { fact, saturate: false, .. } => {
                found.insert(*fact);
            }
            Effect::Copy { to, from, offset } => {
                if *offset < 0
                    || i64::from(story.fact(*from).size()) + offset > i64::from(story.fact(*to).size())
                {
                    found.insert(*to);
                }
            }
            Effect::When(_, then) => may_leave(story, *then, found),
            Effect::Put(..) | Effect::Add { .. } => {}
        }
    }
}

fn collect_text<'s>(
    story: &'s Story,
    text: Text,
    site: Site,
    path: &mut Vec<(&'s Condition, bool)>,
    asked: &mut Vec<Question<'s>>,
) {
    for part in story.parts(text) {
        match part {
            Part::Paragraph { segments, span, .. } => {
                for segment in story.segments(*segments) {
                    let mut ask = |flag, asks| {
                        asked.push(Question { site, path: path.clone(), flag, asks, span: *span });
                    };
                    match segment {
                        Segment::Figure(figure, _) | Segment::Plural(Quantity::Figure(figure), ..)
                            if !figure.early =>
                        {
                            ask(None, Asks::Measured(figure.lab));
                        }
                        Segment::Either(fact, yes, no) => {
                            for (side, text) in [(true, yes), (false, no)] {
                                if !story.str(*text).is_empty() {
                                    ask(Some((*fact, side)), Asks::Shown);
                                }
                            }
                        }
                        Segment::Literal(_)
                        | Segment::Fact(..)
                        | Segment::Each(..)
                        | Segment::Plural(..)
                        | Segment::Figure(..) => {}
                    }
                }
            }
            Part::LabPicture { lab, early: false, span, .. } => {
                let path = path.clone();
                asked.push(Question { site, path, flag: None, asks: Asks::Measured(*lab), span: *span });
            }
            Part::When { when, text, otherwise, span } => {
                for (side, text) in [(true, *text), (false, *otherwise)] {
                    if !text.is_empty() {
                        path.push((when, side));
                        let span = first_span(story, text).unwrap_or(*span);
                        asked.push(Question {
                            site,
                            path: path.clone(),
                            flag: None,
                            asks: Asks::Shown,
                            span,
                        });
                        collect_text(story, text, site, path, asked);
                        path.pop();
                    }
                }
            }
            Part::OneOf { variants, .. } => {
                for variant in story.variants(*variants) {
                    collect_text(story, *variant, site, path, asked);
                }
            }
            Part::Picture { .. } | Part::LabPicture { .. } => {}
        }
    }
}

/// Where the first part of a text is written.
pub(super) fn first_span(story: &Story, text: Text) -> Option<Span> {
    story.parts(text).first().map(|part| match part {
        Part::Paragraph { span, .. }
        | Part::Picture { span, .. }
        | Part::LabPicture { span, .. }
        | Part::When { span, .. }
        | Part::OneOf { span, .. } => *span,
    })
}

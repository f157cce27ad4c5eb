//! Conditions and effects on the packed facts of a state.

use super::scene::Telling;
use super::{Refused, Watch};
use crate::labs::Value;
use crate::story::{Compare, Condition, Effect, Effects, Fact, FactId, FigureRef, Story};

/// Whether a condition over facts holds. Figures count as not measured.
#[inline]
pub fn holds(story: &Story, condition: &Condition, words: &[u64]) -> bool {
    match condition {
        // By far the most frequent.
        Condition::Between(fact, low, high) => {
            (*low..=*high).contains(&story.facts[fact.index()].slot.get(words))
        }
        _ => holds_in_prose(story, condition, words, None),
    }
}

/// Whether a condition holds, with the figures that were measured.
pub(super) fn holds_in_prose(
    story: &Story,
    condition: &Condition,
    words: &[u64],
    telling: Option<&Telling>,
) -> bool {
    match condition {
        Condition::Between(fact, low, high) => {
            (*low..=*high).contains(&story.facts[fact.index()].slot.get(words))
        }
        Condition::Not(inner) => !holds_in_prose(story, inner, words, telling),
        Condition::All(all) => all.iter().all(|inner| holds_in_prose(story, inner, words, telling)),
        Condition::Any(any) => any.iter().any(|inner| holds_in_prose(story, inner, words, telling)),
        Condition::Figure(figure, compare, number) => {
            number_of(telling, *figure).is_some_and(|measured| match compare {
                Compare::AtLeast => measured >= *number,
                Compare::AtMost => measured <= *number,
                Compare::Exactly => measured == *number,
            })
        }
        Condition::FigureIs(figure, name) => matches!(
            telling.and_then(|telling| telling.figure(*figure)),
            Some(Value::Name(measured)) if measured == story.str(*name)
        ),
    }
}

fn number_of(telling: Option<&Telling>, figure: FigureRef) -> Option<f64> {
    match telling?.figure(figure)? {
        Value::Whole(n) => Some(n as f64),
        Value::Real(x) => Some(x),
        Value::Name(_) => None,
    }
}

/// Applies effects in order.
///
/// # Errors
/// What the watch says of the first fact that would leave its range ([`Refused::OutOfRange`] when nobody
/// watches); the words are then half changed and must be thrown away.
#[inline]
pub fn apply(
    story: &Story,
    effects: Effects,
    words: &mut [u64],
    watch: &mut impl Watch,
) -> Result<(), Refused> {
    for effect in story.effects(effects) {
        match effect {
            Effect::Put(fact, raw) => story.fact(*fact).slot.set(words, *raw),
            Effect::Copy { to, from, offset } => {
                let raw = i64::from(story.fact(*from).slot.get(words)) + offset;
                put_checked(story.fact(*to), *to, raw, false, words, watch)?;
            }
            Effect::Add { fact: id, amount, saturate } => {
                let fact = story.fact(*id);
                let raw = i64::from(fact.slot.get(words)) + amount;
                put_checked(fact, *id, raw, *saturate, words, watch)?;
            }
            Effect::When(when, then) => {
                if holds(story, when, words) {
                    apply_under(story, *then, words, watch)?;
                }
            }
        }
    }
    Ok(())
}

/// Effects under a condition; apart, so that the others can be inlined where they are applied.
#[inline(never)]
fn apply_under(
    story: &Story,
    effects: Effects,
    words: &mut [u64],
    watch: &mut impl Watch,
) -> Result<(), Refused> {
    apply(story, effects, words, watch)
}

#[inline]
fn put_checked(
    fact: &Fact,
    id: FactId,
    raw: i64,
    saturate: bool,
    words: &mut [u64],
    watch: &mut impl Watch,
) -> Result<(), Refused> {
    let clamped = raw.clamp(0, i64::from(fact.most));
    if clamped != raw && !saturate {
        watch.leaves(id)?;
    }
    fact.slot.set(words, clamped as u32);
    Ok(())
}

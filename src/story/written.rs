//! A story as its author writes it: the shape of `story.ron`, and nothing more.
//!
//! Names are borrowed from the source, so that their address is their place in the file. Prose is a
//! `Cow`, since it may hold escapes. Maps are lists of pairs, since ron would keep the last of two
//! equal keys without a word.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story<'a> {
    /// The story's own name; saves and gallery belong to it.
    pub id: &'a str,
    /// Title.
    #[serde(borrow)]
    pub title: Prose<'a>,
    /// One line under the title.
    #[serde(borrow, default)]
    pub tagline: Option<Prose<'a>>,
    /// Who wrote it.
    #[serde(borrow, default)]
    pub authors: Vec<Prose<'a>>,
    /// Version, as the author counts.
    #[serde(borrow)]
    pub version: Prose<'a>,
    /// Picture of the title screen.
    #[serde(borrow, default)]
    pub cover: Option<Text<'a>>,
    /// A line at the head of every screen.
    #[serde(borrow, default)]
    pub status: Option<Prose<'a>>,
    /// First scene.
    pub start: &'a str,
    /// Acts in order.
    #[serde(borrow, default)]
    pub acts: Vec<&'a str>,
    /// Speakers.
    #[serde(borrow, default)]
    pub cast: Pairs<'a, Speaker<'a>>,
    /// All that can change.
    #[serde(borrow, default)]
    pub facts: Pairs<'a, Fact<'a>>,
    /// How deep tunnels may nest.
    #[serde(default)]
    pub depth: Option<u8>,
    /// What each lab's knobs are set by.
    #[serde(borrow, default)]
    pub labs: Pairs<'a, Pairs<'a, &'a str>>,
    /// Choices offered in every scene that does not stand alone.
    #[serde(borrow, default)]
    pub anywhere: Vec<Choice<'a>>,
    /// Scenes that interrupt.
    #[serde(borrow, default)]
    pub events: Pairs<'a, Event<'a>>,
    /// The graph.
    #[serde(borrow)]
    pub scenes: Pairs<'a, Scene<'a>>,
    /// What the gallery collects.
    #[serde(borrow, default)]
    pub endings: Pairs<'a, Ending<'a>>,
    /// What can be learned.
    #[serde(borrow, default)]
    pub notebook: Pairs<'a, Page<'a>>,
    /// Shown under every ending.
    #[serde(borrow, default)]
    pub card: Option<Text<'a>>,
    /// Shown by `credits`.
    #[serde(borrow, default)]
    pub credits: Option<Text<'a>>,
    /// Old names.
    #[serde(borrow, default)]
    pub aliases: Aliases<'a>,
    /// Promises that the checker proves.
    #[serde(borrow, default)]
    pub claims: Vec<Claim<'a>>,
}

/// A speaker.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speaker<'a> {
    /// As shown.
    #[serde(borrow)]
    pub name: Prose<'a>,
    /// Colour of the name.
    #[serde(default)]
    pub color: Color,
}

/// The colours of speakers' names; each is readable on a light and on a dark background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Color {
    /// The terminal's own.
    #[default]
    Plain,
    /// Red.
    Red,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Blue.
    Blue,
    /// Magenta.
    Magenta,
    /// Cyan.
    Cyan,
    /// Grey.
    BrightBlack,
    /// Light red.
    BrightRed,
    /// Light green.
    BrightGreen,
    /// Light yellow.
    BrightYellow,
    /// Light blue.
    BrightBlue,
    /// Light magenta.
    BrightMagenta,
    /// Light cyan.
    BrightCyan,
}

/// A fact, finite by declaration.
#[derive(Debug, Deserialize)]
pub enum Fact<'a> {
    /// False or true; false at the start.
    Flag,
    /// A whole number.
    Range {
        /// Least.
        from: i32,
        /// Greatest.
        to: i32,
        /// At the start.
        start: i32,
    },
    /// One of some values; the first at the start.
    OneOf(#[serde(borrow)] Vec<&'a str>),
    /// Computed from a number: the value of the last threshold that is not above it.
    Steps {
        /// The number.
        of: &'a str,
        /// Thresholds, ascending, and values.
        #[serde(borrow)]
        at: Vec<(i32, &'a str)>,
    },
}

/// What has to hold.
#[derive(Debug, Deserialize)]
pub enum Condition<'a> {
    /// A flag is true.
    Is(&'a str),
    /// The opposite.
    Not(#[serde(borrow)] Box<Condition<'a>>),
    /// Every one.
    All(#[serde(borrow)] Vec<Condition<'a>>),
    /// At least one.
    Any(#[serde(borrow)] Vec<Condition<'a>>),
    /// A number is at least this.
    AtLeast(&'a str, i32),
    /// A number is at most this.
    AtMost(&'a str, i32),
    /// A fact has this value.
    Equals(&'a str, #[serde(borrow)] Literal<'a>),
    /// A fact has one of these values.
    In(&'a str, #[serde(borrow)] Vec<Literal<'a>>),
    /// A figure compares so with a number (prose only).
    Figure(&'a str, Compare, f64),
    /// A figure that is a name is this one (prose only).
    FigureIs(&'a str, &'a str),
}

/// How a figure is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Compare {
    /// At least.
    AtLeast,
    /// At most.
    AtMost,
    /// Exactly.
    Exactly,
}

/// A value as written: a name or a number.
#[derive(Clone, Copy, Debug)]
pub enum Literal<'a> {
    /// A name.
    Name(&'a str),
    /// A number.
    Number(i64),
}

/// What changes.
#[derive(Debug, Deserialize)]
pub enum Effect<'a> {
    /// A flag becomes true.
    Set(&'a str),
    /// A flag becomes false.
    Clear(&'a str),
    /// A fact gets this value.
    Put(&'a str, #[serde(borrow)] Literal<'a>),
    /// The first gets the value of the second.
    Copy(&'a str, &'a str),
    /// A number grows; leaving its range is a fault.
    Raise(&'a str, i32),
    /// A number shrinks; leaving its range is a fault.
    Lower(&'a str, i32),
    /// A number grows as far as its range goes.
    RaiseToEnd(&'a str, i32),
    /// A number shrinks as far as its range goes.
    LowerToEnd(&'a str, i32),
    /// Effects under a condition.
    When(#[serde(borrow)] Condition<'a>, #[serde(borrow)] Vec<Effect<'a>>),
}

/// A scene.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene<'a> {
    /// The act it belongs to.
    #[serde(borrow, default)]
    pub act: Option<&'a str>,
    /// A short name for lists and maps.
    #[serde(borrow, default)]
    pub title: Option<Prose<'a>>,
    /// What is told.
    #[serde(borrow, default)]
    pub text: Text<'a>,
    /// Notebook pages unlocked here.
    #[serde(borrow, default)]
    pub pages: Vec<&'a str>,
    /// No `anywhere` choices and no events here.
    #[serde(default)]
    pub alone: bool,
    /// No events here: they wait for a scene that may be interrupted.
    #[serde(default)]
    pub quiet: bool,
    /// Way on: the player chooses.
    #[serde(borrow, default)]
    pub choices: Option<Vec<Choice<'a>>>,
    /// Way on: at once.
    #[serde(borrow, default)]
    pub auto: Option<Vec<Arm<'a>>>,
    /// Way on: an experiment answers.
    #[serde(borrow, default)]
    pub lab: Option<LabRun<'a>>,
    /// Way on: something done by hand.
    #[serde(borrow, default)]
    pub exercise: Option<ExerciseRun<'a>>,
    /// No way on: an ending.
    #[serde(borrow, default)]
    pub ending: Option<&'a str>,
}

/// A choice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice<'a> {
    /// Stable name, unique in its scene.
    pub id: &'a str,
    /// As shown.
    #[serde(borrow)]
    pub label: Prose<'a>,
    /// Further words under which it is found.
    #[serde(borrow, default)]
    pub words: Vec<Prose<'a>>,
    /// Offered only then.
    #[serde(borrow, default)]
    pub when: Option<Condition<'a>>,
    /// Shown but not open unless.
    #[serde(borrow, default)]
    pub locked: Option<Lock<'a>>,
    /// Taken once a playthrough.
    #[serde(default)]
    pub once: bool,
    /// What changes.
    #[serde(borrow, default)]
    pub then: Vec<Effect<'a>>,
    /// Told before the next scene.
    #[serde(borrow, default)]
    pub reply: Text<'a>,
    /// Goes there.
    #[serde(borrow, default)]
    pub to: Option<&'a str>,
    /// Goes there and comes back.
    #[serde(borrow, default)]
    pub visit: Option<&'a str>,
    /// Comes back from a tunnel.
    #[serde(default)]
    pub back: bool,
    /// How often the random player takes it.
    #[serde(default)]
    pub weight: Option<f64>,
}

/// Why a choice is not open.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock<'a> {
    /// Open only then.
    #[serde(borrow)]
    pub unless: Condition<'a>,
    /// What the player reads otherwise.
    #[serde(borrow)]
    pub reason: Prose<'a>,
}

/// One of a list read in order; the first that holds is taken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm<'a> {
    /// Taken only then.
    #[serde(borrow, default)]
    pub when: Option<Condition<'a>>,
    /// What changes.
    #[serde(borrow, default)]
    pub then: Vec<Effect<'a>>,
    /// Goes there.
    #[serde(borrow, default)]
    pub to: Option<&'a str>,
    /// Goes there and comes back.
    #[serde(borrow, default)]
    pub visit: Option<&'a str>,
    /// Comes back from a tunnel.
    #[serde(default)]
    pub back: bool,
}

/// An experiment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabRun<'a> {
    /// Which.
    pub run: &'a str,
    /// Arms for every outcome.
    #[serde(borrow)]
    pub arms: Pairs<'a, Vec<Arm<'a>>>,
}

/// Something done by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExerciseRun<'a> {
    /// Which.
    #[serde(rename = "do")]
    pub kind: &'a str,
    /// Arms for every outcome.
    #[serde(borrow)]
    pub arms: Pairs<'a, Vec<Arm<'a>>>,
}

/// A scene that interrupts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event<'a> {
    /// Happens then.
    #[serde(borrow)]
    pub when: Condition<'a>,
    /// Does not happen any more then.
    #[serde(borrow, default)]
    pub until: Option<Condition<'a>>,
    /// Happens once.
    #[serde(default)]
    pub once: bool,
    /// The scene.
    pub visit: &'a str,
}

/// An ending.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending<'a> {
    /// Title.
    #[serde(borrow)]
    pub title: Prose<'a>,
    /// For the gallery while it is locked.
    #[serde(borrow)]
    pub hint: Prose<'a>,
    /// She came down, and somebody understood something.
    #[serde(default)]
    pub good: bool,
    /// For claims.
    #[serde(borrow, default)]
    pub tags: Vec<&'a str>,
    /// Notebook pages unlocked.
    #[serde(borrow, default)]
    pub pages: Vec<&'a str>,
}

/// A page of the notebook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page<'a> {
    /// The term.
    #[serde(borrow)]
    pub title: Prose<'a>,
    /// Words under which it is found.
    #[serde(borrow, default)]
    pub words: Vec<Prose<'a>>,
    /// In general.
    #[serde(borrow)]
    pub text: Text<'a>,
    /// With this playthrough's figures.
    #[serde(borrow, default)]
    pub here: Text<'a>,
    /// Author (year): title.
    #[serde(borrow)]
    pub reference: Prose<'a>,
}

/// Old names and what they are now.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliases<'a> {
    /// Scenes.
    #[serde(borrow, default)]
    pub scenes: Pairs<'a, &'a str>,
    /// Choices.
    #[serde(borrow, default)]
    pub choices: Pairs<'a, &'a str>,
    /// Endings.
    #[serde(borrow, default)]
    pub endings: Pairs<'a, &'a str>,
    /// Pages of the notebook.
    #[serde(borrow, default)]
    pub pages: Pairs<'a, &'a str>,
}

/// A promise by the author.
#[derive(Debug, Deserialize)]
pub enum Claim<'a> {
    /// Holds in the first state in which the player chooses.
    AtStart(#[serde(borrow)] Promise<'a>),
    /// Holds in every state in which the player chooses.
    Always(#[serde(borrow)] Promise<'a>),
    /// Holds in none.
    Never(#[serde(borrow)] Promise<'a>),
}

/// What a claim says of a state.
#[derive(Debug, Deserialize)]
pub enum Promise<'a> {
    /// Every one.
    And(#[serde(borrow)] Vec<Promise<'a>>),
    /// At least one.
    Or(#[serde(borrow)] Vec<Promise<'a>>),
    /// The opposite.
    Not(#[serde(borrow)] Box<Promise<'a>>),
    /// The second wherever the first.
    If(#[serde(borrow)] Box<Promise<'a>>, #[serde(borrow)] Box<Promise<'a>>),
    /// In this scene.
    At(&'a str),
    /// In this act.
    Act(&'a str),
    /// At this ending, or one with this tag.
    Ending(&'a str),
    /// This choice is on offer.
    Offers(&'a str),
    /// The facts are so.
    Fact(#[serde(borrow)] Condition<'a>),
    /// Somebody can bring it about.
    CanReach(#[serde(borrow)] Box<Promise<'a>>),
    /// In at most so many choices.
    Within(u32, #[serde(borrow)] Box<Promise<'a>>),
    /// The best player brings it about with at least this probability.
    Likely(#[serde(borrow)] Box<Promise<'a>>, f64),
}

/// Text: a string, a part, or a list of parts.
#[derive(Debug, Default)]
pub struct Text<'a>(pub Vec<Part<'a>>);

/// A part of a text.
#[derive(Debug)]
pub enum Part<'a> {
    /// Prose.
    Prose(Prose<'a>),
    /// Anything with a name.
    Special(Box<Special<'a>>),
}

/// The parts with names; exactly one kind may be given.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Special<'a> {
    /// Condition of `text`.
    #[serde(borrow, default)]
    pub when: Option<Condition<'a>>,
    /// Told when it holds.
    #[serde(borrow, default)]
    pub text: Option<Text<'a>>,
    /// Told when it does not.
    #[serde(borrow, default)]
    pub otherwise: Option<Text<'a>>,
    /// Name of a list of variants, unique in its scene.
    #[serde(borrow, default)]
    pub label: Option<&'a str>,
    /// Picked by the seed.
    #[serde(borrow, default)]
    pub one_of: Option<Vec<Text<'a>>>,
    /// Picked by how often the scene was entered.
    #[serde(borrow, default)]
    pub in_turn: Option<Vec<Text<'a>>>,
    /// Line ends are kept.
    #[serde(borrow, default)]
    pub lines: Option<Prose<'a>>,
    /// Drawn in characters.
    #[serde(borrow, default)]
    pub picture: Option<Prose<'a>>,
    /// The picture in words.
    #[serde(borrow, default)]
    pub described: Option<Prose<'a>>,
    /// Drawn by a lab.
    #[serde(borrow, default)]
    pub picture_of: Option<&'a str>,
}

/// Prose: borrowed where it holds no escape.
#[derive(Clone, Debug, Default)]
pub struct Prose<'a>(pub Cow<'a, str>);

/// A map as the list that was written.
#[derive(Debug)]
pub struct Pairs<'a, T>(pub Vec<(&'a str, T)>);

impl<T> Default for Pairs<'_, T> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a, T>(PhantomData<(&'a str, T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Reader<'a, T> {
            type Value = Pairs<'a, T>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Prose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Prose<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Prose(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Prose(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Prose(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Literal<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Literal<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a value's name in quotes, without escapes, or a whole number")
            }
            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Literal::Name(name))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Literal::Number(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                i64::try_from(number).map(Literal::Number).map_err(|_| E::custom("this number is too large"))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text: a string, a part in parentheses, or a list of these")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(vec![Part::Prose(Prose(Cow::Borrowed(text)))]))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(vec![Part::Prose(Prose(Cow::Owned(text.to_owned())))]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = seq.next_element()? {
                    parts.push(part);
                }
                Ok(Text(parts))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Special::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|special| Text(vec![Part::Special(Box::new(special))]))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Part<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string, or a part in parentheses such as `(when: .., text: ..)`")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Part::Prose(Prose(Cow::Borrowed(text))))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Part::Prose(Prose(Cow::Owned(text.to_owned()))))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Special::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|special| Part::Special(Box::new(special)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

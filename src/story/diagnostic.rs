//! One complaint about a story: code, place, message, suggestion; and how it is drawn.
//!
//! Complaints are data. All of a run are collected, sorted by place and drawn at the end, in the style
//! of rustc, by the renderer that rustc uses. Each [`Code`] has a failing and a passing example in
//! [`EXAMPLES`]; these are the tests, and `docs/diagnostics.md` is made of them.

use super::Span;
pub use super::examples::{EXAMPLES, Example, page};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The story cannot be played, or breaks a promise.
    Error,
    /// Probably a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $number:literal $severity:ident $name:literal;)*) => {
        /// The kinds of complaints. Numbers and names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Number, as in `T007`.
            pub fn number(self) -> &'static str {
                match self { $(Code::$variant => $number,)* }
            }

            /// Name, as in `unknown-scene`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// How bad it is.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The file is not RON, or not of the story's shape.
    Syntax "T001" Error "syntax";
    /// A name that is no identifier.
    BadName "T002" Error "bad-name";
    /// The same name twice.
    Duplicate "T003" Error "duplicate";
    /// A control or direction-changing character.
    ControlCharacter "T004" Error "control-character";
    /// No such scene.
    UnknownScene "T005" Error "unknown-scene";
    /// No such fact.
    UnknownFact "T006" Error "unknown-fact";
    /// No such speaker.
    UnknownSpeaker "T007" Error "unknown-speaker";
    /// Not a value of this fact.
    UnknownValue "T008" Error "unknown-value";
    /// No such format, or one that does not suit.
    UnknownFormat "T009" Error "unknown-format";
    /// No such ending.
    UnknownEnding "T010" Error "unknown-ending";
    /// No such notebook page.
    UnknownPage "T011" Error "unknown-page";
    /// No such act.
    UnknownAct "T012" Error "unknown-act";
    /// No such lab, exercise, knob, outcome, figure or picture.
    UnknownLab "T013" Error "unknown-lab";
    /// An outcome without arms.
    MissingArms "T014" Error "missing-arms";
    /// Arms whose last has a condition, or one before it has none.
    OpenArms "T015" Error "open-arms";
    /// A fact of the wrong kind.
    WrongKind "T016" Error "wrong-kind";
    /// A scene with no way on, or with two.
    WayOn "T017" Error "way-on";
    /// More than one of `to`, `visit`, `back`.
    TwoTargets "T018" Error "two-targets";
    /// Braces in prose that hold no value.
    Braces "T019" Error "braces";
    /// A part of a text of no kind, or of two.
    TextPart "T020" Error "text-part";
    /// A picture that is too wide or not described.
    Picture "T021" Error "picture";
    /// A figure decides what only facts may decide.
    FigureDecides "T022" Error "figure-decides";
    /// A range that holds nothing, a start outside it, thresholds out of order.
    BadRange "T023" Error "bad-range";
    /// A tunnel that can lead into itself, or nests too deep.
    Tunnel "T024" Error "tunnel";
    /// More than the program takes.
    TooMuch "T025" Error "too-much";
    /// No scene.
    NoScene "T026" Error "no-scene";
    /// No arrow leads there.
    UnreachableScene "T101" Error "unreachable-scene";
    /// No arrow leads to a scene that ends so.
    UnreachableEnding "T102" Error "unreachable-ending";
    /// A choice whose only word is a command.
    CommandWord "T103" Warning "command-word";
    /// A paragraph that begins nearly as a speech.
    NearSpeaker "T104" Warning "near-speaker";
    /// No such choice.
    UnknownChoice "T027" Error "unknown-choice";
    /// A claim that cannot be decided as it is written.
    BadClaim "T028" Error "bad-claim";
    /// A choice without a label.
    EmptyLabel "T029" Error "empty-label";
    /// Arrows lead to a scene, but no playthrough does.
    SceneNeverReached "T201" Error "scene-never-reached";
    /// No playthrough ends so.
    EndingNeverReached "T202" Error "ending-never-reached";
    /// No playthrough offers the choice.
    ChoiceNeverOffered "T203" Warning "choice-never-offered";
    /// The choice is shown, but never open.
    NeverUnlocked "T204" Warning "never-unlocked";
    /// No playthrough takes the arm.
    ArmNeverTaken "T205" Warning "arm-never-taken";
    /// The event never interrupts.
    EventNeverHappens "T206" Warning "event-never-happens";
    /// No playthrough shows this part of a text.
    TextNeverShown "T207" Warning "text-never-shown";
    /// Nothing can be done, and it is no ending.
    Stuck "T208" Error "stuck";
    /// One can go on for ever, and never to an ending.
    Trap "T209" Error "trap";
    /// A fact would leave its range.
    OutOfRange "T210" Error "out-of-range";
    /// Automatic scenes lead into each other for ever.
    AutomaticLoop "T211" Error "automatic-loop";
    /// The end of a tunnel, and nothing waits; or too much does.
    NothingWaits "T212" Error "nothing-waits";
    /// A figure is shown that was not measured.
    NotMeasured "T213" Error "not-measured";
    /// A claim does not hold.
    ClaimFails "T214" Error "claim-fails";
    /// A fact that nothing asks for or shows.
    FactNeverRead "T215" Warning "fact-never-read";
    /// A fact that nothing changes.
    FactNeverChanged "T216" Warning "fact-never-changed";
    /// A choice that is always the only one.
    OnlyChoice "T217" Note "only-choice";
    /// More values than can be followed.
    NotDecided "T218" Warning "not-decided";
    /// An ending that is allowed, but no game was found to it.
    EndingNotShown "T219" Warning "ending-not-shown";
}

/// One complaint.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// Where.
    pub span: Span,
    /// Lower case, names in backticks, no full stop.
    pub message: String,
    /// Said under the place; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// Another place that matters.
    pub other: Option<(Span, String)>,
    /// The shortest list of moves that shows it: choices and answers of the world.
    pub witness: Option<Vec<String>>,
    /// Whether the witness was played for real; `None` where it was not tried.
    pub played: Option<Played>,
}

/// Whether a real game goes as a witness says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// With this seed it does.
    With(u32),
    /// With none of those tried the experiments answer so.
    Nowhere,
}

impl Diagnostic {
    /// A complaint without help.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            span,
            message: message.into(),
            label: String::new(),
            help: None,
            other: None,
            witness: None,
            played: None,
        }
    }

    /// Says something under the place.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Offers the nearest of some names, if one is near.
    pub fn nearest<'a>(self, name: &str, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        match nearest(name, names) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// Gives the shortest list of moves that shows it.
    pub fn witness(mut self, moves: Vec<String>) -> Diagnostic {
        self.witness = Some(moves);
        self
    }

    /// Points at another place.
    pub fn other(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.other = Some((span, label.into()));
        self
    }
}

/// The nearest of some names, of equals the first in the alphabet: at most a third of its letters differ
/// (Damerau and Levenshtein).
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name from a stranger may be megabytes long; nothing is near to that.
    if name.len() > 100 {
        return None;
    }
    let limit = name.chars().count().div_ceil(3);
    names
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len() <= 100)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Columns of a drawing where no terminal says otherwise.
pub const COLUMNS: usize = 140;

/// As [`draw_within`], in [`COLUMNS`].
pub fn draw(diagnostics: &[Diagnostic], source: &str, path: &str, color: bool) -> String {
    draw_within(COLUMNS, diagnostics, source, path, color)
}

/// Draws complaints as rustc would, with places in the file. Only the lines around a place are
/// handed to the renderer, so that the cost does not grow with the file; a line longer than a
/// thousand bytes is cut, and what is left of it is shown as far as so many columns have room.
pub fn draw_within(
    columns: usize,
    diagnostics: &[Diagnostic],
    source: &str,
    path: &str,
    color: bool,
) -> String {
    const MOST: usize = 100;
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(columns);
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MOST) {
        let level = match diagnostic.code.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let message = crate::text::visible(&diagnostic.message);
        let excerpts = excerpts(diagnostic, source);
        let mut group = level.primary_title(&*message).id(diagnostic.code.number()).elements(
            excerpts
                .iter()
                .map(|excerpt| {
                    Snippet::source(&*excerpt.text).path(path).line_start(excerpt.line).annotations(
                        excerpt.marks.iter().map(|(primary, range, label)| {
                            let kind =
                                if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                            let mark = kind.span(range.clone());
                            if label.is_empty() { mark } else { mark.label(&**label) }
                        }),
                    )
                })
                .collect::<Vec<_>>(),
        );
        let help = diagnostic.help.as_deref().map(crate::text::visible);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(&**help));
        }
        let verb = if diagnostic.played == Some(Played::Nowhere) { "allowed" } else { "shown" };
        let played = match diagnostic.played {
            None => String::new(),
            Some(Played::With(seed)) => format!(" (so it goes with seed {seed})"),
            Some(Played::Nowhere) => {
                " (but the experiments answer so with no seed that was tried)".to_owned()
            }
        };
        let witness = diagnostic.witness.as_ref().map(|moves| match moves.len() {
            0 => format!("{verb} by the very first screen{played}"),
            1 => format!("{verb} by one move: {}{played}", moves[0]),
            n => format!("{verb} by {n} moves: {}{played}", moves.join(", ")),
        });
        if let Some(witness) = &witness {
            group = group.element(Level::NOTE.message(&**witness));
        }
        out.push_str(&renderer.render(&[group]));
        out.push_str("\n\n");
    }
    if diagnostics.len() > MOST {
        out.push_str(&format!("and {} more\n\n", diagnostics.len() - MOST));
    }
    out
}

struct Excerpt {
    text: String,
    line: usize,
    marks: Vec<(bool, std::ops::Range<usize>, String)>,
}

/// The lines of the places of one complaint, made safe to print.
fn excerpts(diagnostic: &Diagnostic, source: &str) -> Vec<Excerpt> {
    let mut places = vec![(true, diagnostic.span, diagnostic.label.clone())];
    if let Some((span, label)) = &diagnostic.other {
        places.push((false, *span, label.clone()));
    }
    places
        .into_iter()
        .map(|(primary, span, label)| {
            let start = floor(source, span.start as usize);
            let end = floor(source, (span.end as usize).max(start));
            let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
            let line_end = source[start..].find('\n').map_or(source.len(), |i| start + i);
            let line = source[..line_start].bytes().filter(|b| *b == b'\n').count() + 1;
            let from = if start - line_start > 400 { floor(source, start - 200) } else { line_start };
            let to = floor(source, line_end.min(from + 1000)).max(start);
            let text = crate::text::visible(source[from..to].trim_end_matches('\r')).into_owned();
            let before = crate::text::visible(&source[from..start]).len();
            let marked = crate::text::visible(&source[start..end.min(to)]).len().max(1);
            // Of an empty place one character is marked, however many bytes it has.
            let before = before.min(text.len());
            let mark_end = text.ceil_char_boundary((before + marked).min(text.len()));
            Excerpt {
                text,
                line,
                marks: vec![(primary, before..mark_end, crate::text::visible(&label).into_owned())],
            }
        })
        .collect()
}

fn floor(source: &str, mut at: usize) -> usize {
    at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

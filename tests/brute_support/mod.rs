//! Small random stories from numbers, and what is true of them, found out slowly.

pub mod slow;
mod unused;
pub mod values;

use std::fmt::Write;

/// The facts of the random stories; a computed one with what it is computed from.
pub const FACTS: [(&str, Option<&str>); 11] = [
    ("f", None),
    ("g", None),
    ("n", None),
    ("m", None),
    ("o", None),
    ("t", None),
    ("k", None),
    ("x", None),
    ("y", None),
    ("z", None),
    ("c", Some("y")),
];

/// Ways to ask for, to show and to change the facts that many stories leave alone.
const ASKS: [&str; 4] = ["Is(\"x\")", "AtLeast(\"y\", 1)", "Equals(\"z\", \"q\")", "Equals(\"c\", \"high\")"];
const SHOWS: [&str; 8] =
    ["{x|X|no X}", "{y}", "{y:words} Y", "{y|one|# Y}", "{z}", "{z|p=P|q=Q}", "{c}", "{c|low=L|high=H}"];
const ACTS: [&str; 10] = [
    "Set(\"x\")",
    "Clear(\"x\")",
    "Copy(\"x\", \"g\")",
    "Copy(\"f\", \"x\")",
    "RaiseToEnd(\"y\", 1)",
    "Raise(\"y\", 1)",
    "Copy(\"n\", \"y\")",
    "Put(\"z\", \"q\")",
    "Put(\"z\", \"p\")",
    "When(Equals(\"c\", \"high\"), [Clear(\"x\")])",
];

/// Outcomes of the drones; one of them hangs on the knob that the random stories turn.
const OUTCOMES: [&str; 6] = ["Rescued", "Crashed", "Fled", "Orbiting", "Hovering", "Grounded"];

/// Makes a small random story from a number: facts, conditions, effects that may leave a range, locks, marks,
/// arms, tunnels, events, anywhere choices, a lab and its figures, an exercise, claims.
struct Dice {
    state: u64,
    /// Effects that may leave a range.
    strict: bool,
    /// Figures in texts.
    figures: bool,
    /// `t` decides something.
    t_decides: bool,
    /// Automatic scenes may lead back, and choices out of tunnels where there is none.
    refuses: bool,
    /// Scenes and endings may unlock the page of the notebook.
    teaches: bool,
    /// Of [`ASKS`], [`SHOWS`] and [`ACTS`], those that may come up.
    asks: Vec<&'static str>,
    shows: Vec<&'static str>,
    acts: Vec<&'static str>,
}

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 20) % n
    }

    /// Each with a chance of one in four.
    fn some(&mut self, of: &[&'static str]) -> Vec<&'static str> {
        of.iter().copied().filter(|_| self.below(4) == 0).collect()
    }

    /// Now and then one of some.
    fn one(&mut self, of: fn(&Dice) -> &Vec<&'static str>, seldom: u64) -> Option<&'static str> {
        let count = of(self).len() as u64;
        (count > 0 && self.below(seldom) == 0).then(|| {
            let at = self.below(count) as usize;
            of(self)[at]
        })
    }

    fn condition(&mut self) -> String {
        match self.below(4) {
            0 => format!("All([{}, {}])", self.test(), self.test()),
            1 => format!("Any([{}, {}])", self.test(), self.test()),
            _ => self.test(),
        }
    }

    fn test(&mut self) -> String {
        if let Some(test) = self.one(|dice| &dice.asks, 8) {
            return test.to_owned();
        }
        match self.below(5) {
            0 => "Is(\"f\")".to_owned(),
            1 => "Not(Is(\"g\"))".to_owned(),
            2 => format!("AtLeast(\"n\", {})", self.below(3)),
            3 => format!("Equals(\"o\", \"{}\")", ["u", "v", "w"][self.below(3) as usize]),
            _ => format!("AtMost(\"m\", {})", self.below(3)),
        }
    }

    fn effects(&mut self) -> String {
        let mut list = Vec::new();
        for _ in 0..self.below(3) {
            if let Some(act) = self.one(|dice| &dice.acts, 6) {
                let strict = act.starts_with("Raise(") && !self.strict;
                list.push(if strict { "RaiseToEnd(\"y\", 1)".to_owned() } else { act.to_owned() });
            }
            let end = if self.strict && self.below(2) == 0 { "" } else { "ToEnd" };
            list.push(match self.below(11) {
                0 => "Set(\"f\")".to_owned(),
                1 => "Clear(\"f\")".to_owned(),
                2 => "Copy(\"g\", \"f\")".to_owned(),
                3 => format!("Raise{end}(\"n\", 1)"),
                4 => format!("Lower{end}(\"m\", 1)"),
                5 => format!("Put(\"o\", \"{}\")", ["u", "v", "w"][self.below(3) as usize]),
                6 => format!("When(Is(\"g\"), [Raise{end}(\"m\", 2), Clear(\"g\")])"),
                7 => "Copy(\"m\", \"n\")".to_owned(),
                8 if self.t_decides => "When(AtLeast(\"t\", 1), [Set(\"g\")])".to_owned(),
                8 => format!("When(Is(\"f\"), [Lower{end}(\"t\", 1)])"),
                9 => format!("Put(\"k\", \"{}\")", ["None", "Bonus"][self.below(2) as usize]),
                _ => format!("Raise{end}(\"t\", 1)"),
            });
        }
        list.join(", ")
    }

    fn text(&mut self) -> String {
        let figure = match self.below(5) {
            0 if self.figures => {
                let one = ["{drones.rescued}", "{drones.rescued|One|#}", "{drones?asked_worth}"];
                format!(", \"{}\"", one[self.below(3) as usize])
            }
            1 if self.figures => {
                format!(", (when: {}, text: \"{{drones.crashed}}\")", self.condition())
            }
            2 if self.figures => {
                format!(", (when: {}, text: [\"P.\", (picture_of: \"drones.learned\")])", self.condition())
            }
            3 if self.figures => {
                let asked = "Figure(\"drones.rescued\", AtLeast, 1)";
                let when = match self.below(3) {
                    0 => asked.to_owned(),
                    1 => format!("Any([{asked}, {}])", self.test()),
                    _ => format!("All([Not({asked}), {}])", self.test()),
                };
                format!(
                    ", (when: {when}, text: \"{{drones.crashed}}\", otherwise: [\"P.\", \"{{drones.fled}}\"])"
                )
            }
            _ => String::new(),
        };
        let inner = match self.below(4) {
            0 => format!("[\"T.\", (when: {}, text: \"V.\")]", self.condition()),
            1 => "\"T {f|yes|no}.\"".to_owned(),
            2 => format!(
                "(label: \"v\", one_of: [\"T.\", [\"T.\", (when: {}, text: \"V.\")]])",
                self.condition()
            ),
            _ => "\"T.\"".to_owned(),
        };
        let when = self.condition();
        let shown =
            self.one(|dice| &dice.shows, 6).map_or_else(String::new, |shown| format!(", \"{shown}\""));
        format!("[\"S.\", (when: {when}, text: {inner}, otherwise: \"U.\"), \"{{t}}\"{figure}{shown}]")
    }

    /// The pages that something unlocks.
    fn pages(&mut self) -> &'static str {
        if self.teaches && self.below(4) == 0 { "pages: [\"page\"], " } else { "" }
    }

    fn line(&mut self) -> &'static str {
        if let Some(shown) = self.one(|dice| &dice.shows, 8) {
            return shown;
        }
        match self.below(6) {
            0 if self.figures => "{drones.fled}",
            1 => "{f|F|no F}",
            _ => "C",
        }
    }

    /// Where something leads; `tunnel` if it may lead there.
    fn target(&mut self, scenes: u64, tunnel: bool) -> String {
        match self.below(scenes + 2) {
            0 if tunnel && self.refuses => "back: true".to_owned(),
            n if n < scenes => format!("to: \"s{n}\""),
            n if n == scenes => "to: \"won\"".to_owned(),
            _ if tunnel => "visit: \"tunnel\"".to_owned(),
            _ => "to: \"lost\"".to_owned(),
        }
    }

    fn promise(&mut self, depth: u64, scenes: &[String], choices: &[&str]) -> String {
        let atoms = if depth == 0 { 5 } else { 12 };
        let inner = |dice: &mut Dice| dice.promise(depth.saturating_sub(1), scenes, choices);
        match self.below(atoms) {
            0 => format!("At(\"{}\")", scenes[self.below(scenes.len() as u64) as usize]),
            1 => format!("Act(\"{}\")", ["one", "two"][self.below(2) as usize]),
            2 => format!("Ending(\"{}\")", ["won", "lost", "good", "sad"][self.below(4) as usize]),
            3 => format!("Offers(\"{}\")", choices[self.below(choices.len() as u64) as usize]),
            4 => format!("Fact({})", self.condition()),
            5 => format!("And([{}, {}])", inner(self), inner(self)),
            6 => format!("Or([{}, {}])", inner(self), inner(self)),
            7 => format!("Not({})", inner(self)),
            8 => format!("If({}, {})", inner(self), inner(self)),
            9 => format!("CanReach({})", inner(self)),
            10 => format!("Within({}, {})", self.below(4), inner(self)),
            _ => {
                let p = self.below(10_000);
                format!("Likely({}, 0.{p:04}7)", inner(self))
            }
        }
    }
}

/// The fields of the story of a number.
pub fn random_story(seed: u64) -> String {
    let mut dice = Dice {
        state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        strict: false,
        figures: false,
        t_decides: false,
        refuses: false,
        teaches: false,
        asks: Vec::new(),
        shows: Vec::new(),
        acts: Vec::new(),
    };
    dice.strict = dice.below(2) == 0;
    dice.figures = dice.below(2) == 0;
    dice.t_decides = dice.below(2) == 0;
    dice.refuses = !dice.strict && dice.below(3) == 0;
    (dice.asks, dice.shows, dice.acts) = (dice.some(&ASKS), dice.some(&SHOWS), dice.some(&ACTS));
    let scenes = 4 + dice.below(3);
    let knob = if dice.below(3) == 0 { "=Bonus" } else { "k" };
    let mut out = format!(
        "start: \"s0\", acts: [\"one\", \"two\"], facts: {{\"f\": Flag, \"g\": Flag, \"n\": Range(from: 0, to: 2, start: 0), \"m\": Range(from: 0, to: 2, start: 1), \"o\": OneOf([\"u\", \"v\", \"w\"]), \"t\": Range(from: 0, to: 2, start: 1), \"k\": OneOf([\"None\", \"Bonus\"]), \"x\": Flag, \"y\": Range(from: 0, to: 2, start: 0), \"z\": OneOf([\"p\", \"q\"]), \"c\": Steps(of: \"y\", at: [(0, \"low\"), (1, \"high\")])}},\nlabs: {{\"drones\": {{\"shaping\": \"{knob}\"}}}},\n",
    );
    if dice.below(4) == 0 {
        let line = dice.line();
        let _ = writeln!(
            out,
            "status: \"{line}\", card: {},",
            dice.text().replace("label: \"v\"", "label: \"c\"")
        );
    }
    // Where texts are that no scene tells.
    if dice.below(3) == 0 {
        let _ = match dice.below(4) {
            0 => writeln!(out, "cover: {},", dice.text().replace("label: \"v\"", "label: \"o\"")),
            1 => writeln!(out, "credits: {},", dice.text().replace("label: \"v\"", "label: \"r\"")),
            _ => {
                dice.teaches = dice.below(8) > 0;
                let text = if dice.below(3) == 0 { dice.text() } else { "\"T.\"".to_owned() };
                let here = dice.text().replace("label: \"v\"", "label: \"h\"");
                writeln!(
                    out,
                    "notebook: {{\"page\": (title: \"P\", text: {text}, here: {here}, reference: \"R\")}},"
                )
            }
        };
    }
    let mut choices = vec!["t0", "t1"];
    if dice.below(2) == 0 {
        let once = dice.below(2) == 0;
        let then = dice.effects();
        let line = dice.line();
        let _ = writeln!(
            out,
            "anywhere: [(id: \"ring\", label: \"{line}\", weight: 0.5, once: {once}, then: [{then}], visit: \"tunnel\")],",
        );
        choices.push("ring");
    }
    if dice.below(2) == 0 {
        let when = dice.condition();
        let until = if dice.below(3) == 0 { format!("until: {}, ", dice.condition()) } else { String::new() };
        let _ = writeln!(out, "events: {{\"ev\": (when: {when}, {until}once: true, visit: \"tunnel\")}},");
    }
    out.push_str("scenes: {\n");
    let mut places = vec!["tunnel".to_owned(), "won".to_owned()];
    for i in 0..scenes {
        let (text, act) = (dice.text(), ["one", "two"][dice.below(2) as usize]);
        let _ = write!(out, "\"s{i}\": (act: \"{act}\", text: {text}, {}", dice.pages());
        let kind = dice.below(if dice.refuses { 4 } else { 8 });
        if !(kind == 0 && i + 1 < scenes) {
            places.push(format!("s{i}"));
        }
        match kind {
            // Automatic scenes lead forward only, so that they make no loop, unless they shall.
            0 if i + 1 < scenes => {
                let (when, then) = (dice.condition(), dice.effects());
                let _ = writeln!(
                    out,
                    "auto: [(when: {when}, then: [{then}], to: \"s{}\"), (then: [{}], to: \"{}\")]),",
                    i + 1,
                    dice.effects(),
                    if dice.refuses && dice.below(2) == 0 {
                        format!("s{}", i.saturating_sub(dice.below(2)))
                    } else if i + 2 < scenes {
                        format!("s{}", i + 2)
                    } else {
                        "lost".to_owned()
                    }
                );
            }
            1 => {
                let _ = writeln!(
                    out,
                    "exercise: (do: \"label\", arms: {{\"Done\": [(when: {}, to: \"won\"), (then: [{}], {})], \"Declined\": [({})]}})),",
                    dice.condition(),
                    dice.effects(),
                    dice.target(scenes, false),
                    dice.target(scenes, false)
                );
            }
            2 => {
                let mut arms = Vec::new();
                // Where the tunnel comes back, the experiment is run again.
                let tunnel = dice.below(4) == 0;
                for outcome in OUTCOMES {
                    let (when, then) = (dice.condition(), dice.effects());
                    let last = dice.target(scenes, tunnel);
                    arms.push(format!(
                        "\"{outcome}\": [(when: {when}, to: \"won\"), (then: [{then}], {last})]"
                    ));
                }
                let _ = writeln!(out, "lab: (run: \"drones\", arms: {{{}}})),", arms.join(", "));
            }
            _ => {
                let (alone, quiet) = (dice.below(3) == 0, dice.below(3) == 0);
                let _ = write!(out, "alone: {alone}, quiet: {quiet}, choices: [");
                for (c, id) in ["c0", "c1", "c2"].iter().enumerate().take(1 + dice.below(3) as usize) {
                    if !choices.contains(id) {
                        choices.push(id);
                    }
                    let _ = write!(out, "(id: \"c{c}\", label: \"{}\", ", dice.line());
                    match dice.below(4) {
                        0 => {
                            let _ = write!(out, "when: {}, ", dice.condition());
                        }
                        1 => {
                            let _ = write!(
                                out,
                                "locked: (unless: {}, reason: \"{}\"), ",
                                dice.condition(),
                                dice.line()
                            );
                        }
                        _ => {}
                    }
                    if dice.below(3) == 0 {
                        let _ = write!(out, "reply: \"{}\", ", dice.line());
                    }
                    let (once, weight) = (dice.below(3) == 0, 1 + dice.below(3));
                    let then = dice.effects();
                    let go = dice.target(scenes, true);
                    let _ = write!(out, "once: {once}, weight: {weight}.0, then: [{then}], {go}), ");
                }
                out.push_str("]),\n");
            }
        }
    }
    // A tunnel may end in a scene that is passed, wherever it leads back to.
    let end = if dice.below(3) == 0 {
        let (pages, when, then) = (dice.pages(), dice.condition(), dice.effects());
        let _ = writeln!(
            out,
            "\"out\": (text: \"O.\", {pages}auto: [(when: {when}, then: [{then}], back: true), (back: true)]),"
        );
        "to: \"out\""
    } else {
        "back: true"
    };
    let _ = writeln!(
        out,
        "\"tunnel\": (text: \"T.\", alone: true, choices: [(id: \"t0\", label: \"T\", then: [{}], {end}), (id: \"t1\", label: \"T\", when: {}, then: [{}], back: true), (id: \"t2\", label: \"T\", when: {}, to: \"lost\")]),",
        dice.effects(),
        dice.condition(),
        dice.effects(),
        dice.condition()
    );
    let (won, lost) = (dice.pages(), dice.pages());
    let _ = write!(
        out,
        "\"won\": (text: \"W.\", ending: \"won\"), \"lost\": (text: \"L.\", {lost}ending: \"lost\")}},\nendings: {{\"won\": (title: \"W\", {won}hint: \"h\", good: true), \"lost\": (title: \"L\", hint: \"h\", tags: [\"sad\"])}}"
    );
    // Claims keep facts alive, so half of the stories have none.
    if dice.below(2) == 0 {
        let mut claims = Vec::new();
        for _ in 0..1 + dice.below(3) {
            let of = ["AtStart", "Always", "Never"][dice.below(3) as usize];
            claims.push(format!("{of}({})", dice.promise(2, &places, &choices)));
        }
        let _ = write!(out, ",\nclaims: [{}]", claims.join(", "));
    }
    out
}

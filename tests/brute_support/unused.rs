//! Facts that nothing asks for, and facts that nothing changes: read off the text of a random story.

use super::FACTS;
use treed::story::diagnostic::Code;

/// The complaints about unused facts, with the name of each.
pub fn unused(fields: &str) -> Vec<(Code, &'static str)> {
    let mut found = Vec::new();
    for (fact, of) in FACTS {
        let computed: Vec<&str> =
            FACTS.iter().filter(|(_, of)| *of == Some(fact)).map(|(name, _)| *name).collect();
        // Who asks for what is computed from a fact asks for the fact.
        if !is_asked(fields, fact) && !computed.iter().any(|name| is_asked(fields, name)) {
            found.push((Code::FactNeverRead, fact));
        } else if of.is_none() && !is_changed(fields, fact) {
            found.push((Code::FactNeverChanged, fact));
        }
    }
    found
}

fn is_asked(fields: &str, fact: &str) -> bool {
    let conditions = ["Is", "AtLeast", "AtMost", "Equals"].map(|word| format!("{word}(\"{fact}\""));
    let values = ["}", "|", ":"].map(|after| format!("{{{fact}{after}"));
    let copies = FACTS.map(|(to, _)| format!("Copy(\"{to}\", \"{fact}\")"));
    let knob = [format!("\"shaping\": \"{fact}\"")];
    conditions.iter().chain(&values).chain(&copies).chain(&knob).any(|written| fields.contains(written))
}

fn is_changed(fields: &str, fact: &str) -> bool {
    let effects = ["Set", "Clear", "Put", "Copy", "Raise", "RaiseToEnd", "Lower", "LowerToEnd"];
    effects.iter().any(|effect| fields.contains(&format!("{effect}(\"{fact}\"")))
}

//! Numbers as people type them: `2`, `2.`, `two`, `number two`, `the second one`.

const WORDS: &[&str] = &[
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];
const ORDINALS: &[&str] =
    &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// The number that a line is, if it is one and nothing else.
pub fn number(typed: &[String]) -> Option<u32> {
    let mut rest: Vec<&str> = typed.iter().map(String::as_str).filter(|word| !is_around(word)).collect();
    // `the first one`: the last word stands for the choice.
    if rest.len() == 2 && rest[1] == "one" && ordinal(rest[0]).is_some() {
        rest.pop();
    }
    match rest.as_slice() {
        [word] if typed.len() == 1 => value(word),
        [word] => value(word).or_else(|| ordinal(word)),
        _ => None,
    }
}

/// The numbers of a line of several and nothing else: `1 2`, `one and two`.
pub(super) fn several(typed: &[String]) -> Vec<u32> {
    let rest: Vec<&str> =
        typed.iter().map(String::as_str).filter(|word| !is_around(word) && *word != "and").collect();
    let rest: Vec<&str> = rest.into_iter().filter(|word| !matches!(*word, "or" | "then" | "both")).collect();
    let values: Option<Vec<u32>> = rest.iter().map(|word| value(word)).collect();
    values.unwrap_or_default()
}

/// Words around a number that say nothing more.
fn is_around(word: &str) -> bool {
    matches!(
        word,
        "number"
            | "no"
            | "option"
            | "choice"
            | "choose"
            | "pick"
            | "take"
            | "the"
            | "please"
            | "i"
            | "i'll"
            | "select"
            | "press"
            | "type"
            | "go"
            | "with"
            | "for"
    )
}

fn value(word: &str) -> Option<u32> {
    let digits = word.len() <= 9 && word.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        return word.parse().ok();
    }
    WORDS.iter().position(|known| *known == word).map(|index| index as u32)
}

fn ordinal(word: &str) -> Option<u32> {
    ORDINALS.iter().position(|known| *known == word).map(|index| index as u32 + 1)
}

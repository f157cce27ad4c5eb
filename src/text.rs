//! Characters that must never reach a terminal, and the words for numbers.

use std::borrow::Cow;

/// True for control characters (other than the line end), and for those that change the direction of
/// text or hide it.
pub fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The same text with every hostile character replaced by U+FFFD; a tab becomes a space.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hostile) {
        Cow::Owned(
            text.chars()
                .map(|c| match c {
                    '\t' => ' ',
                    c if is_hostile(c) => '\u{FFFD}',
                    c => c,
                })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A whole number in words: `forty-two`; digits beyond ±999,999.
pub fn in_words(n: i64) -> String {
    match n {
        i64::MIN..=-1_000_000 | 1_000_000.. => digits(n),
        ..0 => format!("minus {}", in_words(-n)),
        0..20 => SMALL[n as usize].to_owned(),
        20..100 if n % 10 == 0 => TENS[n as usize / 10].to_owned(),
        20..100 => format!("{}-{}", TENS[n as usize / 10], SMALL[n as usize % 10]),
        100..1000 if n % 100 == 0 => format!("{} hundred", in_words(n / 100)),
        100..1000 => format!("{} hundred and {}", in_words(n / 100), in_words(n % 100)),
        1000.. if n % 1000 == 0 => format!("{} thousand", in_words(n / 1000)),
        1000.. if n % 1000 < 100 => format!("{} thousand and {}", in_words(n / 1000), in_words(n % 1000)),
        1000.. => format!("{} thousand {}", in_words(n / 1000), in_words(n % 1000)),
    }
}

/// A place in a row, in words up to the twentieth: `third`, `21st`.
pub fn ordinal(n: i64) -> String {
    const FIRST: [&str; 21] = [
        "zeroth",
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    if let Some(word) = usize::try_from(n).ok().and_then(|n| FIRST.get(n)) {
        return (*word).to_owned();
    }
    let ending = match (n.rem_euclid(10), n.rem_euclid(100)) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{}{ending}", digits(n))
}

/// A whole number in digits, thousands apart by commas: `1,000,000`.
pub fn digits(n: i64) -> String {
    let plain = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(plain.len() + plain.len() / 3 + 1);
    if n < 0 {
        out.push('\u{2212}');
    }
    for (i, digit) in plain.chars().enumerate() {
        if i > 0 && (plain.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Half hours since midnight as a clock shows them: `13:30`.
pub fn clock(half_hours: i64) -> String {
    let of_day = half_hours.rem_euclid(48);
    format!("{:02}:{:02}", of_day / 2, of_day % 2 * 30)
}

/// A length in half hours: `an hour and a half`.
pub fn span(half_hours: i64) -> String {
    match half_hours {
        i64::MIN..=0 => "no time at all".to_owned(),
        1 => "half an hour".to_owned(),
        2 => "an hour".to_owned(),
        3 => "an hour and a half".to_owned(),
        n if n % 2 == 0 => format!("{} hours", in_words(n / 2)),
        n => format!("{} and a half hours", in_words(n / 2)),
    }
}

/// With a full stop at its end, unless it ends a sentence as it is.
pub fn stopped(text: &str) -> String {
    let ends = text.trim_end_matches(['”', '"', '’', ')']).ends_with(['.', '!', '?', '…']);
    if ends { text.to_owned() } else { format!("{text}.") }
}

/// So many of a thing: `1 move`, `2 moves`.
pub fn counted(n: u64, thing: &str) -> String {
    format!("{} {thing}{}", digits(i64::try_from(n).unwrap_or(i64::MAX)), if n == 1 { "" } else { "s" })
}

/// Cents: `$12`, `$12.50`, `$1,250`.
pub fn money(cents: i64) -> String {
    let sign = if cents < 0 { "\u{2212}" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let whole = digits(i64::try_from(whole).unwrap_or(i64::MAX));
    if rest == 0 { format!("{sign}${whole}") } else { format!("{sign}${whole}.{rest:02}") }
}

/// A chance as people say it.
pub fn one_in(chance: f64) -> String {
    if chance <= 0.0 {
        return "never".to_owned();
    }
    if chance > 1.0 - 1e-9 {
        return "always".to_owned();
    }
    let games = 1.0 / chance;
    if games < 9.95 {
        format!("1 in {games:.1}")
    } else {
        format!("1 in {}", digits(games.round().min(1e15) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_say_them() {
        assert_eq!(in_words(0), "zero");
        assert_eq!(in_words(42), "forty-two");
        assert_eq!(in_words(115), "one hundred and fifteen");
        assert_eq!(in_words(3012), "three thousand and twelve");
        assert_eq!(in_words(-3), "minus three");
        assert_eq!(ordinal(3), "third");
        assert_eq!(ordinal(112), "112th");
        assert_eq!(digits(786882), "786,882");
        assert_eq!(digits(-1000), "\u{2212}1,000");
        assert_eq!(clock(39), "19:30");
        assert_eq!(clock(64), "08:00");
        assert_eq!(span(13), "six and a half hours");
        assert_eq!(money(1250), "$12.50");
    }

    #[test]
    fn hostile_characters_are_replaced() {
        assert_eq!(visible("a\u{1b}[2J\u{202e}b\tc"), "a\u{FFFD}[2J\u{FFFD}b c");
        assert_eq!(visible("two\nlines"), "two\nlines");
    }
}

//! A fast reader for the plain part of RON, in which stories and galleries are written.
//!
//! The crate `ron` is the judge of what a file may hold, and words every complaint; reading all of
//! `story.ron` with it takes most of the time until the first screen. This reader takes what is plain:
//! structs, maps, lists, enums, strings, numbers, line comments. Whatever it does not know (block
//! comments, rare escapes, an explicit `Some`) and whatever is wrong it refuses, without a word, and
//! the file goes to `ron`. So it may refuse anything, but what it takes must be what `ron` reads, down
//! to the address of each borrowed string; the tests below compare.

use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;

/// Reads a file that is plain and right; `None` for any other. `nesting` bounds the depth, and is
/// counted as `ron` counts it.
pub(crate) fn plain<'de, T: Deserialize<'de>>(source: &'de str, nesting: usize) -> Option<T> {
    let mut reader = Reader { source, at: 0, depth: nesting, implicit_some: false };
    reader.space().ok()?;
    if let Some(rest) = reader.rest().strip_prefix("#![enable(implicit_some)]") {
        reader.at = source.len() - rest.len();
        reader.implicit_some = true;
        reader.space().ok()?;
    }
    let value = T::deserialize(&mut reader).ok()?;
    reader.space().ok()?;
    reader.rest().is_empty().then_some(value)
}

/// Not plain, or not right: which of them is for `ron` to say.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("not plain")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Refused {
        Refused
    }
}

type Result<T> = std::result::Result<T, Refused>;

struct Reader<'de> {
    source: &'de str,
    at: usize,
    /// Levels that are left.
    depth: usize,
    /// The file says that `Some` need not be written.
    implicit_some: bool,
}

impl<'de> Reader<'de> {
    fn rest(&self) -> &'de str {
        self.source.get(self.at..).unwrap_or("")
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Result<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Refused)
        }
    }

    /// Skips white space and line comments.
    #[inline]
    fn space(&mut self) -> Result<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(b'/') => {
                    if !self.rest().starts_with("//") {
                        return Err(Refused);
                    }
                    self.at += self.rest().find('\n').ok_or(Refused)?;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Bytes from here on that are of a kind; a name or a number must not run into something else.
    #[inline]
    fn word(&mut self, is: impl Fn(u8) -> bool) -> Result<&'de str> {
        let bytes = self.source.as_bytes().get(self.at..).unwrap_or(b"");
        let end = bytes.iter().position(|byte| !is(*byte)).ok_or(Refused)?;
        if end == 0
            || !matches!(bytes[end], b' ' | b'\n' | b'\t' | b'\r' | b':' | b',' | b'(' | b')' | b']' | b'}')
        {
            return Err(Refused);
        }
        let word = self.rest().get(..end).ok_or(Refused)?;
        self.at += end;
        Ok(word)
    }

    #[inline]
    fn name(&mut self) -> Result<&'de str> {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(Refused);
        }
        self.word(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    fn number<N: std::str::FromStr>(&mut self, is: impl Fn(u8) -> bool) -> Result<N> {
        let word = self.word(is)?;
        let digits = word.strip_prefix('-').unwrap_or(word);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Refused);
        }
        word.parse().map_err(|_| Refused)
    }

    fn whole<N: std::str::FromStr>(&mut self) -> Result<N> {
        self.number(|byte| byte.is_ascii_digit() || byte == b'-')
    }

    fn string(&mut self) -> Result<Cow<'de, str>> {
        if self.peek() == Some(b'r') {
            return self.raw_string();
        }
        self.take(b'"')?;
        let rest = self.rest();
        let end = memchr::memchr2(b'"', b'\\', rest.as_bytes()).ok_or(Refused)?;
        if rest.as_bytes()[end] == b'\\' {
            return self.escaped_string();
        }
        self.at += end + 1;
        Ok(Cow::Borrowed(&rest[..end]))
    }

    fn raw_string(&mut self) -> Result<Cow<'de, str>> {
        let rest = &self.rest()[1..];
        let inner = rest.trim_start_matches('#');
        let hashes = &rest[..rest.len() - inner.len()];
        let inner = inner.strip_prefix('"').ok_or(Refused)?;
        let text = inner.split_once(&format!("\"{hashes}")).ok_or(Refused)?.0;
        self.at += 1 + hashes.len() + 1 + text.len() + 1 + hashes.len();
        Ok(Cow::Borrowed(text))
    }

    #[cold]
    fn escaped_string(&mut self) -> Result<Cow<'de, str>> {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(['"', '\\']).ok_or(Refused)?;
            text.push_str(&rest[..end]);
            self.at += end + 1;
            if rest.as_bytes()[end] == b'"' {
                return Ok(Cow::Owned(text));
            }
            text.push(match self.peek() {
                Some(b'n') => '\n',
                Some(b't') => '\t',
                Some(b'"') => '"',
                Some(b'\\') => '\\',
                _ => return Err(Refused),
            });
            self.at += 1;
        }
    }

    #[inline]
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth = self.depth.checked_sub(1).ok_or(Refused)?;
        let value = read(self)?;
        self.depth += 1;
        Ok(value)
    }

    /// What stands between two brackets, with commas between.
    #[inline]
    fn between<T>(
        &mut self,
        open: u8,
        close: u8,
        read: impl FnOnce(Listed<'_, 'de>) -> Result<T>,
    ) -> Result<T> {
        self.take(open)?;
        let value =
            self.deeper(|reader| read(Listed { reader, close, named: close == b')', comma: true }))?;
        self.space()?;
        self.take(close)?;
        Ok(value)
    }
}

fn is_real(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Things with commas between, and perhaps one after the last.
struct Listed<'r, 'de> {
    reader: &'r mut Reader<'de>,
    close: u8,
    /// Keys are names, not values.
    named: bool,
    /// A comma was read, or nothing yet.
    comma: bool,
}

impl Listed<'_, '_> {
    #[inline]
    fn more(&mut self) -> Result<bool> {
        self.reader.space()?;
        let more = self.reader.peek() != Some(self.close);
        if more && !self.comma { Err(Refused) } else { Ok(more) }
    }

    #[inline]
    fn comma(&mut self) -> Result<()> {
        self.reader.space()?;
        self.comma = self.reader.take(b',').is_ok();
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for Listed<'_, 'de> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.more()? {
            return Ok(None);
        }
        let value = self.reader.deeper(|reader| seed.deserialize(reader))?;
        self.comma()?;
        Ok(Some(value))
    }
}

impl<'de> MapAccess<'de> for Listed<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.more()? {
            return Ok(None);
        }
        if self.named {
            let name = self.reader.deeper(Reader::name)?;
            return seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some);
        }
        self.reader.deeper(|reader| seed.deserialize(reader)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.reader.space()?;
        self.reader.take(b':')?;
        self.reader.space()?;
        let value = self.reader.deeper(|reader| seed.deserialize(reader))?;
        self.comma()?;
        Ok(value)
    }
}

macro_rules! numbers {
    ($($method:ident, $visit:ident, $read:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let read: fn(&mut Reader<'de>) -> Result<_> = $read;
            visitor.$visit(read(self)?)
        }
    )*};
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value> {
            Err(Refused)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            Some(b'"' | b'r') => self.deserialize_str(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(first @ (b'-' | b'0'..=b'9')) => {
                let from = self.at;
                let word = self.word(is_real)?;
                self.at = from;
                match first {
                    _ if word.contains('.') => visitor.visit_f64(self.number(is_real)?),
                    b'-' => visitor.visit_i64(self.whole()?),
                    _ => visitor.visit_u64(self.whole()?),
                }
            }
            // Named fields; for `ron` it could be a tuple as well.
            Some(b'(') => {
                let from = self.at;
                self.at += 1;
                self.space()?;
                self.name()?;
                self.space()?;
                self.take(b':')?;
                self.at = from;
                self.between(b'(', b')', |listed| visitor.visit_map(listed))
            }
            _ => Err(Refused),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.name()? {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Refused),
        }
    }

    numbers! {
        deserialize_i8, visit_i64, Reader::whole;
        deserialize_i16, visit_i64, Reader::whole;
        deserialize_i32, visit_i64, Reader::whole;
        deserialize_i64, visit_i64, Reader::whole;
        deserialize_u8, visit_u64, Reader::whole;
        deserialize_u16, visit_u64, Reader::whole;
        deserialize_u32, visit_u64, Reader::whole;
        deserialize_u64, visit_u64, Reader::whole;
        deserialize_f64, visit_f64, |reader| reader.number(is_real);
    }

    refused! {
        deserialize_f32();
        deserialize_char();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(&'static str);
        deserialize_newtype_struct(&'static str);
        deserialize_tuple_struct(&'static str, usize);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if !self.implicit_some {
            return match self.name()? {
                "None" => visitor.visit_none(),
                "Some" => self.between(b'(', b')', |listed| {
                    listed.reader.space()?;
                    let value = visitor.visit_some(&mut *listed.reader)?;
                    listed.reader.space()?;
                    // One comma may follow.
                    let _ = listed.reader.take(b',');
                    Ok(value)
                }),
                _ => Err(Refused),
            };
        }
        if matches!(self.peek(), Some(b'S' | b'N')) {
            let from = self.at;
            if matches!(self.name()?, "Some" | "None") {
                return Err(Refused);
            }
            self.at = from;
        }
        self.deeper(|reader| visitor.visit_some(reader))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.between(b'[', b']', |listed| visitor.visit_seq(listed))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.between(b'(', b')', |listed| visitor.visit_seq(listed))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.between(b'{', b'}', |listed| visitor.visit_map(listed))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if self.peek() != Some(b'(') {
            if self.name()? != name {
                return Err(Refused);
            }
            self.space()?;
        }
        self.between(b'(', b')', |listed| visitor.visit_map(listed))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deeper(|reader| visitor.visit_enum(Variant(reader)))
    }
}

struct Variant<'r, 'de>(&'r mut Reader<'de>);

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Refused;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name = self.0.deeper(Reader::name)?;
        Ok((seed.deserialize(BorrowedStrDeserializer::new(name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Refused;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        let Variant(reader) = self;
        reader.space()?;
        reader.take(b'(')?;
        reader.space()?;
        let value = reader.deeper(|reader| seed.deserialize(reader))?;
        reader.space()?;
        if reader.take(b',').is_ok() {
            reader.space()?;
        }
        reader.take(b')')?;
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value> {
        self.0.space()?;
        self.0.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.0.space()?;
        self.0.between(b'(', b')', |listed| visitor.visit_map(listed))
    }
}

/// A text with some characters cut out and some pieces put in: each edit is a place, how many characters go,
/// and which piece comes.
#[cfg(test)]
pub(crate) fn spoilt(
    mut text: String,
    edits: Vec<(proptest::sample::Index, usize, usize)>,
    pieces: &[&str],
) -> String {
    for (at, cut, piece) in edits {
        let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        let from = *at.get(&places);
        let to = places.get(places.partition_point(|i| *i < from) + cut).copied().unwrap_or(text.len());
        text.replace_range(from..to, pieces[piece]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{plain, spoilt};
    use crate::story::load::{MOST_NESTING, by_ron};
    use crate::story::written::Story;
    use crate::story::{Source, diagnostic, resolve};
    use proptest::prelude::*;

    const LAMP: &str = include_str!("../../tests/stories/lamp.ron");
    const LABS: &str = include_str!("../../tests/stories/labs.ron");

    /// What is plain is what ron reads, and every place in it is the same; says whether it was plain.
    #[track_caller]
    fn compare(source: &str) -> bool {
        let Some(story) = plain::<Story>(source, MOST_NESTING) else { return false };
        let by_ron = by_ron(source).expect("what is plain is right");
        assert_eq!(format!("{story:?}"), format!("{by_ron:?}"));
        assert_eq!(
            format!("{:?}", resolve::resolve(&story, source)),
            format!("{:?}", resolve::resolve(&by_ron, source))
        );
        true
    }

    #[test]
    fn the_stories_here_are_plain() {
        assert!(compare(&Source::built_in().text), "story.ron");
        assert!(compare(LAMP) && compare(LABS), "tests/stories");
        for example in diagnostic::EXAMPLES {
            let text = diagnostic::Example::story(example.passing);
            assert!(compare(&text), "{text}");
            compare(&diagnostic::Example::story(example.failing));
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_ron() {
        let story = |fields: &str| diagnostic::Example::story(fields);
        let scene = r#"start: "a", scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "H") }"#;
        assert!(compare(&story(scene)));
        for other in [
            format!("/* a comment */ {scene}"),
            format!("tagline: Some(\"T\"), {scene}"),
            format!("tagline: \"\\u{{41}}\", {scene}"),
            format!("depth: 0x4, {scene}"),
            format!("r#depth: 4, {scene}"),
        ] {
            assert!(!compare(&story(&other)), "{other}");
            by_ron(&story(&other)).expect("ron reads it");
        }
        assert!(!compare(&story(scene)["#![enable(implicit_some)]".len()..]));
        // As deep as may be, and a level deeper.
        let deep = |levels: usize| {
            let when = format!("{}Is(\"f\"){}", "Not(".repeat(levels), ")".repeat(levels));
            story(&format!(
                "facts: {{ \"f\": Flag }}, start: \"a\", scenes: {{ \"a\": (text: (when: {when}, text: \"A.\"), ending: \"e\") }}, endings: {{ \"e\": (title: \"E\", hint: \"H\") }}"
            ))
        };
        for levels in 0..40 {
            assert_eq!(compare(&deep(levels)), by_ron(&deep(levels)).is_ok(), "{levels} levels");
        }
        let nested = |kind: usize, levels: usize| {
            let around = |open: &str, inner: &str, close: &str| {
                format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
            };
            let text = |text: String| format!("\"a\": (text: {text}, ending: \"e\")");
            let scene = match kind {
                0 => text(around("(when: Is(\"f\"), text: ", "\"A.\"", ")")),
                1 => text(around("(when: Is(\"f\"), text: [", "\"A.\"", "])")),
                2 => text(around("(label: \"l\", one_of: [", "\"A.\"", "])")),
                3 => {
                    let then = around("When(Is(\"f\"), [", "Set(\"f\")", "])");
                    format!("\"a\": (text: \"A.\", auto: [(then: [{then}], to: \"a\")])")
                }
                _ => {
                    let when = around("All([", "Is(\"f\")", "])");
                    format!("\"a\": (text: \"A.\", auto: [(when: {when}, to: \"a\")])")
                }
            };
            story(&format!("start: \"a\", scenes: {{ {scene} }}"))
        };
        for kind in 0..5 {
            let deepest = (0..40).rfind(|levels| compare(&nested(kind, *levels))).expect("one level is");
            assert!(deepest > 5, "{kind}: {deepest} levels");
            by_ron(&nested(kind, 70)).expect_err("too deep");
        }
    }

    /// As many as `TREED_FUZZ` says.
    fn cases() -> u32 {
        std::env::var("TREED_FUZZ").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases()))]

        #[test]
        fn a_spoilt_story_is_read_as_ron_reads_it_or_not_at_all(
            which in any::<prop::sample::Index>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, 0usize..32), 1..4),
        ) {
            const PIECES: [&str; 32] = [
                "", "", "", "(", ")", "[", "]", "{", "}", ",", ":", "\"", "\\", "//", "\n", " ", "-", "7", ".5",
                "r#\"x\"#", "Some(", "()", "true", "é", "0", "_", "e3", "+", "\u{B}", "None", "Story", "/**/",
            ];
            let examples = diagnostic::EXAMPLES.len();
            let text = match which.index(examples * 2 + 20) {
                i if i < examples => diagnostic::Example::story(diagnostic::EXAMPLES[i].passing),
                i if i < examples * 2 => diagnostic::Example::story(diagnostic::EXAMPLES[i - examples].failing),
                i if i % 2 == 0 => LABS.to_owned(),
                _ => LAMP.to_owned(),
            };
            compare(&spoilt(text, edits, &PIECES));
        }
    }
}

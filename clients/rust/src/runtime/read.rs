//! The reader of responses. It is strict: a body is read as the contract says, or not at all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::FieldError;
use super::operation::ErrorFormat;

/// A JSON object. Of members with one name the last counts, as with most readers.
pub(crate) struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    pub(crate) fn parse(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok().map(Object)
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied().filter(|value| value.get() != "null")
    }

    /// Whether a member is there, and is not empty text.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.get() != "\"\"")
    }

    /// A member that must be there.
    pub(crate) fn required<T: Member>(&self, name: &str) -> Option<T> {
        T::read(self.get(name)?)
    }

    /// A member that may be absent; `None` is one that cannot be read.
    pub(crate) fn optional<T: Member>(&self, name: &str) -> Option<Option<T>> {
        match self.get(name) {
            None => Some(None),
            Some(raw) => T::read(raw).map(Some),
        }
    }

    /// What follows the last slash of a member, if that can be a name.
    pub(crate) fn last_segment(&self, name: &str) -> Option<String> {
        let path: String = self.required(name)?;
        let (_, segment) = path.rsplit_once('/')?;
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        (!segment.is_empty() && segment.bytes().all(fits)).then(|| segment.to_owned())
    }
}

/// A type of an object.
pub(crate) trait Record: Sized {
    fn of(object: &Object<'_>) -> Option<Self>;
}

impl<T: Record> Record for Box<T> {
    fn of(object: &Object<'_>) -> Option<Self> {
        T::of(object).map(Box::new)
    }
}

impl<T: Record> Member for T {
    fn read(raw: &RawValue) -> Option<Self> {
        T::of(&Object::parse(raw.get())?)
    }
}

/// A type that a member of a response can have.
pub(crate) trait Member: Sized {
    fn read(raw: &RawValue) -> Option<Self>;
}

impl Member for String {
    fn read(raw: &RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }
}

impl Member for i64 {
    fn read(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        if text.starts_with('"') {
            let text = String::read(raw)?;
            let digits = text.strip_prefix('-').unwrap_or(&text);
            let fits = (1..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            return text.parse().ok().filter(|_| fits);
        }
        // In decimal, as a double would lose digits: 1.20e3 is 12 and two zeros.
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        if matches!(significant, "" | "-") {
            return Some(0);
        }
        let places = digits.len() as i64 - significant.len() as i64 - fraction.len() as i64;
        let zeros =
            exponent.parse::<i64>().ok()?.checked_add(places).filter(|zeros| (0..19).contains(zeros))?;
        format!("{significant}{}", "0".repeat(zeros as usize)).parse().ok()
    }
}

impl Member for f64 {
    fn read(raw: &RawValue) -> Option<Self> {
        match raw.get().starts_with('"') {
            true => {
                serde_json::from_str(Some(&*String::read(raw)?).filter(|text| text.trim() == *text)?).ok()
            }
            false => serde_json::from_str(raw.get()).ok(),
        }
    }
}

impl Member for bool {
    fn read(raw: &RawValue) -> Option<Self> {
        match raw.get() {
            "true" | "\"true\"" => Some(true),
            "false" | "\"false\"" => Some(false),
            _ => None,
        }
    }
}

impl Member for serde_json::Value {
    /// What a `Value` cannot hold, such as 1e400, is the text of it.
    fn read(raw: &RawValue) -> Option<Self> {
        Some(serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().into()))
    }
}

impl<T: Member> Member for Vec<T> {
    fn read(raw: &RawValue) -> Option<Self> {
        let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
        let read = |item: &RawValue| if item.get() == "null" { None } else { T::read(item) };
        items.into_iter().map(read).collect()
    }
}

/// What an error response says; nothing if it cannot be read.
pub(crate) fn words(body: &str, format: &ErrorFormat) -> (String, Vec<FieldError>) {
    let text = |object: &Object<'_>, name| object.optional::<String>(name).map(Option::unwrap_or_default);
    let field_error = |raw: &RawValue| {
        let error = Object::parse(raw.get())?;
        Some(FieldError { field: text(&error, format.field)?, message: text(&error, format.message)? })
    };
    let read = || {
        let object = Object::parse(body)?;
        let errors = match object.get(format.errors) {
            None => Vec::new(),
            Some(list) => Vec::<&RawValue>::deserialize(list).ok()?,
        };
        let errors = errors.into_iter().map(field_error).collect::<Option<_>>()?;
        Some((text(&object, format.message)?, errors))
    };
    read().unwrap_or_default()
}

/// JSON may name half of a pair of surrogates, which is no character, and which serde_json refuses. It
/// counts as U+FFFD, as in most readers.
pub(crate) fn well_formed(json: &str) -> Cow<'_, str> {
    let unit = |at: usize| {
        let escape = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        at += found;
        match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => {
                out.push_str(&json[copied..at]);
                out.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // The character behind the backslash, of whatever width, begins no other escape.
            _ => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    match copied {
        0 => Cow::Borrowed(json),
        _ => Cow::Owned(out + &json[copied..]),
    }
}

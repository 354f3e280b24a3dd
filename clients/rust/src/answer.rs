//! What the body of an answer says.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::FieldError;
use crate::error::Cause;
use crate::exchange::Answer;
use crate::models::CreateContactAnswer;

impl Answer {
    /// Reads the body of an answer to a create, or of a refusal: all of it, or nothing and why.
    pub(crate) fn read(&self) -> (CreateContactAnswer, Option<Cause>) {
        let why = match self.body.as_deref().map(decode) {
            Ok(Ok(said)) => return (said, None),
            // Not the error itself: it may quote the answer.
            Ok(Err(_)) => "the answer is not the JSON that the contract promises",
            Err(why) => why,
        };
        (CreateContactAnswer::default(), Some(why.into()))
    }
}

/// Is more lenient than the generated type, in that members may be absent or null.
fn decode(body: &str) -> serde_json::Result<CreateContactAnswer> {
    let body = well_formed(body);
    let [status, uri, queued_uri, message, errors] =
        members(&body, ["Status", "Uri", "QueuedUri", "Message", "Errors"])?;
    Ok(CreateContactAnswer {
        status: value(status)?.unwrap_or_default(),
        uri: value(uri)?,
        queued_uri: value(queued_uri)?,
        message: value(message)?,
        errors: value(errors)?.map(field_errors).transpose()?,
    })
}

fn field_errors(list: Vec<&RawValue>) -> serde_json::Result<Vec<FieldError>> {
    let error = |one: &RawValue| {
        let [field, message] = members(one.get(), ["Field", "Message"])?;
        Ok(FieldError { field: value(field)?, message: value(message)?.unwrap_or_default() })
    };
    list.into_iter().map(error).collect()
}

/// The value of a member; none if it is absent or null.
fn value<'a, T: Deserialize<'a>>(member: Option<&'a RawValue>) -> serde_json::Result<Option<T>> {
    member.map_or(Ok(None), |value| serde_json::from_str(value.get()))
}

/// Finds members of a JSON object. Of members with one name the last counts, as with most readers.
fn members<'a, const N: usize>(
    json: &'a str,
    names: [&'static str; N],
) -> serde_json::Result<[Option<&'a RawValue>; N]> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let found = reader.deserialize_map(Members(names))?;
    reader.end()?;
    Ok(found)
}

struct Members<const N: usize>([&'static str; N]);

impl<'a, const N: usize> Visitor<'a> for Members<N> {
    type Value = [Option<&'a RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(index) = object.next_key_seed(IndexOf(&self.0))? {
            match index {
                Some(index) => found[index] = Some(object.next_value()?),
                None => _ = object.next_value::<IgnoredAny>()?,
            }
        }
        Ok(found)
    }
}

/// Reads a name as its index in a list.
struct IndexOf<'n>(&'n [&'static str]);

impl<'a> DeserializeSeed<'a> for IndexOf<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for IndexOf<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
    }
}

/// The id of the contact at a URI: what follows the last slash (F2). There is none if it cannot be one.
pub(crate) fn id_of(uri: &str) -> Option<&str> {
    let (_, id) = uri.rsplit_once('/')?;
    let is_id = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (!id.is_empty() && id.bytes().all(is_id)).then_some(id)
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

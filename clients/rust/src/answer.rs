//! What the body of an answer says.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::FieldError;
use crate::error::Cause;
use crate::exchange::Answer;
use crate::models::CreateContactAnswer;

/// The members of a JSON object. Of members with one name the last counts, as with most readers.
pub(crate) type Object<'a> = HashMap<String, &'a RawValue>;

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
    let object: Object = serde_json::from_str(&body)?;
    Ok(CreateContactAnswer {
        status: text(&object, "Status")?.unwrap_or_default(),
        uri: text(&object, "Uri")?,
        queued_uri: text(&object, "QueuedUri")?,
        message: text(&object, "Message")?,
        errors: errors(&object)?,
    })
}

fn errors(object: &Object<'_>) -> serde_json::Result<Option<Vec<FieldError>>> {
    let Some(list) = object.get("Errors") else { return Ok(None) };
    let Some(list) = serde_json::from_str::<Option<Vec<Object<'_>>>>(list.get())? else { return Ok(None) };
    let error = |e: Object<'_>| {
        Ok(FieldError { field: text(&e, "Field")?, message: text(&e, "Message")?.unwrap_or_default() })
    };
    list.into_iter().map(error).collect::<serde_json::Result<_>>().map(Some)
}

fn text(object: &Object<'_>, name: &str) -> serde_json::Result<Option<String>> {
    object.get(name).map_or(Ok(None), |value| serde_json::from_str(value.get()))
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

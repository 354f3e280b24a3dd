//! A checked input as a request.

use std::borrow::Cow;

use bytes::Bytes;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::body::{Payload, Piece};
use super::error::Cause;
use super::operation::{Field, Operation, Place};
use super::random;
use super::rules::Looks;
use super::value::Value;

/// A request, which can be sent more than once.
pub(crate) struct Encoded {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Payload>,
}

type Given<'g, 'v> = Vec<(usize, &'static Field, &'g Value<'v>)>;

pub(crate) fn encode(
    operation: &'static Operation,
    base: &Url,
    account: (&str, &str),
    values: &[Value<'_>],
    looks: &Looks,
) -> Result<Encoded, Cause> {
    let given = |place: Place| -> Given<'_, '_> {
        let fields = operation.fields.iter().enumerate().zip(values);
        let given = fields.filter(|((_, field), value)| field.place == place && value.is_present());
        given.map(|((i, field), value)| (i, field, value)).collect()
    };
    let mut url = base.clone();
    url.set_path(&path(operation.path, base.path(), account, &given(Place::Path)));
    let query = pairs(&given(Place::Query), Blank::Escaped);
    url.set_query(Some(&*query).filter(|query| !query.is_empty()));

    let mut headers = HeaderMap::new();
    for (_, field, value) in given(Place::Header) {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|error| Cause::of(&error))?;
        for text in texts(field, value) {
            headers.append(&name, HeaderValue::from_str(&text).map_err(|error| Cause::of(&error))?);
        }
    }
    let body = operation.body.as_ref().and_then(|body| {
        let given = given(Place::Body);
        let has_file = given.iter().any(|(_, field, _)| field.file.is_some());
        if given.is_empty() && !body.required {
            return None;
        }
        let (content_type, payload) = if has_file || !body.form && !given.is_empty() {
            multipart(&given, looks)
        } else {
            let form = Bytes::from(pairs(&given, Blank::Plus));
            (
                HeaderValue::from_static("application/x-www-form-urlencoded"),
                Payload::new([Piece::Memory(form)]),
            )
        };
        headers.insert(CONTENT_TYPE, content_type);
        Some(payload)
    });
    Ok(Encoded { url, headers, body })
}

fn path(template: &str, base: &str, account: (&str, &str), given: &Given<'_, '_>) -> String {
    let mut path = base.trim_end_matches('/').to_owned();
    let mut parts = template.split(['{', '}']);
    while let Some(literal) = parts.next() {
        path.push_str(literal);
        let Some(name) = parts.next() else { break };
        let value = given.iter().find(|(_, field, _)| field.name == name);
        let text =
            if name == account.0 { account.1.into() } else { value.map_or("".into(), |v| v.2.joined(",")) };
        escape(&mut path, &text, Blank::Escaped);
    }
    path
}

/// The texts that a field is sent as: one, unless it is a list without a delimiter.
fn texts<'v>(field: &Field, value: &Value<'v>) -> Vec<Cow<'v, str>> {
    match field.list {
        Some("") => value.items().iter().map(|item| item.text()).collect(),
        delimiter => vec![value.joined(delimiter.unwrap_or(""))],
    }
}

/// How a blank is written.
#[derive(Clone, Copy)]
enum Blank {
    Escaped,
    Plus,
}

/// `name=value&…`
fn pairs(given: &Given<'_, '_>, blank: Blank) -> String {
    let mut out = String::with_capacity(512);
    for (_, field, value) in given {
        for text in texts(field, value) {
            if !out.is_empty() {
                out.push('&');
            }
            escape(&mut out, field.name, blank);
            out.push('=');
            escape(&mut out, &text, blank);
        }
    }
    out
}

/// A text as it stands in a path or a query.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(&mut out, text, Blank::Escaped);
    out
}

/// Escapes all but the characters that RFC 3986 calls unreserved.
fn escape(out: &mut String, text: &str, blank: Blank) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| !is_plain(b)) {
        out.push_str(&rest[..at]);
        let width = rest[at..].chars().next().map_or(1, char::len_utf8);
        match (&rest[at..at + width], blank) {
            (" ", Blank::Plus) => out.push('+'),
            (character, _) => character.bytes().for_each(|b| {
                out.extend(['%', char::from(HEX[usize::from(b >> 4)]), char::from(HEX[usize::from(b & 15)])]);
            }),
        }
        rest = &rest[at + width..];
    }
    out.push_str(rest);
}

/// Writes the fields, and then the files, as RFC 7578 says.
fn multipart(given: &Given<'_, '_>, looks: &Looks) -> (HeaderValue, Payload) {
    let boundary = random::letters(48);
    let begin = format!("--{boundary}\r\nContent-Disposition: form-data; ");
    let mut text = String::with_capacity(2048);
    let mut files = Vec::new();
    for (i, field, value) in given {
        let name = quoted(field.name);
        let mut texts = texts(field, value);
        if let Some(part) = &field.file {
            texts.clear();
            for (n, (file, look)) in value.files().zip(looks[*i].iter().flatten()).enumerate() {
                let number = field.list.map_or(String::new(), |_| format!("-{}", n + 1));
                let filename = match &*file.name {
                    "" => format!("{}{number}.{}", part.base_name, look.extension),
                    name => name.to_owned(),
                };
                if part.named_part {
                    texts.push(filename.clone().into());
                }
                files.push((
                    if part.named_part { filename.clone() } else { name.clone() },
                    filename,
                    file,
                    look,
                ));
            }
        }
        for value in texts {
            text.extend([&begin, "name=\"", &name, "\"\r\n\r\n", &value, "\r\n"]);
        }
    }
    let mut pieces = Vec::new();
    for (name, filename, file, look) in files {
        text.extend([&begin, "name=\"", &name, "\"; filename=\"", &filename, "\"\r\n"]);
        text.extend(["Content-Type: ", look.content_type, "\r\n\r\n"]);
        pieces.push(Piece::Memory(std::mem::take(&mut text).into()));
        pieces.push(Piece::File(file.clone(), look.length));
        text.push_str("\r\n");
    }
    text.extend(["--", &boundary, "--\r\n"]);
    pieces.push(Piece::Memory(text.into()));
    let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
    (content_type.expect("a boundary of letters and digits"), Payload::new(pieces))
}

/// A name as it stands in quotes.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

//! What a response says of its request.

use std::future::Future;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tokio::time::{Instant, timeout_at};

use super::bytes::ByteStream;
use super::client::Shared;
use super::error::Cause;
use super::operation::Operation;
use super::read::{Object, Record, well_formed};

const MAX_BODY_BYTES: usize = 1 << 20;
const MAX_HEADER_BYTES: usize = 1 << 16;

/// What a response says that does not say that the request is done.
pub(crate) enum Verdict {
    Refused,
    Queued(Map<String, Json>),
    InDoubt(Option<Cause>),
}

/// A response whose body is not read yet.
pub(crate) struct Received {
    pub(crate) status: u16,
    body: reqwest::Response,
    /// When the time for the body is over.
    limit: Instant,
}

impl Received {
    /// Takes the header apart. One that is too long, or names no length that can be relied on, is refused.
    pub(crate) fn new(mut response: reqwest::Response, limit: Instant) -> io::Result<(HeaderMap, Self)> {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let reason = match response.extensions().get::<hyper::ext::ReasonPhrase>() {
            Some(reason) => reason.as_bytes().len(),
            None => status.canonical_reason().unwrap_or_default().len(),
        };
        let fields = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
        if "HTTP/1.1 200 \r\n\r\n".len() + reason + fields.sum::<usize>() > MAX_HEADER_BYTES {
            return Err(io::Error::other("the header of the response is longer than 64 KiB"));
        }
        let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
        let is_number = lengths.next().is_none_or(|length| length.as_bytes().iter().all(u8::is_ascii_digit));
        if !is_number || lengths.next().is_some() {
            return Err(io::Error::other("the length of the response is not one number"));
        }
        Ok((headers, Received { status: status.as_u16(), body: response, limit }))
    }

    /// The next bytes of the body; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Cause> {
        match timeout_at(self.limit, self.body.chunk()).await {
            Ok(read) => read.map_err(|error| Cause::of(&error.without_url())),
            Err(elapsed) => Err(Cause::of(&elapsed)),
        }
    }

    /// The body, if it is not too long.
    pub(crate) async fn body(&mut self) -> Result<Bytes, Cause> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(Cause::new("the response is longer than 1 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

/// What an operation returns if it is done.
pub(crate) trait Success: Sized {
    /// Reads a 2xx: its body, as far as it is kept, and what it says.
    fn read(
        shared: &Arc<Shared>,
        operation: &'static Operation,
        headers: &HeaderMap,
        response: Received,
    ) -> impl Future<Output = (Bytes, Result<Self, Verdict>)> + Send;

    /// What stands for a response that was lost.
    fn lost() -> Option<Self>;
}

impl Success for () {
    async fn read(
        _: &Arc<Shared>,
        _: &'static Operation,
        _: &HeaderMap,
        response: Received,
    ) -> (Bytes, Result<Self, Verdict>) {
        from_body(response, |_| Ok(())).await
    }

    fn lost() -> Option<Self> {
        Some(())
    }
}

impl Success for ByteStream {
    async fn read(
        shared: &Arc<Shared>,
        operation: &'static Operation,
        headers: &HeaderMap,
        response: Received,
    ) -> (Bytes, Result<Self, Verdict>) {
        (Bytes::new(), Ok(ByteStream::new(shared.clone(), operation, headers, response)))
    }

    fn lost() -> Option<Self> {
        None
    }
}

impl<T: Record + Serialize + Default> Success for T {
    async fn read(
        _: &Arc<Shared>,
        operation: &'static Operation,
        _: &HeaderMap,
        response: Received,
    ) -> (Bytes, Result<Self, Verdict>) {
        from_body(response, |body| classify(operation, body)).await
    }

    fn lost() -> Option<Self> {
        Some(T::default())
    }
}

async fn from_body<S>(
    mut response: Received,
    read: impl FnOnce(&[u8]) -> Result<S, Verdict>,
) -> (Bytes, Result<S, Verdict>) {
    match response.body().await {
        Ok(body) => {
            let result = read(&body);
            (body, result)
        }
        Err(cause) => (Bytes::new(), Err(Verdict::InDoubt(Some(cause)))),
    }
}

/// Reads an object, and what it says.
fn classify<T: Record + Serialize>(operation: &Operation, body: &[u8]) -> Result<T, Verdict> {
    // Not why: a parser's words may quote the response.
    let unreadable = || Verdict::InDoubt(Some(Cause::new("the response is not what the contract promises")));
    let text = std::str::from_utf8(body).map(well_formed).map_err(|_| unreadable())?;
    let object = Object::parse(&text).ok_or_else(unreadable)?;
    let value = T::of(&object).ok_or_else(unreadable)?;
    let Some(telling) = &operation.telling else { return Ok(value) };

    let told: String = object.optional(telling.member).flatten().unwrap_or_default();
    let is_one_of = |values: &[&str]| values.contains(&&*told);
    if is_one_of(telling.done) {
        let required = telling.requires.iter().filter(|(value, _)| *value == told);
        let mut required = required.flat_map(|(_, members)| *members);
        let is_there = |member: &&str| {
            object.has(member)
                && (!telling.segments.contains(member) || object.last_segment(member).is_some())
        };
        return if required.all(is_there) { Ok(value) } else { Err(unreadable()) };
    }
    Err(match serde_json::to_value(value) {
        Ok(Json::Object(members)) if is_one_of(telling.queued) => Verdict::Queued(members),
        _ if is_one_of(telling.refused) => Verdict::Refused,
        _ => Verdict::InDoubt(None),
    })
}

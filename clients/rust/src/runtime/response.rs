use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;

use super::operation::Outcome;
use super::redact::Redactor;
use super::wait;

/// What a call that is done returns: a value, and what the response told beside it.
///
/// It can be used as the value itself. Where the value holds the credentials, its `Debug` prints `[redacted]`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Response<T> {
    /// What was done: [`Outcome::Created`], for example.
    pub outcome: Outcome,
    /// What the server returned.
    pub value: T,
    /// Status, headers and rate limit.
    pub info: ResponseInfo,
}

impl<T> Response<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response { outcome: self.outcome, value: change(self.value), info: self.info }
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.info.redacted(format!("{:?}", self.value));
        let mut out = f.debug_struct("Response");
        out.field("outcome", &self.outcome)
            .field("value", &format_args!("{value}"))
            .field("info", &self.info)
            .finish()
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// What HTTP said of a response. Its `Debug` prints no header and no body.
#[derive(Clone, Default, PartialEq)]
pub struct ResponseInfo(Arc<Inner>);

#[derive(Default, PartialEq)]
struct Inner {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    redactor: Redactor,
}

/// How many requests the server still takes. What it did not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests there may be in a period.
    pub limit: Option<u64>,
    /// How many of them are left.
    pub remaining: Option<u64>,
    /// The time until the period ends.
    pub reset: Option<Duration>,
}

impl ResponseInfo {
    pub(crate) fn new(status: u16, headers: HeaderMap, body: Bytes, redactor: Redactor) -> Self {
        ResponseInfo(Arc::new(Inner { status, headers, body, redactor }))
    }

    /// Text of the response, as it may be printed.
    pub(crate) fn redacted(&self, text: String) -> String {
        self.0.redactor.text(text)
    }

    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body as it came; empty if it is not JSON, was not read to its end, or is longer than 1 MiB.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// What the headers say of the rate limit.
    pub fn rate_limit(&self) -> RateLimit {
        wait::rate_limit(&self.0.headers)
    }
}

impl fmt::Debug for ResponseInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ResponseInfo");
        out.field("status", &self.0.status).field("rate_limit", &self.rate_limit()).finish_non_exhaustive()
    }
}

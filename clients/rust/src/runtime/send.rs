//! A call: the attempts to send a request, and what is known after each.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tokio::time::{Instant, timeout_at};

use super::bytes::ByteStream;
use super::client::{Client, Rules, Shared};
use super::encode::{Encoded, encode};
use super::error::{Cause, Error, InDoubtError, InvalidError, NotSentError, QueuedError, RefusedError};
use super::hooks::{Attempt, Completed};
use super::operation::{Method, Operation, Outcome};
use super::random;
use super::read::{self, Member, Object, well_formed};
use super::response::{Response, ResponseInfo};
use super::rules::{Checker, look_at_aside};
use super::value::Value;
use super::violation::Violation;
use super::wait::retry_after;

/// A longer wait is for the caller to decide about.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);
const MAX_RESPONSE_BYTES: usize = 1 << 20;
const MAX_HEADER_BYTES: usize = 1 << 16;

/// Calls an operation that returns an object.
pub(crate) async fn object<T: Member + Serialize + Default>(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<Response<T>, Error> {
    Ok(run::<Read<T>>(client, operation, values).await?.map(|read| read.0))
}

/// Calls an operation that returns content.
pub(crate) async fn bytes(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<Response<ByteStream>, Error> {
    run(client, operation, values).await
}

/// Calls an operation that returns nothing.
pub(crate) async fn nothing(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<Response<()>, Error> {
    run(client, operation, values).await
}

/// Checks an input by the rules of the client, without its path and without sending it.
pub(crate) async fn check(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<(), InvalidError> {
    prepare(client, operation, &values, true).await.map(drop)
}

async fn run<S: Success>(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<Response<S>, Error> {
    let begin = Instant::now();
    let mut attempts = 0;
    let result = match prepare(client, operation, &values, false).await {
        Ok(Ok(request)) => {
            drop(values);
            let deadline = client.settings.deadline.map(Instant::from_std);
            let call = Call { client, operation, request, deadline };
            call.attempts(&mut attempts).await
        }
        Ok(Err(cause)) => Err(Error::NotSent(NotSentError { operation: operation.id, cause: Some(cause) })),
        Err(invalid) => Err(invalid.into()),
    };
    let (outcome, status) = summary(operation, &result);
    let (operation, duration) = (operation.id, begin.elapsed());
    client.shared.hooks.outcome(Completed { operation, outcome, status, attempts, duration });
    result
}

fn summary<S>(operation: &Operation, result: &Result<Response<S>, Error>) -> (Outcome, Option<u16>) {
    match result {
        Ok(response) => (operation.done, Some(response.info.status())),
        Err(error) => (error.outcome(), error.status()),
    }
}

/// Checks an input, and makes a request of it.
async fn prepare(
    client: &Client,
    operation: &'static Operation,
    values: &[Value<'_>],
    pathless: bool,
) -> Result<Result<Encoded, Cause>, InvalidError> {
    let looks = &look_at_aside(values).await;
    let check = |lenient| Checker { operation, values, looks, wrong: &[], pathless, lenient }.violations();
    let refuse = |violations: Vec<Violation>| match violations.is_empty() {
        true => Ok(()),
        false => Err(InvalidError::new(operation, violations, looks)),
    };
    match client.settings.rules {
        Rules::Enforce => refuse(check(false))?,
        Rules::Warn => {
            refuse(check(true))?;
            let violations = check(false);
            if !violations.is_empty() {
                client.shared.hooks.warning(operation.id, &violations);
            }
        }
        Rules::Off => refuse(check(true))?,
    }
    let account = (client.shared.api.account, &*client.shared.account);
    Ok(encode(operation, &client.shared.base_url.url, account, values, looks))
}

struct Call<'c> {
    client: &'c Client,
    operation: &'static Operation,
    request: Encoded,
    deadline: Option<Instant>,
}

impl Call<'_> {
    async fn attempts<S: Success>(&self, attempts: &mut u32) -> Result<Response<S>, Error> {
        let mut backoff = Duration::from_millis(250);
        let mut in_doubt = false;
        loop {
            let begin = Instant::now();
            let result = self.guarded(self.attempt(in_doubt), in_doubt).await;
            *attempts += 1;
            let wait = result.as_ref().err().and_then(|error| self.wait(error, &mut backoff));
            let wait = wait.filter(|wait| *attempts <= self.client.settings.retries && self.has_time(*wait));
            let (outcome, status) = summary(self.operation, &result);
            let (operation, number, duration) = (self.operation.id, *attempts, begin.elapsed());
            let attempt = Attempt { operation, number, outcome, status, duration, wait };
            self.client.shared.hooks.attempt(attempt);
            let Some(wait) = wait else { return result };
            in_doubt |= outcome == Outcome::InDoubt;
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes an error of a panic in what the caller gave, such as a subscriber of tracing. One that comes
    /// before there was a connection is passed on, as nothing can have been sent.
    async fn guarded<T>(
        &self,
        attempt: impl Future<Output = Result<T, Error>>,
        in_doubt: bool,
    ) -> Result<T, Error> {
        let mut attempt = pin!(attempt);
        poll_fn(|context| {
            let poll = AssertUnwindSafe(|| attempt.as_mut().poll(context));
            catch_unwind(poll).unwrap_or_else(|panic| {
                if !in_doubt && self.client.shared.connections.never() {
                    resume_unwind(panic);
                }
                Poll::Ready(Err(self.in_doubt(Cause::new("what the caller gave has panicked"))))
            })
        })
        .await
    }

    /// How long to wait before a request is sent again; `None` is never.
    fn wait(&self, error: &Error, backoff: &mut Duration) -> Option<Duration> {
        let again = match error {
            Error::NotSent(_) => true,
            Error::InDoubt(_) => self.operation.repeatable,
            _ => false,
        };
        if again {
            let wait = backoff.mul_f64(0.5 + random::fraction());
            *backoff = MAX_RETRY_DELAY.min(*backoff * 2);
            return Some(wait);
        }
        match error {
            // A little later than asked, so that many callers do not come back at once.
            Error::Refused(RefusedError { retry_after: Some(wait), .. }) if *wait <= MAX_RETRY_DELAY => {
                Some(wait.mul_f64(1.0 + random::fraction() / 10.0))
            }
            _ => None,
        }
    }

    fn has_time(&self, wait: Duration) -> bool {
        self.deadline.is_none_or(|deadline| deadline.saturating_duration_since(Instant::now()) > wait)
    }

    async fn attempt<S: Success>(&self, in_doubt: bool) -> Result<Response<S>, Error> {
        let limit = self.limit();
        if limit <= Instant::now() {
            return Err(self.not_sent(Cause::new("there is no time left")));
        }
        let shared = &self.client.shared;
        let request = self.request().await.map_err(|cause| self.not_sent(cause))?;
        // The future is gone after this line: what it did not hand to a connection is never sent.
        let sent = timeout_at(limit, shared.http.execute(request)).await;
        let mut response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let not_sent = error.is_connect() || error.is_builder() || shared.connections.never();
                return Err(self.failed(not_sent, &error.without_url()));
            }
            Err(elapsed) => return Err(self.failed(shared.connections.never(), &elapsed)),
        };
        let reason = response.extensions().get::<hyper::ext::ReasonPhrase>().map(|r| r.as_bytes().len());
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let reason = reason.unwrap_or(status.canonical_reason().unwrap_or_default().len());
        check_header(&headers, reason).map_err(|why| self.failed(false, &why))?;
        let status = status.as_u16();

        if (200..300).contains(&status) {
            let received = Received { call: self, limit, headers: &headers, response };
            let (body, result) = S::receive(received).await;
            let info = ResponseInfo::new(status, headers, body, shared.redactor.clone());
            return match result {
                Ok(value) => Ok(Response { outcome: self.operation.done, value, info }),
                Err(verdict) => Err(self.error(verdict, info)),
            };
        }
        let read = read_body(response, limit).await;
        let cause = read.as_ref().err().cloned();
        let info = ResponseInfo::new(status, headers, read.unwrap_or_default(), shared.redactor.clone());
        if status == 404
            && in_doubt
            && self.operation.method == Method::Delete
            && let Some(value) = S::gone()
        {
            return Ok(Response { outcome: self.operation.done, value, info });
        }
        // 402 does not say that the server did nothing, and 408 may come from a gateway that has passed the
        // request on.
        let refused = matches!(status, 400..500) && status != 402 && status != 408;
        Err(self.error(if refused { Verdict::Refused } else { Verdict::InDoubt(cause) }, info))
    }

    /// When an attempt ends that begins now.
    fn limit(&self) -> Instant {
        const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
        let upload = self.request.body.as_ref().map_or(0, |body| body.upload() >> 17);
        let timeout = self.client.settings.timeout.saturating_add(Duration::from_secs(upload));
        let limit = Instant::now() + timeout.min(FOR_EVER);
        self.deadline.map_or(limit, |deadline| deadline.min(limit))
    }

    async fn request(&self) -> Result<reqwest::Request, Cause> {
        let Encoded { url, headers, body } = &self.request;
        let method = match self.operation.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
            Method::Patch => reqwest::Method::PATCH,
        };
        let takes_body = !matches!(self.operation.method, Method::Get | Method::Delete);
        let mut request = reqwest::Request::new(method, url.clone());
        *request.headers_mut() = headers.clone();
        let fields = request.headers_mut();
        fields.insert(AUTHORIZATION, self.client.shared.authorization.clone());
        fields.insert(ACCEPT, HeaderValue::from_static(self.operation.accept));
        match body {
            Some(body) => {
                fields.insert(CONTENT_LENGTH, body.length().into());
                let opened = body.open().await.map_err(|error| Cause::of(&error))?;
                *request.body_mut() = Some(reqwest::Body::wrap(opened));
            }
            None if takes_body => _ = fields.insert(CONTENT_LENGTH, 0.into()),
            None => {}
        }
        Ok(request)
    }

    /// What is known if there is no response.
    fn failed(&self, not_sent: bool, why: &(dyn StdError + 'static)) -> Error {
        let what = if not_sent { "no connection to" } else { "no usable response from" };
        let server = self.client.shared.base_url.url.origin().ascii_serialization();
        let proxy = self.client.shared.proxy.as_ref().map(|url| format!(" through the proxy {url}"));
        let cause = Cause::new(format!("{what} {server}{}", proxy.unwrap_or_default())).because(why);
        if not_sent { self.not_sent(cause) } else { self.in_doubt(cause) }
    }

    fn not_sent(&self, cause: Cause) -> Error {
        let cause = Some(cause.redacted(&self.client.shared.redactor));
        Error::NotSent(NotSentError { operation: self.operation.id, cause })
    }

    fn in_doubt(&self, cause: Cause) -> Error {
        in_doubt(&self.client.shared, self.operation, cause)
    }

    fn error(&self, verdict: Verdict, info: ResponseInfo) -> Error {
        let redactor = &self.client.shared.redactor;
        let text = std::str::from_utf8(info.body()).map(well_formed).unwrap_or_default();
        let (message, mut errors) = read::words(&text, &self.client.shared.api.errors);
        let message = redactor.text(message);
        for error in &mut errors {
            error.field = redactor.text(std::mem::take(&mut error.field));
            error.message = redactor.text(std::mem::take(&mut error.message));
        }
        let (operation, status) = (self.operation.id, info.status());
        match verdict {
            Verdict::Refused => {
                let retry_after = (status == 429).then(|| retry_after(info.headers()));
                Error::Refused(RefusedError { operation, status, message, errors, retry_after, info })
            }
            Verdict::Queued(body) => Error::Queued(QueuedError { operation, body, info }),
            Verdict::InDoubt(cause) => {
                let cause = cause.map(|cause| cause.redacted(redactor));
                let (status, info) = (Some(status), Some(info));
                Error::InDoubt(InDoubtError { operation, status, message, errors, cause, info })
            }
        }
    }
}

pub(crate) fn in_doubt(shared: &Shared, operation: &Operation, cause: Cause) -> Error {
    let cause = Some(cause.redacted(&shared.redactor));
    Error::InDoubt(InDoubtError { operation: operation.id, cause, ..Default::default() })
}

/// Refuses a header that is too long, or names no length that can be relied on.
fn check_header(headers: &HeaderMap, reason: usize) -> Result<(), std::io::Error> {
    let fields = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    let bytes = "HTTP/1.1 200 \r\n\r\n".len() + reason + fields.sum::<usize>();
    if bytes > MAX_HEADER_BYTES {
        return Err(std::io::Error::other("the header of the response is longer than 64 KiB"));
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    match (lengths.next(), lengths.next()) {
        (Some(length), None) if length.as_bytes().iter().all(u8::is_ascii_digit) => Ok(()),
        (None, _) => Ok(()),
        _ => Err(std::io::Error::other("the length of the response is not one number")),
    }
}

/// What a response says of its request.
pub(crate) enum Verdict {
    Refused,
    Queued(Map<String, Json>),
    InDoubt(Option<Cause>),
}

/// A 2xx, its body unread.
pub(crate) struct Received<'r> {
    call: &'r Call<'r>,
    limit: Instant,
    headers: &'r HeaderMap,
    response: reqwest::Response,
}

/// What an operation returns if it is done.
pub(crate) trait Success: Sized {
    /// Reads a 2xx: the body, as far as it is kept, and what it says.
    fn receive(received: Received<'_>) -> impl Future<Output = (Bytes, Result<Self, Verdict>)> + Send;

    /// What stands for a response that was lost.
    fn gone() -> Option<Self>;
}

impl Success for () {
    async fn receive(received: Received<'_>) -> (Bytes, Result<Self, Verdict>) {
        match read_body(received.response, received.limit).await {
            Ok(body) => (body, Ok(())),
            Err(cause) => (Bytes::new(), Err(Verdict::InDoubt(Some(cause)))),
        }
    }

    fn gone() -> Option<Self> {
        Some(())
    }
}

impl Success for ByteStream {
    async fn receive(received: Received<'_>) -> (Bytes, Result<Self, Verdict>) {
        let Received { call, limit, headers, response } = received;
        let shared = Arc::clone(&call.client.shared);
        (Bytes::new(), Ok(ByteStream::new(shared, call.operation, limit, headers, response)))
    }

    fn gone() -> Option<Self> {
        None
    }
}

/// An object that was read from a body.
struct Read<T>(T);

impl<T: Member + Serialize + Default> Success for Read<T> {
    async fn receive(received: Received<'_>) -> (Bytes, Result<Self, Verdict>) {
        let operation = received.call.operation;
        match read_body(received.response, received.limit).await {
            Ok(body) => {
                let verdict = Self::from_body(operation, &body);
                (body, verdict)
            }
            Err(cause) => (Bytes::new(), Err(Verdict::InDoubt(Some(cause)))),
        }
    }

    fn gone() -> Option<Self> {
        Some(Read(T::default()))
    }
}

impl<T: Member + Serialize> Read<T> {
    fn from_body(operation: &Operation, body: &[u8]) -> Result<Self, Verdict> {
        // Not why: a parser's words may quote the response.
        let unreadable =
            || Verdict::InDoubt(Some(Cause::new("the response is not what the contract promises")));
        let text = std::str::from_utf8(body).map(well_formed).map_err(|_| unreadable())?;
        let object = Object::parse(&text).ok_or_else(unreadable)?;
        let value = serde_json::from_str(&text).ok().and_then(T::read).ok_or_else(unreadable)?;
        let Some(telling) = &operation.telling else { return Ok(Read(value)) };

        let told: String = object.optional(telling.member).flatten().unwrap_or_default();
        let is_one_of = |values: &[&str]| values.contains(&&*told);
        if is_one_of(telling.done) {
            let required = telling.requires.iter().filter(|(value, _)| *value == told);
            let mut required = required.flat_map(|(_, members)| *members);
            let is_there = |member: &&str| {
                object.has(member)
                    && (!telling.segments.contains(member) || object.last_segment(member).is_some())
            };
            return if required.all(is_there) { Ok(Read(value)) } else { Err(unreadable()) };
        }
        Err(match () {
            () if is_one_of(telling.queued) => match serde_json::to_value(&value) {
                Ok(Json::Object(members)) => Verdict::Queued(members),
                _ => unreadable(),
            },
            () if is_one_of(telling.refused) => Verdict::Refused,
            () => Verdict::InDoubt(None),
        })
    }
}

/// Reads a body that is not too long.
async fn read_body(mut response: reqwest::Response, limit: Instant) -> Result<Bytes, Cause> {
    let mut body = Vec::new();
    loop {
        match timeout_at(limit, response.chunk()).await {
            Err(elapsed) => return Err(Cause::of(&elapsed)),
            Ok(Err(error)) => return Err(Cause::of(&error.without_url())),
            Ok(Ok(None)) => return Ok(body.into()),
            Ok(Ok(Some(chunk))) if body.len() + chunk.len() > MAX_RESPONSE_BYTES => {
                return Err(Cause::new("the response is longer than 1 MiB"));
            }
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
        }
    }
}

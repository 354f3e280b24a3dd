//! A call: the attempts to send a request, and what is known after each.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use tokio::time::{Instant, timeout_at};

use super::client::{Client, Rules, Shared};
use super::encode::{Encoded, encode};
use super::error::{Cause, Error, InDoubtError, InvalidError, NotSentError, QueuedError, RefusedError};
use super::events::{self, Attempt, Completed};
use super::operation::{Method, Operation, Outcome};
use super::random;
use super::read::{self, well_formed};
use super::receive::{Received, Success, Verdict};
use super::response::{Response, ResponseInfo};
use super::rules::{Checker, look_at_aside};
use super::value::Value;
use super::violation::Violation;
use super::wait::retry_after;

/// A longer wait is for the caller to decide about.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Calls an operation.
pub(crate) async fn call<S: Success>(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<Response<S>, Error> {
    let begin = Instant::now();
    let mut attempts = 0;
    let result = match prepare(client, operation, &values, false).await {
        Ok(request) => {
            drop(values);
            let deadline = client.settings.deadline.map(Instant::from_std);
            Call { client, operation, request, deadline }.attempts(&mut attempts).await
        }
        Err(error) => Err(error),
    };
    let (outcome, status) = summary(operation, &result);
    Completed { operation: operation.id, outcome, status, attempts, duration: begin.elapsed() }.report();
    result
}

/// Checks an input by the rules of the client, without its path and without sending it.
pub(crate) async fn check(
    client: &Client,
    operation: &'static Operation,
    values: Vec<Value<'_>>,
) -> Result<(), Error> {
    prepare(client, operation, &values, true).await.map(drop)
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
) -> Result<Encoded, Error> {
    let looks = &look_at_aside(values).await;
    let check = |lenient| Checker { operation, values, looks, wrong: &[], pathless, lenient }.violations();
    let refuse = |violations: Vec<Violation>| match violations.is_empty() {
        true => Ok(()),
        false => Err(Error::from(InvalidError::new(operation, violations, looks))),
    };
    match client.settings.rules {
        Rules::Enforce => refuse(check(false))?,
        Rules::Warn => {
            refuse(check(true))?;
            let violations = check(false);
            if !violations.is_empty() {
                events::warn(operation.id, &violations);
            }
        }
        Rules::Off => refuse(check(true))?,
    }
    let account = (client.shared.api.account, &*client.shared.account);
    encode(operation, &client.shared.base_url.url, account, values, looks)
        .map_err(|cause| Error::NotSent(NotSentError { operation: operation.id, cause: Some(cause) }))
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
        let mut doubt = None; // of an attempt before
        loop {
            let begin = Instant::now();
            let in_doubt = doubt.is_some();
            let result = self.guarded(self.attempt(in_doubt), in_doubt).await;
            *attempts += 1;
            let wait = result.as_ref().err().and_then(|error| self.wait(error, &mut backoff));
            let wait = wait.filter(|wait| *attempts <= self.client.settings.retries && self.has_time(*wait));
            let (outcome, status) = summary(self.operation, &result);
            let (operation, number, duration) = (self.operation.id, *attempts, begin.elapsed());
            Attempt { operation, number, outcome, status, duration, wait }.report();
            let Some(wait) = wait else {
                return match (result, doubt) {
                    (Err(Error::NotSent(_)), Some(doubt)) => Err(doubt), // it may have acted
                    (result, _) => result,
                };
            };
            if let Err(error @ Error::InDoubt(_)) = result {
                doubt = Some(error);
            }
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
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let not_sent = error.is_connect() || error.is_builder() || shared.connections.never();
                return Err(self.failed(not_sent, &error.without_url()));
            }
            Err(elapsed) => return Err(self.failed(shared.connections.never(), &elapsed)),
        };
        let (headers, mut received) =
            Received::new(response, limit).map_err(|error| self.failed(false, &error))?;
        let status = received.status;
        let info = |headers, body| ResponseInfo::new(status, headers, body, shared.redactor.clone());

        if (200..300).contains(&status) {
            let (body, result) = S::read(shared, self.operation, &headers, received).await;
            let (outcome, info) = (self.operation.done, info(headers, body));
            return match result {
                Ok(value) => Ok(Response { outcome, value, info }),
                Err(verdict) => Err(self.error(verdict, info)),
            };
        }
        let body = received.body().await;
        let cause = body.as_ref().err().cloned();
        let info = info(headers, body.unwrap_or_default());
        if status == 404
            && in_doubt
            && self.operation.method == Method::Delete
            && let Some(value) = S::lost()
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
                *request.body_mut() = Some(body.open().await.map_err(|error| Cause::of(&error))?);
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
        in_doubt(&self.client.shared, self.operation, None, cause)
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

pub(crate) fn in_doubt(shared: &Shared, operation: &Operation, status: Option<u16>, cause: Cause) -> Error {
    let cause = Some(cause.redacted(&shared.redactor));
    Error::InDoubt(InDoubtError { operation: operation.id, status, cause, ..Default::default() })
}

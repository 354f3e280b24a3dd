use std::error::Error as StdError;
use std::fmt::{self, Debug, Formatter};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::operation::{Operation, Outcome};
use super::redact::Redactor;
use super::response::ResponseInfo;
use super::rules::Looks;
use super::violation::Violation;

/// What is known after a call that is not done. Each variant says whether the request may be sent again.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Error {
    /// A rule refused the input and nothing was sent: change it.
    Invalid(#[from] InvalidError),
    /// Not one byte of the request was written: it may be sent again.
    NotSent(NotSentError),
    /// The server said no, and did nothing: wait, or change the input.
    Refused(RefusedError),
    /// The server will do it later: do not send it again.
    Queued(QueuedError),
    /// The server may have done it, or not: look before you send it again.
    InDoubt(InDoubtError),
}

/// The input breaks rules.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{operation}: the input is invalid, nothing was sent:{}", messages(violations))]
#[non_exhaustive]
pub struct InvalidError {
    /// The operation that was called.
    pub operation: &'static str,
    /// At least one, in the contract's order, one for each parameter.
    pub violations: Vec<Violation>,
    /// Why a file cannot be read, if that is among them.
    #[source]
    pub cause: Option<Cause>,
}

/// There was no connection, or one that broke before a byte of the request was written.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{operation}: not sent, may be sent again")]
#[non_exhaustive]
pub struct NotSentError {
    /// The operation that was called.
    pub operation: &'static str,
    /// Why.
    #[source]
    pub cause: Option<Cause>,
}

/// The server responded with a 4xx other than 402 and 408, or with a 2xx that says so.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{operation}: refused with status {status}{}{}", words(message, errors), again(*retry_after))]
#[non_exhaustive]
pub struct RefusedError {
    /// The operation that was called.
    pub operation: &'static str,
    /// The status of HTTP.
    pub status: u16,
    /// What is wrong, in the server's words; empty if there are none.
    pub message: String,
    /// What is wrong with single parameters.
    pub errors: Vec<FieldError>,
    /// How long to wait before the request may be sent again; `None` is never as it is. Only a 429 has it:
    /// 1 s to 3,660 s, and 60 s if the server names none.
    pub retry_after: Option<Duration>,
    /// The response.
    pub info: ResponseInfo,
}

/// The server took the request and will work on it later.
#[derive(Clone, Default, PartialEq, thiserror::Error)]
#[error("{operation}: queued, must not be sent again: {}", self.printed())]
#[non_exhaustive]
pub struct QueuedError {
    /// The operation that was called.
    pub operation: &'static str,
    /// The members of the response, under the contract's names.
    pub body: Map<String, Json>,
    /// The response.
    pub info: ResponseInfo,
}

/// The request was sent, at least in part, and there was no response, or none that tells what became of it.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error(
    "{operation}: in doubt, look before it is sent again; {}{}",
    status.map_or("no response".to_owned(), |status| format!("status {status}")),
    words(message, errors)
)]
#[non_exhaustive]
pub struct InDoubtError {
    /// The operation that was called.
    pub operation: &'static str,
    /// The status of HTTP, if there was a response.
    pub status: Option<u16>,
    /// What the server said; empty if there is nothing.
    pub message: String,
    /// What the server said of single parameters.
    pub errors: Vec<FieldError>,
    /// Why there is no response, or none that can be read.
    #[source]
    pub cause: Option<Cause>,
    /// The response, if there was one.
    pub info: Option<ResponseInfo>,
}

/// What a server says is wrong with a parameter. Where its words held the credentials, they hold
/// `[redacted]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the parameter; may be empty.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// An argument of the client that cannot be used, such as a base URL without https. Its text names the
/// argument, and nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

/// What [`Client::call`](crate::Client::call) returns in place of a response.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum CallError {
    /// There is no such operation.
    Usage(UsageError),
    /// The call is not done.
    Failed(#[from] Error),
}

/// Why something failed, without secrets. Its [`source`](StdError::source) is why that did.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Cause {
    message: String,
    source: Option<Box<Cause>>,
}

impl Error {
    /// What is known, to switch on.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Error::Invalid(_) => Outcome::Invalid,
            Error::NotSent(_) => Outcome::NotSent,
            Error::Refused(_) => Outcome::Refused,
            Error::Queued(_) => Outcome::Queued,
            Error::InDoubt(_) => Outcome::InDoubt,
        }
    }

    /// The operation that was called.
    pub const fn operation(&self) -> &'static str {
        match self {
            Error::Invalid(e) => e.operation,
            Error::NotSent(e) => e.operation,
            Error::Refused(e) => e.operation,
            Error::Queued(e) => e.operation,
            Error::InDoubt(e) => e.operation,
        }
    }

    /// The status of HTTP, if there was a response.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Invalid(_) | Error::NotSent(_) => None,
            Error::Refused(e) => Some(e.status),
            Error::Queued(e) => Some(e.info.status()),
            Error::InDoubt(e) => e.status,
        }
    }
}

impl InvalidError {
    pub(crate) fn new(operation: &Operation, violations: Vec<Violation>, looks: &Looks) -> Self {
        let cause = looks.iter().flatten().find_map(|look| look.as_ref().err().cloned());
        InvalidError { operation: operation.id, violations, cause }
    }
}

impl QueuedError {
    /// The body as it may be printed.
    fn printed(&self) -> String {
        self.info.redacted(serde_json::to_string(&self.body).unwrap_or_default())
    }
}

impl Debug for QueuedError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("QueuedError");
        out.field("operation", &self.operation)
            .field("body", &self.printed())
            .field("info", &self.info)
            .finish()
    }
}

impl UsageError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        UsageError(message.into())
    }
}

impl CallError {
    pub(crate) fn unknown(operation: &str, kind: &str) -> Self {
        CallError::Usage(UsageError::new(format!("there is no {kind} {operation:?}")))
    }
}

impl From<InvalidError> for CallError {
    fn from(invalid: InvalidError) -> Self {
        CallError::Failed(invalid.into())
    }
}

impl Cause {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Cause { message: message.into(), source: None }
    }

    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Self {
        Cause { message: error.to_string(), source: error.source().map(|source| Box::new(Cause::of(source))) }
    }

    pub(crate) fn because(self, error: &(dyn StdError + 'static)) -> Self {
        Cause { source: Some(Box::new(Cause::of(error))), ..self }
    }

    pub(crate) fn redacted(self, redactor: &Redactor) -> Self {
        Cause {
            message: redactor.text(self.message),
            source: self.source.map(|source| Box::new(source.redacted(redactor))),
        }
    }
}

fn messages(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!(" {}", violation.message)).collect()
}

/// What a server said.
fn words(message: &str, errors: &[FieldError]) -> String {
    let message = if message.is_empty() { String::new() } else { format!(": {message}") };
    errors.iter().fold(message, |text, error| format!("{text} [{}: {}]", error.field, error.message))
}

fn again(after: Option<Duration>) -> String {
    after.map_or(String::new(), |wait| format!("; may be sent again in {} s", wait.as_secs_f64().ceil()))
}

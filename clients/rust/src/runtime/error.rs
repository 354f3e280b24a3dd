use std::error::Error as StdError;
use std::fmt::{self, Debug, Display, Formatter};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::operation::{Operation, Outcome};
use super::redact::Redactor;
use super::response::ResponseInfo;
use super::rules::Looks;
use super::violation::Violation;

/// What is known after a call that is not done. Each variant says whether the request may be sent again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A rule refused the input and nothing was sent: change it.
    Invalid(InvalidError),
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
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct InvalidError {
    /// The operation that was called.
    pub operation: &'static str,
    /// At least one, in the contract's order, one for each parameter.
    pub violations: Vec<Violation>,
    /// Why a file cannot be read, if that is among them.
    pub cause: Option<Cause>,
}

/// There was no connection, or one that broke before a byte of the request was written.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NotSentError {
    /// The operation that was called.
    pub operation: &'static str,
    /// Why.
    pub cause: Option<Cause>,
}

/// The server responded with a 4xx other than 402 and 408, or with a 2xx that says so.
#[derive(Clone, Debug, Default, PartialEq)]
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
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct QueuedError {
    /// The operation that was called.
    pub operation: &'static str,
    /// The members of the response, under the contract's names.
    pub body: Map<String, Json>,
    /// The response.
    pub info: ResponseInfo,
    /// The body as it may be printed.
    pub(crate) printed: String,
}

/// The request was sent, at least in part, and there was no response, or none that tells what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageError(String);

/// What [`Client::call`](crate::Client::call) returns in place of a response.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CallError {
    /// There is no such operation.
    Usage(UsageError),
    /// The call is not done.
    Failed(Error),
}

/// Why something failed, without secrets. Its [`source`](StdError::source) is why that did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

impl From<InvalidError> for Error {
    fn from(invalid: InvalidError) -> Self {
        Error::Invalid(invalid)
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        CallError::Failed(error)
    }
}

impl From<InvalidError> for CallError {
    fn from(invalid: InvalidError) -> Self {
        CallError::Failed(invalid.into())
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid(e) => Display::fmt(e, f),
            Error::NotSent(e) => Display::fmt(e, f),
            Error::Refused(e) => Display::fmt(e, f),
            Error::Queued(e) => Display::fmt(e, f),
            Error::InDoubt(e) => Display::fmt(e, f),
        }
    }
}

impl Display for InvalidError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: the input is invalid, nothing was sent:", self.operation)?;
        self.violations.iter().try_for_each(|violation| write!(f, " {}", violation.message))
    }
}

impl Display for NotSentError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not sent, may be sent again", self.operation)
    }
}

impl Display for RefusedError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: refused with status {}", self.operation, self.status)?;
        write_words(f, &self.message, &self.errors)?;
        match self.retry_after {
            Some(wait) => write!(f, "; may be sent again in {} s", wait.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}

impl Display for QueuedError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: queued, must not be sent again: {}", self.operation, self.printed)
    }
}

impl Debug for QueuedError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("QueuedError");
        out.field("operation", &self.operation)
            .field("body", &self.printed)
            .field("info", &self.info)
            .finish()
    }
}

impl Display for InDoubtError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: in doubt, look before it is sent again", self.operation)?;
        match self.status {
            Some(status) => write!(f, "; status {status}"),
            None => write!(f, "; no response"),
        }?;
        write_words(f, &self.message, &self.errors)
    }
}

/// Writes what a server said.
fn write_words(f: &mut Formatter<'_>, message: &str, errors: &[FieldError]) -> fmt::Result {
    if !message.is_empty() {
        write!(f, ": {message}")?;
    }
    errors.iter().try_for_each(|error| write!(f, " [{}: {}]", error.field, error.message))
}

impl Display for UsageError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Display for CallError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Usage(e) => Display::fmt(e, f),
            CallError::Failed(e) => Display::fmt(e, f),
        }
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

fn source(cause: Option<&Cause>) -> Option<&(dyn StdError + 'static)> {
    cause.map(|cause| cause as _)
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Invalid(e) => e.source(),
            Error::NotSent(e) => e.source(),
            Error::InDoubt(e) => e.source(),
            Error::Refused(_) | Error::Queued(_) => None,
        }
    }
}

impl StdError for InvalidError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        source(self.cause.as_ref())
    }
}

impl StdError for NotSentError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        source(self.cause.as_ref())
    }
}

impl StdError for InDoubtError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        source(self.cause.as_ref())
    }
}

impl StdError for RefusedError {}
impl StdError for QueuedError {}
impl StdError for UsageError {}

impl StdError for CallError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            CallError::Usage(_) => None,
            CallError::Failed(e) => e.source(),
        }
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        source(self.source.as_deref())
    }
}

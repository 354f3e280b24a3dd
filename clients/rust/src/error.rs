use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::wait::retry_after;
use crate::{FieldError, Violation};

/// What is known after [`create_contact`](crate::Client::create_contact) when there is no new contact.
///
/// There is no idempotency key (F5), so that it decides whether the contact may be sent again.
#[derive(Debug)]
pub enum Error {
    /// A rule refused the contact and nothing was sent: change it.
    Invalid(Invalid),
    /// Not one byte of the request was written: it may be sent again.
    NotSent(NotSent),
    /// The server said no, and created nothing: wait, or change the contact.
    Refused(Refused),
    /// The server will create the contact later: do not send it again.
    Queued(Queued),
    /// The contact may be there, or not: look for it before it is sent again.
    InDoubt(InDoubt),
}

/// What is known after [`get_contact`](crate::Client::get_contact) when there is no contact. Nothing was
/// changed, whatever it is.
#[derive(Debug)]
pub enum GetError {
    /// The argument is not the URI of a contact; nothing was sent.
    BadUri(String),
    /// There was no connection.
    NotSent(NotSent),
    /// The server said no; with 404 there is no such contact.
    Refused(Refused),
    /// There was no answer that tells anything. It may be asked again.
    Unavailable(InDoubt),
}

/// A contact that breaks rules.
#[derive(Debug)]
pub struct Invalid {
    /// At least one, in the contract's order, one for each parameter.
    pub violations: Vec<Violation>,
    /// Why the image file cannot be read, if that is among them.
    pub cause: Option<io::Error>,
}

/// There was no connection, or one that broke before a byte of the request was written.
#[derive(Debug)]
pub struct NotSent {
    /// Why.
    pub cause: Cause,
}

/// The server answered with a 4xx other than 402 and 408, or with 2xx and the `Status` ERROR.
#[derive(Debug)]
pub struct Refused {
    /// What it said.
    pub reply: Reply,
    /// How long to wait before the request may be sent again; `None` is never as it is. A 429 alone has it:
    /// 1 s to 3,660 s, and 60 s if the server names none (F4).
    pub retry_after: Option<Duration>,
}

/// The server took the request and will work on it later (F2).
#[derive(Debug)]
pub struct Queued {
    /// Where to ask how the work stands, as a path without a host; may be empty.
    pub uri: String,
}

/// A request was sent, at least in part, and there was no answer, or one that does not tell (D9 for 402
/// and 5xx).
#[derive(Debug)]
pub struct InDoubt {
    /// What the server said, if it answered.
    pub reply: Option<Reply>,
    /// Why there is no answer, or none that can be read.
    pub cause: Option<Cause>,
}

/// What a server said. Where its words held the credentials, they hold `[redacted]`. The text is empty where
/// nothing could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// What is wrong.
    pub message: String,
    /// What is wrong with each parameter.
    pub errors: Vec<FieldError>,
}

/// A client cannot be made of these arguments; the text says which, and what to change.
#[derive(Debug)]
pub struct Misconfigured(pub(crate) String);

pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

impl Refused {
    pub(crate) fn new(reply: Reply, headers: &HeaderMap) -> Self {
        let retry_after = (reply.status == 429).then(|| retry_after(headers));
        Refused { reply, retry_after }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Error::Invalid(invalid)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid(e) => e.fmt(f),
            Error::NotSent(e) => e.fmt(f),
            Error::Refused(e) => e.fmt(f),
            Error::Queued(e) => e.fmt(f),
            Error::InDoubt(e) => {
                write!(f, "in doubt, look for the contact before it is sent again: {e}")
            }
        }
    }
}

impl Display for GetError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            GetError::BadUri(uri) => write!(
                f,
                "the URI {uri:?} must have the form \
                 /Advertisers/{{AccountSID}}/Campaigns/{{CampaignId}}/Contacts/{{ContactId}}"
            ),
            GetError::NotSent(e) => e.fmt(f),
            GetError::Refused(e) => e.fmt(f),
            GetError::Unavailable(e) => write!(f, "no usable answer: {e}"),
        }
    }
}

impl Display for Invalid {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the contact is invalid, nothing was sent:")?;
        self.violations.iter().try_for_each(|v| write!(f, " {}", v.message))?;
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, " ({cause})"))
    }
}

impl Display for NotSent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("not sent, may be sent again: ")?;
        write_chain(f, self.cause.as_ref())
    }
}

impl Display for Refused {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.reply)?;
        match self.retry_after {
            Some(wait) => write!(f, "; may be sent again in {} s", wait.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}

impl Display for Queued {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "queued, must not be sent again: the server will create the contact later ({})", self.uri)
    }
}

impl Display for InDoubt {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (&self.reply, &self.cause) {
            (Some(reply), None) => write!(f, "the answer does not tell, {reply}"),
            (Some(reply), Some(_)) => write!(f, "{reply}: "),
            (None, _) => Ok(()),
        }?;
        self.cause.as_ref().map_or(Ok(()), |cause| write_chain(f, cause.as_ref()))
    }
}

impl Display for Reply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        for error in &self.errors {
            write!(f, " [{}: {}]", error.field.as_deref().unwrap_or_default(), error.message)?;
        }
        Ok(())
    }
}

impl Display for Misconfigured {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes why, and why that. It stands in the text of an error, so that none has a `source` beside it.
fn write_chain(f: &mut Formatter<'_>, cause: &(dyn StdError + 'static)) -> fmt::Result {
    write!(f, "{cause}")?;
    let mut source = cause.source();
    while let Some(cause) = source {
        write!(f, ": {cause}")?;
        source = cause.source();
    }
    Ok(())
}

impl StdError for Error {}
impl StdError for GetError {}
impl StdError for Invalid {}
impl StdError for NotSent {}
impl StdError for Refused {}
impl StdError for Queued {}
impl StdError for InDoubt {}
impl StdError for Misconfigured {}

//! What is the same for every contract. It knows no operation, no parameter and no path.

mod base_url;
#[cfg(feature = "blocking")]
pub(crate) mod blocking;
mod body;
mod bytes;
mod client;
mod connections;
pub(crate) mod content;
pub(crate) mod draft;
mod encode;
mod environment;
mod error;
mod events;
mod file;
pub(crate) mod operation;
pub(crate) mod pages;
pub(crate) mod pattern;
mod random;
pub(crate) mod read;
mod receive;
mod redact;
mod response;
mod rules;
pub(crate) mod send;
pub(crate) mod value;
mod violation;
mod wait;

pub use bytes::ByteStream;
pub use client::{CallOptions, Client, ClientBuilder, Rules};
pub use content::Content;
pub use draft::Draft;
pub use error::{
    CallError, Cause, Error, FieldError, InDoubtError, InvalidError, NotSentError, QueuedError, RefusedError,
    UsageError,
};
pub use file::File;
pub use operation::{Field, Kind, Method, Operation, Outcome, Place};
pub use pages::Pages;
pub use response::{RateLimit, Response, ResponseInfo};
pub use violation::{RuleKind, Violation};

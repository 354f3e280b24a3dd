//! The client of the Contacts API: it creates a contact of a partner, and says what is known after.
//!
//! Its request functions, the types that it reads, and the rules that it checks are generated from the
//! contract. It adds what a contract cannot say: which encoding to use, that the image file is there and
//! under which name it goes, that the items of a list hold no comma, and what an answer, or the lack of
//! one, means.
//!
//! Start with [`Client::new`] and [`Client::create_contact`]; [`Error`] is what is known when there is no
//! new contact. In the docs, F and D numbers are facts about the API and the decisions of this project;
//! "the page" is the API's own documentation.
//!
//! It runs on a tokio runtime with its I/O and time drivers enabled.

mod answer;
mod base_url;
mod body;
mod check;
mod client;
mod contact;
mod create;
mod draft;
mod encode;
mod error;
mod exchange;
mod get;
mod image;
mod redact;
mod wait;

// What the generators write.
#[allow(clippy::all, dead_code, missing_docs, unused_imports)]
#[rustfmt::skip]
mod generated {
    pub mod apis;
    pub mod models;
    pub mod rules;
}

use generated::models;

pub use client::{Builder, Client};
pub use contact::{Contact, Image};
pub use create::Created;
pub use draft::Draft;
pub use error::{Error, GetError, InDoubt, Invalid, Misconfigured, NotSent, Queued, Refused, Reply};
pub use generated::models::{Account, Contact as StoredContact, FieldError};
pub use generated::rules::{CountryCode, Rule, Violation};
pub use image::ImageFile;

//! The form of the table that the contract is generated into.

use super::pattern::Pattern;
use super::violation::RuleKind;

/// What a contract says of the API as a whole.
pub(crate) struct Api {
    /// The name of the package, in lower case.
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    /// The base URL, empty if the contract has none.
    pub(crate) server: &'static str,
    /// The parameter of paths that is the account.
    pub(crate) account: &'static str,
    pub(crate) errors: ErrorFormat,
    pub(crate) operations: &'static [&'static Operation],
}

/// Where a response that is an error has its words; an empty name stands for nothing.
pub(crate) struct ErrorFormat {
    pub(crate) message: &'static str,
    pub(crate) errors: &'static str,
    pub(crate) field: &'static str,
}

/// One operation of the API, as the contract describes it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The name of the operation in the contract.
    pub id: &'static str,
    /// The method of the request.
    pub method: Method,
    pub(crate) path: &'static str,
    pub(crate) accept: &'static str,
    /// The parameters, in the contract's order; those of the path come first.
    pub fields: &'static [Field],
    pub(crate) body: Option<Body>,
    pub(crate) disjoint: &'static [Disjoint],
    /// The sentence of the rule that the body has a field at all.
    pub(crate) not_empty: Option<&'static str>,
    pub(crate) telling: Option<Telling>,
    pub(crate) repeatable: bool,
    pub(crate) done: Outcome,
}

/// The method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Reads.
    Get,
    /// Acts each time that it is sent.
    Post,
    /// Acts once, however often it is sent.
    Put,
    /// Acts once, however often it is sent.
    Delete,
    /// Acts each time that it is sent.
    Patch,
}

/// One parameter of an operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// The name of the parameter in the contract.
    pub name: &'static str,
    /// Where the parameter goes.
    pub place: Place,
    /// The type of the parameter; of a list, of its items.
    pub kind: Kind,
    /// Of a list: what stands between its items; empty if each is a value of its own.
    pub(crate) list: Option<&'static str>,
    pub(crate) file: Option<FilePart>,
    /// Whether the parameter must be there.
    pub required: bool,
    pub(crate) presence: &'static [Rule],
    pub(crate) value: &'static [Rule],
    pub(crate) item: &'static [Rule],
    /// The sentence for a value of another type.
    pub(crate) wrong_type: &'static str,
    /// What the contract says of the parameter.
    pub doc: &'static str,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In the body.
    Body,
}

/// The type of a parameter; of a list, of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A file.
    File,
}

#[derive(Debug)]
pub(crate) struct FilePart {
    /// The parameter is text that names the file's part.
    pub(crate) named_part: bool,
    pub(crate) base_name: &'static str,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) form: bool,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) kind: RuleKind,
    pub(crate) message: &'static str,
    pub(crate) check: Check,
}

/// What a rule asks for.
#[derive(Debug)]
pub(crate) enum Check {
    Required,
    RequiredWith(&'static [&'static str]),
    RequiredIf(&'static str, &'static str),
    Exclusive(&'static [&'static str]),
    MinLength(usize),
    MaxLength(usize),
    MaxJoinedLength(usize),
    MinItems(usize),
    MaxItems(usize),
    Unique,
    MinInteger(i128),
    MaxInteger(i128),
    MinNumber(f64),
    MaxNumber(f64),
    MoreThan(f64),
    LessThan(f64),
    Pattern(&'static Pattern),
    /// The values are in the order of their bytes.
    OneOf(&'static [&'static str]),
    /// A value of the path leads to no other path.
    Segment,
    /// A value of a header is printable.
    Header,
    /// The items can be told from one another.
    ListItem,
    FileName,
    NeedsFile,
}

/// Two lists that cannot hold the same item.
#[derive(Debug)]
pub(crate) struct Disjoint {
    pub(crate) field: &'static str,
    pub(crate) other: &'static str,
    pub(crate) message: &'static str,
}

/// The member of a response whose value tells what became of the request.
#[derive(Debug)]
pub(crate) struct Telling {
    pub(crate) member: &'static str,
    pub(crate) done: &'static [&'static str],
    pub(crate) queued: &'static [&'static str],
    pub(crate) refused: &'static [&'static str],
    /// Members that must be there, by the value of `member`.
    pub(crate) requires: &'static [(&'static str, &'static [&'static str])],
    /// Members that another one must have a last segment for.
    pub(crate) segments: &'static [&'static str],
}

/// What is known after a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// A rule refused the input; nothing was sent.
    Invalid,
    /// Not one byte of the request was written.
    NotSent,
    /// The server said no.
    Refused,
    /// Done: created.
    Created,
    /// Done: updated.
    Updated,
    /// Done: deleted.
    Deleted,
    /// Done: read.
    Found,
    /// The server will do it later.
    Queued,
    /// The request was sent, at least in part, and no response tells what became of it.
    #[default]
    InDoubt,
}

impl Outcome {
    /// The outcome as text, such as `in_doubt`; it does not change from one version to the next.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Invalid => "invalid",
            Outcome::NotSent => "not_sent",
            Outcome::Refused => "refused",
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Deleted => "deleted",
            Outcome::Found => "found",
            Outcome::Queued => "queued",
            Outcome::InDoubt => "in_doubt",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Operation {
    pub(crate) fn path_fields(&self) -> usize {
        self.fields.iter().take_while(|field| field.place == Place::Path).count()
    }

    pub(crate) fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

impl Field {
    /// Whether the parameter is a list.
    pub const fn is_list(&self) -> bool {
        self.list.is_some()
    }
}

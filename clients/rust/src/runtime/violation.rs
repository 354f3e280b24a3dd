use std::borrow::Cow;

use serde::Serialize;

/// A rule that an input breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Violation {
    /// The name of the parameter at fault, as the API spells it; empty if the body as a whole is.
    pub field: Cow<'static, str>,
    /// Which kind of rule is broken.
    pub rule: RuleKind,
    /// An English sentence that says what must hold. It never holds a value of the input.
    pub message: Cow<'static, str>,
}

/// A kind of rule. Its text, in JSON, does not change from one version to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleKind {
    /// The parameter must be there, and not empty.
    Required,
    /// Another parameter that is there needs this one.
    RequiredWith,
    /// The value of another parameter needs this one.
    RequiredIf,
    /// This parameter cannot be there beside another.
    Exclusive,
    /// The value has too few Unicode code points.
    TooShort,
    /// The value has too many Unicode code points.
    TooLong,
    /// The number is too small.
    TooSmall,
    /// The number is too large.
    TooLarge,
    /// The list has too few items.
    TooFew,
    /// The list has too many items.
    TooMany,
    /// The list holds an item twice.
    Duplicate,
    /// The value does not have the form asked for.
    Format,
    /// The value is not one of those listed.
    OneOf,
    /// An item cannot be sent as a part of the list.
    ListItem,
    /// The file does not exist, cannot be read, or is empty.
    NeedsFile,
    /// The name given to the file cannot be sent.
    FileName,
    /// The value has the wrong type.
    Type,
    /// The operation has no parameter of this name.
    Unknown,
}

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value as Json};

use super::error::InvalidError;
use super::file::File;
use super::operation::{Operation, Place};
use super::rules::{Checker, Looks, look_at, look_at_aside};
use super::value::{FromJson, Value};
use super::violation::{RuleKind, Violation};

/// Data from outside, such as JSON, for the input of an operation, under the names of the API.
///
/// A value of another type than the contract's is a violation of its parameter, and a name that the
/// operation does not have is one of that name. null counts as absent. Files are given apart, as JSON that
/// comes from somebody else must not name files of this machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    json: Map<String, Json>,
    files: BTreeMap<String, Vec<File>>,
}

impl Draft {
    /// A draft of a JSON object.
    pub fn new(json: Map<String, Json>) -> Self {
        Draft { json, files: BTreeMap::new() }
    }

    /// Adds a file for a parameter; to a list of files it is one more.
    #[must_use]
    pub fn file(mut self, parameter: impl Into<String>, file: File) -> Self {
        self.files.entry(parameter.into()).or_default().push(file);
        self
    }
}

impl From<Map<String, Json>> for Draft {
    fn from(json: Map<String, Json>) -> Self {
        Draft::new(json)
    }
}

/// A draft that becomes an input, field by field.
pub(crate) struct Reader {
    operation: &'static Operation,
    path: Option<Map<String, Json>>,
    draft: Draft,
    wrong: Vec<usize>,
    /// Whether a parameter of the path is absent.
    incomplete: bool,
}

impl Reader {
    pub(crate) fn new(operation: &'static Operation, path: Option<Map<String, Json>>, draft: Draft) -> Self {
        Reader { operation, path, draft, wrong: Vec::new(), incomplete: false }
    }

    fn fail(&mut self, name: &str) {
        self.wrong.extend(self.operation.index_of(name));
    }

    /// A parameter of the path; none of them is looked at if there is no path.
    pub(crate) fn path<T: FromJson>(&mut self, name: &str) -> Option<T> {
        let read = match self.path.as_ref().and_then(|path| path.get(name)) {
            None | Some(Json::Null) => None,
            Some(json) => {
                let read = T::from_json(json);
                if read.is_none() {
                    self.fail(name);
                }
                read
            }
        };
        self.incomplete |= read.is_none() && self.path.is_some();
        read
    }

    /// Text, empty if it is absent.
    pub(crate) fn text(&mut self, name: &str) -> String {
        self.one(name).unwrap_or_default()
    }

    pub(crate) fn one<T: FromJson>(&mut self, name: &str) -> Option<T> {
        let read = T::from_json(self.json(name)?);
        if read.is_none() {
            self.fail(name);
        }
        read
    }

    pub(crate) fn many<T: FromJson>(&mut self, name: &str) -> Vec<T> {
        let Some(json) = self.json(name) else { return Vec::new() };
        let read = json.as_array().and_then(|items| items.iter().map(T::from_json).collect());
        if read.is_none() {
            self.fail(name);
        }
        read.unwrap_or_default()
    }

    pub(crate) fn file(&mut self, name: &str) -> Option<File> {
        let mut files = self.files(name);
        if files.len() > 1 {
            self.fail(name);
        }
        files.pop()
    }

    pub(crate) fn files(&mut self, name: &str) -> Vec<File> {
        if self.json(name).is_some() {
            self.fail(name);
        }
        self.draft.files.get(name).cloned().unwrap_or_default()
    }

    fn json(&self, name: &str) -> Option<&Json> {
        self.draft.json.get(name).filter(|value| !value.is_null())
    }

    /// Names that no parameter of the right place has, in order.
    fn unknown(&self) -> Vec<Violation> {
        let is_unknown = |name: &str, in_path: bool| {
            let fits = |i: usize| (self.operation.fields[i].place == Place::Path) == in_path;
            !self.operation.index_of(name).is_some_and(fits)
        };
        let takes_file = |name: &str| {
            let index = self.operation.index_of(name);
            index.is_some_and(|i| self.operation.fields[i].file.is_some())
        };
        let path = self.path.iter().flatten().map(|(name, _)| name).filter(|name| is_unknown(name, true));
        let json = self.draft.json.keys().filter(|name| is_unknown(name, false));
        let files = self.draft.files.keys().filter(|name| !takes_file(name));
        let mut names: Vec<_> = path.chain(json).chain(files).collect();
        names.sort();
        names.dedup();
        let violation = |name: &String| Violation {
            field: name.clone().into(),
            rule: RuleKind::Unknown,
            message: format!("{name} is not a parameter of {}.", self.operation.id).into(),
        };
        names.into_iter().map(violation).collect()
    }

    fn is_sound(&self) -> bool {
        self.wrong.is_empty() && !self.incomplete && self.unknown().is_empty()
    }

    fn report(&self, values: &[Value<'_>], looks: &Looks) -> InvalidError {
        let (operation, wrong, pathless) = (self.operation, &self.wrong[..], self.path.is_none());
        let checker = Checker { operation, values, looks, wrong, pathless, lenient: false };
        let mut violations = checker.violations();
        violations.extend(self.unknown());
        InvalidError::new(self.operation, violations, looks)
    }

    /// Finds all violations, if the draft is not one of the input at all.
    pub(crate) fn finish(&self, values: &[Value<'_>]) -> Result<(), InvalidError> {
        if self.is_sound() { Ok(()) } else { Err(self.report(values, &look_at(values))) }
    }

    /// The same, where nothing may block.
    pub(crate) async fn finish_aside(&self, values: &[Value<'_>]) -> Result<(), InvalidError> {
        if self.is_sound() { Ok(()) } else { Err(self.report(values, &look_at_aside(values).await)) }
    }
}

/// An input type.
pub(crate) trait Input: Sized {
    const OPERATION: &'static Operation;

    fn read(draft: &mut Reader) -> Self;

    /// The values of all fields but those of the path, in the contract's order.
    fn values(&self) -> Vec<Value<'_>>;
}

/// The values of the path, and those of an input.
pub(crate) fn values<'v, const N: usize>(path: [Value<'v>; N], input: &'v impl Input) -> Vec<Value<'v>> {
    path.into_iter().chain(input.values()).collect()
}

/// The values of an operation whose path is not known.
pub(crate) fn pathless<T: Input>(input: &T) -> Vec<Value<'_>> {
    let mut values: Vec<_> = (0..T::OPERATION.path_fields()).map(|_| Value::One(None)).collect();
    values.extend(input.values());
    values
}

/// Makes an input of a draft.
pub(crate) fn convert<T: Input>(draft: Draft) -> Result<T, InvalidError> {
    let mut reader = Reader::new(T::OPERATION, None, draft);
    let input = T::read(&mut reader);
    reader.finish(&pathless(&input)).map(|()| input)
}

/// Makes an input of what a deserializer holds.
pub(crate) fn deserialize<'de, T: Input, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    convert(Draft::new(Map::deserialize(from)?)).map_err(D::Error::custom)
}

/// Finds the violations of an input. To look at its files may block.
pub(crate) fn validate<T: Input>(input: &T) -> Vec<Violation> {
    let values = &pathless(input)[..];
    let (operation, looks) = (T::OPERATION, &look_at(values));
    Checker { operation, values, looks, wrong: &[], pathless: true, lenient: false }.violations()
}

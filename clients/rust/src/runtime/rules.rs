//! The rules of an operation, interpreted from its table.

use std::collections::HashSet;

use super::error::Cause;
use super::file::{File, Look};
use super::operation::{Check, Field, Kind, Operation, Place, Rule};
use super::value::{Scalar, Value};
use super::violation::{RuleKind, Violation};

/// What the files of each field are like, or why they cannot be read.
pub(crate) type Looks = Vec<Vec<Result<Look, Cause>>>;

/// Looks at the files of an input. It may block.
pub(crate) fn look_at(values: &[Value<'_>]) -> Looks {
    let look = |file: &File| file.look().map_err(|error| Cause::of(&error));
    values.iter().map(|value| value.files().map(look).collect()).collect()
}

/// Looks at the files of an input on a thread that may block.
pub(crate) async fn look_at_aside(values: &[Value<'_>]) -> Looks {
    if values.iter().flat_map(Value::files).all(File::is_in_memory) {
        return look_at(values);
    }
    let files: Vec<Vec<File>> = values.iter().map(|value| value.files().cloned().collect()).collect();
    let look = move || look_at(&files.iter().map(Value::from).collect::<Vec<_>>());
    tokio::task::spawn_blocking(look).await.unwrap_or_else(|panic| {
        let cause = Cause::of(&panic);
        values.iter().map(|value| value.files().map(|_| Err(cause.clone())).collect()).collect()
    })
}

/// An input under its rules.
pub(crate) struct Checker<'c, 'v> {
    pub(crate) operation: &'static Operation,
    pub(crate) values: &'c [Value<'v>],
    pub(crate) looks: &'c Looks,
    /// Fields whose value in a draft had another type.
    pub(crate) wrong: &'c [usize],
    /// Those of the path have no value yet, and are not checked.
    pub(crate) pathless: bool,
    /// Only what cannot be sent counts.
    pub(crate) lenient: bool,
}

impl Checker<'_, '_> {
    /// All violations, in the contract's order, at most one for each field.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let fields = self.operation.fields;
        let mut found: Vec<(usize, Violation)> =
            (self.first()..fields.len()).filter_map(|i| Some((i, self.field(i)?))).collect();
        if self.lenient {
            return found.into_iter().map(|(_, violation)| violation).collect();
        }
        for pair in self.operation.disjoint {
            if let Some(at) = self.operation.index_of(pair.field)
                && found.iter().all(|(i, _)| *i != at)
                && self.share(pair.field, pair.other)
            {
                found.push((at, violation(pair.field, RuleKind::Exclusive, pair.message)));
            }
        }
        found.sort_by_key(|(i, _)| *i);
        if let Some(message) = self.operation.not_empty {
            let is_body = |i: &usize| fields[*i].place == Place::Body;
            let is_fine = !found.iter().any(|(i, _)| is_body(i));
            if is_fine && !(0..fields.len()).filter(is_body).any(|i| self.is_present(i)) {
                found.insert(0, (0, violation("", RuleKind::Required, message)));
            }
        }
        found.into_iter().map(|(_, violation)| violation).collect()
    }

    fn first(&self) -> usize {
        if self.pathless { self.operation.path_fields() } else { 0 }
    }

    fn is_present(&self, i: usize) -> bool {
        self.wrong.contains(&i) || self.values[i].is_present()
    }

    fn has(&self, name: &str) -> bool {
        self.operation.index_of(name).is_some_and(|i| self.is_present(i))
    }

    fn share(&self, one: &str, other: &str) -> bool {
        let texts = |name| {
            let value = self.operation.index_of(name).map(|i| &self.values[i]);
            value.into_iter().flat_map(|v| v.items()).map(|item| item.text()).collect::<HashSet<_>>()
        };
        !texts(one).is_disjoint(&texts(other))
    }

    fn field(&self, i: usize) -> Option<Violation> {
        let (field, value) = (&self.operation.fields[i], &self.values[i]);
        let wrong_type = || Some(violation(field.name, RuleKind::Type, field.wrong_type));
        if self.wrong.contains(&i) {
            return wrong_type();
        }
        let report = |rule: &Rule| violation(field.name, rule.kind, rule.message);
        if let Some(rule) = field.presence.iter().find(|rule| self.lacks(field, value, rule)) {
            return Some(report(rule));
        }
        let is_number = |item: &Scalar<'_>| !matches!(item, Scalar::Number(n) if !n.is_finite());
        if !value.items().iter().all(is_number) {
            return wrong_type(); // there is no text for it
        }
        if !value.is_present() {
            return None;
        }
        if let Some(rule) = field.value.iter().find(|rule| self.breaks(i, rule)) {
            return Some(report(rule));
        }
        let items = value.items().iter().filter(|_| field.list.is_some());
        let broken = |item: &Scalar<'_>| field.item.iter().find(|rule| self.item_breaks(*item, rule));
        items.into_iter().find_map(broken).map(report)
    }

    /// Whether a field must be there and is not, or the other way round.
    fn lacks(&self, field: &Field, value: &Value<'_>, rule: &Rule) -> bool {
        let present = value.is_present();
        match &rule.check {
            Check::Required => !present && (!self.lenient || field.place == Place::Path),
            _ if self.lenient => false,
            Check::RequiredWith(others) => !present && others.iter().any(|name| self.has(name)),
            Check::RequiredIf(name, wanted) => {
                let other = self.operation.index_of(name).map(|i| &self.values[i]);
                !present && other.is_some_and(|value| value.is_present() && value.joined(",") == *wanted)
            }
            Check::Exclusive(others) => present && others.iter().all(|name| self.has(name)),
            _ => false,
        }
    }

    /// Whether the value of a field, as a whole, breaks a rule.
    fn breaks(&self, i: usize, rule: &Rule) -> bool {
        let (field, value) = (&self.operation.fields[i], &self.values[i]);
        let items = value.items();
        match &rule.check {
            Check::ListItem => items.iter().any(|item| self.is_bad_item(*item, field.list.unwrap_or(""))),
            Check::FileName => value.files().any(|file| self.is_bad_name(field, file)),
            Check::NeedsFile => self.looks[i].iter().any(Result::is_err),
            Check::MaxJoinedLength(n) => {
                !self.lenient && is_longer(&value.joined(field.list.unwrap_or("")), *n)
            }
            Check::MinItems(n) => !self.lenient && items.len() < *n,
            Check::MaxItems(n) => !self.lenient && items.len() > *n,
            Check::Unique => {
                let mut seen = HashSet::new();
                !self.lenient && !items.iter().all(|item| seen.insert(item.text()))
            }
            _ => field.kind != Kind::File && items.iter().any(|item| self.item_breaks(*item, rule)),
        }
    }

    fn item_breaks(&self, item: Scalar<'_>, rule: &Rule) -> bool {
        match &rule.check {
            Check::Segment => matches!(&*item.text(), "" | "." | ".."),
            Check::Header => {
                let text = item.text();
                !text.bytes().all(|b| (b' '..=b'~').contains(&b))
                    || text.starts_with(' ')
                    || text.ends_with(' ')
            }
            _ if self.lenient => false,
            Check::MinLength(n) => item.text().chars().count() < *n,
            Check::MaxLength(n) => is_longer(&item.text(), *n),
            Check::Pattern(pattern) => !pattern.matches(&item.text()),
            Check::OneOf(values) => values.binary_search(&&*item.text()).is_err(),
            Check::MinInteger(limit) => integer(item).is_some_and(|n| n < *limit),
            Check::MaxInteger(limit) => integer(item).is_some_and(|n| n > *limit),
            Check::MinNumber(limit) => number(item).is_some_and(|n| n < *limit),
            Check::MaxNumber(limit) => number(item).is_some_and(|n| n > *limit),
            Check::MoreThan(limit) => number(item).is_some_and(|n| n <= *limit),
            Check::LessThan(limit) => number(item).is_some_and(|n| n >= *limit),
            _ => false,
        }
    }

    /// Whether an item cannot be told from the others of its list.
    fn is_bad_item(&self, item: Scalar<'_>, delimiter: &str) -> bool {
        const WHITE_SPACE: [char; 6] = ['\t', '\n', '\u{b}', '\u{c}', '\r', ' '];
        let Scalar::Text(text) = item else { return false };
        let padded = text.starts_with(WHITE_SPACE) || text.ends_with(WHITE_SPACE);
        text.is_empty() || !delimiter.is_empty() && (text.contains(delimiter) || padded && !self.lenient)
    }

    fn is_bad_name(&self, field: &Field, file: &File) -> bool {
        let name = &file.name;
        let is_plain = name.len() <= 100
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let names_part = field.file.as_ref().is_some_and(|part| part.named_part);
        let is_field = |field: &Field| field.place == Place::Body && field.name.eq_ignore_ascii_case(name);
        !name.is_empty() && (!is_plain || names_part && self.operation.fields.iter().any(is_field))
    }
}

fn violation(field: &'static str, rule: RuleKind, message: &'static str) -> Violation {
    Violation { field: field.into(), rule, message: message.into() }
}

fn is_longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}

fn integer(item: Scalar<'_>) -> Option<i128> {
    match item {
        Scalar::Integer(number) => Some(number.into()),
        _ => None,
    }
}

fn number(item: Scalar<'_>) -> Option<f64> {
    match item {
        Scalar::Number(number) => Some(number),
        _ => None,
    }
}

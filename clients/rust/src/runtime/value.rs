//! The values of an input, as the rules and the encoders see them.

use std::borrow::Cow;

use super::file::File;

/// One value; of a list, one item.
#[derive(Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    File(&'a File),
}

impl<'a> Scalar<'a> {
    /// The text that is sent. A file has none of its own.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self {
            Scalar::Text(text) => text.into(),
            Scalar::Integer(number) => number.to_string().into(),
            Scalar::Number(0.0) => "0".into(), // -0, too
            Scalar::Number(number) => number.to_string().into(),
            Scalar::Boolean(true) => "true".into(),
            Scalar::Boolean(false) => "false".into(),
            Scalar::File(_) => "".into(),
        }
    }

    fn is_empty(self) -> bool {
        matches!(self, Scalar::Text(""))
    }
}

/// The value of a field. Empty ones are absent.
pub(crate) enum Value<'a> {
    One(Option<Scalar<'a>>),
    Many(Vec<Scalar<'a>>),
}

impl<'a> Value<'a> {
    pub(crate) fn scalar(value: &'a impl Item) -> Self {
        Value::One(Some(value.scalar()).filter(|scalar| !scalar.is_empty()))
    }

    pub(crate) fn items(&self) -> &[Scalar<'a>] {
        match self {
            Value::One(one) => one.as_slice(),
            Value::Many(items) => items,
        }
    }

    pub(crate) fn is_present(&self) -> bool {
        !self.items().is_empty()
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &'a File> {
        self.items().iter().filter_map(|item| match *item {
            Scalar::File(file) => Some(file),
            _ => None,
        })
    }

    /// The text that is sent, of a list with its delimiter.
    pub(crate) fn joined(&self, delimiter: &str) -> Cow<'a, str> {
        match self.items() {
            [] => "".into(),
            [one] => one.text(),
            items => items.iter().map(|item| item.text()).collect::<Vec<_>>().join(delimiter).into(),
        }
    }
}

/// A type that a field, or an item of it, can have.
pub(crate) trait Item {
    fn scalar(&self) -> Scalar<'_>;
}

/// A type that JSON can hold.
pub(crate) trait FromJson: Sized {
    fn from_json(json: &serde_json::Value) -> Option<Self>;
}

impl Item for String {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Text(self)
    }
}

impl FromJson for String {
    fn from_json(json: &serde_json::Value) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

impl Item for &str {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Text(self)
    }
}

impl Item for i64 {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Integer(*self)
    }
}

impl FromJson for i64 {
    fn from_json(json: &serde_json::Value) -> Option<Self> {
        const BEYOND: f64 = 9_223_372_036_854_775_808.0; // 2^63; its negative may have been a number below it
        let whole = |number: &f64| number.fract() == 0.0 && number.abs() < BEYOND;
        json.as_i64()
            .or_else(|| json.as_f64().filter(whole).filter(|_| json.is_f64()).map(|number| number as i64))
    }
}

impl Item for f64 {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Number(*self)
    }
}

impl FromJson for f64 {
    fn from_json(json: &serde_json::Value) -> Option<Self> {
        json.as_f64()
    }
}

impl Item for bool {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Boolean(*self)
    }
}

impl FromJson for bool {
    fn from_json(json: &serde_json::Value) -> Option<Self> {
        json.as_bool()
    }
}

impl Item for File {
    fn scalar(&self) -> Scalar<'_> {
        Scalar::File(self)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::scalar(text)
    }
}

impl<'a, T: Item> From<&'a Option<T>> for Value<'a> {
    fn from(value: &'a Option<T>) -> Self {
        value.as_ref().map_or(Value::One(None), Value::scalar)
    }
}

impl<'a, T: Item> From<&'a Vec<T>> for Value<'a> {
    fn from(items: &'a Vec<T>) -> Self {
        Value::Many(items.iter().map(Item::scalar).collect())
    }
}

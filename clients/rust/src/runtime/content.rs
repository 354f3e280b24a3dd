use serde::Serialize;
use serde_json::Value as Json;

use super::bytes::ByteStream;

/// What [`Client::call`](crate::Client::call) returns.
#[derive(Debug)]
#[non_exhaustive]
pub enum Content {
    /// An object, under the contract's names.
    Object(Json),
    /// Content of another type than JSON.
    Bytes(ByteStream),
    /// Nothing.
    Nothing,
}

/// An object of a response, as JSON.
pub(crate) fn json<T: Serialize>(value: T) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

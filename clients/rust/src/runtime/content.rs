use serde::Serialize;
use serde_json::Value as Json;

use super::bytes::ByteStream;
use super::response::Response;

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

/// What a typed method returns, as any method may return it.
pub(crate) trait Erase {
    fn erase(self) -> Response<Content>;
}

impl Erase for Response<ByteStream> {
    fn erase(self) -> Response<Content> {
        self.map(Content::Bytes)
    }
}

impl Erase for Response<()> {
    fn erase(self) -> Response<Content> {
        self.map(|()| Content::Nothing)
    }
}

/// An object of a response, as JSON.
pub(crate) fn json<T: Serialize>(value: T) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

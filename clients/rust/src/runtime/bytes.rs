use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, Sleep, sleep_until};

use super::client::Shared;
use super::error::{Cause, Error};
use super::operation::Operation;
use super::send::in_doubt;

/// The content of a response, as it arrives. The timeout of the attempt holds for all of it.
///
/// Content that does not come whole ends with [`Error::InDoubt`].
pub struct ByteStream {
    shared: Arc<Shared>,
    operation: &'static Operation,
    content_type: Option<String>,
    length: Option<u64>,
    body: Pin<Box<reqwest::Body>>,
    limit: Pin<Box<Sleep>>,
    ended: bool,
}

impl ByteStream {
    pub(crate) fn new(
        shared: Arc<Shared>,
        operation: &'static Operation,
        limit: Instant,
        headers: &HeaderMap,
        response: reqwest::Response,
    ) -> Self {
        let text = |name| headers.get(name)?.to_str().ok();
        ByteStream {
            shared,
            operation,
            content_type: text(CONTENT_TYPE).map(str::to_owned),
            length: text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            body: Box::pin(http::Response::from(response).into_body()),
            limit: Box::pin(sleep_until(limit)),
            ended: false,
        }
    }

    /// The type of the content, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The length of the content, if the server says.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All that is left. It is held in memory, of whatever length.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await {
            all.extend_from_slice(&bytes?);
        }
        Ok(all.into())
    }

    /// Writes what is left to a file, and returns its length. A file that cannot be written whole is removed.
    pub async fn save(mut self, path: impl AsRef<Path>) -> io::Result<u64> {
        let path = path.as_ref();
        let mut file = tokio::fs::File::create(path).await?;
        let written = self.copy(&mut file).await;
        if written.is_err() {
            drop(file);
            _ = tokio::fs::remove_file(path).await;
        }
        written
    }

    async fn copy(&mut self, file: &mut tokio::fs::File) -> io::Result<u64> {
        let mut length = 0;
        while let Some(bytes) = self.next().await {
            let bytes = bytes.map_err(io::Error::other)?;
            file.write_all(&bytes).await?;
            length += bytes.len() as u64;
        }
        file.flush().await.map(|()| length)
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            let cause = match self.body.as_mut().poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) => return Poll::Ready(Some(Ok(bytes))),
                    Err(_) => continue, // trailers
                },
                Poll::Ready(Some(Err(error))) => Cause::of(&error.without_url()),
                Poll::Ready(None) => break,
                Poll::Pending => {
                    ready!(self.limit.as_mut().poll(context));
                    Cause::new("the timeout is over")
                }
            };
            self.ended = true;
            return Poll::Ready(Some(Err(in_doubt(&self.shared, self.operation, cause))));
        }
        self.ended = true;
        Poll::Ready(None)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ByteStream");
        out.field("content_type", &self.content_type).field("length", &self.length).finish_non_exhaustive()
    }
}

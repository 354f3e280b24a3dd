use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use tokio::io::AsyncWriteExt;

use super::client::Shared;
use super::error::Error;
use super::operation::Operation;
use super::receive::Received;
use super::send::in_doubt;

/// The content of a response, as it arrives. The timeout of the attempt holds for all of it.
///
/// Content that does not come whole ends with [`Error::InDoubt`].
pub struct ByteStream {
    content_type: Option<String>,
    length: Option<u64>,
    chunks: BoxStream<'static, Result<Bytes, Error>>,
}

impl ByteStream {
    pub(crate) fn new(
        shared: Arc<Shared>,
        operation: &'static Operation,
        headers: &HeaderMap,
        response: Received,
    ) -> Self {
        let text = |name| headers.get(name)?.to_str().ok();
        let content_type = text(CONTENT_TYPE).map(str::to_owned);
        let length = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let status = Some(response.status);
        let chunks = stream::try_unfold(response, async |mut response| {
            let chunk = response.chunk().await?;
            Ok(chunk.map(|chunk| (chunk, response)))
        });
        ByteStream {
            content_type,
            length,
            chunks: chunks.map_err(move |cause| in_doubt(&shared, operation, status, cause)).boxed(),
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
        self.chunks.next().await
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
        self.chunks.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ByteStream");
        out.field("content_type", &self.content_type).field("length", &self.length).finish_non_exhaustive()
    }
}

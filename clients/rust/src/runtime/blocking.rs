//! The client for programs that are not asynchronous. It must not be used on a thread that runs
//! asynchronous code.

use std::fmt;
use std::future::Future;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::client::{CallOptions, ClientBuilder};
use super::error::{Error, UsageError};

/// A client whose methods return when the call has ended.
///
/// # Panics
///
/// On a thread that runs asynchronous code they panic, before anything is sent.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: super::client::Client,
    pub(crate) thread: Thread,
}

impl Client {
    /// Makes a client as the builder says.
    pub fn build(builder: ClientBuilder) -> Result<Self, UsageError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime =
            runtime.map_err(|error| UsageError::new(format!("no thread can be started: {error}")))?;
        Ok(Client { inner: builder.build()?, thread: Thread(Arc::new(Owned(Some(runtime)))) })
    }

    /// The same client, with other options for the calls that are made with what is returned.
    pub fn with(&self, options: CallOptions) -> Result<Self, UsageError> {
        Ok(Client { inner: self.inner.with(options)?, thread: self.thread.clone() })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The thread that the connections live on.
#[derive(Clone)]
pub(crate) struct Thread(Arc<Owned>);

struct Owned(Option<tokio::runtime::Runtime>);

impl Thread {
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.0.0.as_ref().expect("it ends with its owner").block_on(future)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background(); // to wait for it could wait for a file that blocks
        }
    }
}

/// The items of a list, page after page. A page is asked for when it is needed.
#[derive(Debug)]
pub struct Pages<T> {
    pub(crate) inner: super::pages::Pages<T>,
    pub(crate) thread: Thread,
}

impl<T> Iterator for Pages<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.thread.wait(self.inner.next())
    }
}

/// The content of a response, as it arrives. The timeout of the attempt holds for all of it.
#[derive(Debug)]
pub struct ByteStream {
    inner: super::bytes::ByteStream,
    thread: Thread,
    rest: Bytes,
}

impl ByteStream {
    pub(crate) fn new(inner: super::bytes::ByteStream, thread: Thread) -> Self {
        ByteStream { inner, thread, rest: Bytes::new() }
    }

    /// The type of the content, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        self.inner.content_type()
    }

    /// The length of the content, if the server says.
    pub fn length(&self) -> Option<u64> {
        self.inner.length()
    }

    /// All of the content. It is held in memory, of whatever length.
    pub fn bytes(self) -> Result<Bytes, Error> {
        self.thread.wait(self.inner.bytes())
    }

    /// Writes the content to a file, and returns its length. A file that cannot be written whole is removed.
    pub fn save(self, path: impl AsRef<Path>) -> io::Result<u64> {
        self.thread.wait(self.inner.save(path))
    }
}

impl Read for ByteStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.thread.wait(self.inner.next()) {
                Some(bytes) => self.rest = bytes.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.rest.len());
        self.rest.split_to(length).copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Thread")
    }
}

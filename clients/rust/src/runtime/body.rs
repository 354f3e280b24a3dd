//! The bytes of a request body.

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

use super::file::{Content, File};

/// A body that can be sent more than once. Its length is known.
pub(crate) struct Payload {
    pieces: Vec<Piece>,
}

/// A part of a body.
pub(crate) enum Piece {
    Memory(Bytes),
    /// The first bytes of a file, as many as there were when it was checked.
    File(File, u64),
}

impl Payload {
    pub(crate) fn new(pieces: impl Into<Vec<Piece>>) -> Self {
        Payload { pieces: pieces.into() }
    }

    pub(crate) fn length(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.length()).sum()
    }

    /// How much of it comes from files.
    pub(crate) fn upload(&self) -> u64 {
        let files = self.pieces.iter().filter(|piece| matches!(piece, Piece::File(..)));
        files.map(Piece::length).sum()
    }

    /// Opens the files, for one attempt to send them.
    pub(crate) async fn open(&self) -> io::Result<reqwest::Body> {
        if let [Piece::Memory(bytes)] = &self.pieces[..] {
            return Ok(bytes.clone().into());
        }
        let left = self.length();
        let mut parts = VecDeque::new();
        for piece in &self.pieces {
            parts.push_back(match piece {
                Piece::Memory(bytes) => Part::Memory(bytes.clone()),
                Piece::File(file, length) => {
                    let file = file.clone();
                    let content = spawn_blocking(move || file.open()).await??;
                    if content.length < *length {
                        return Err(shrunk());
                    }
                    Part::File(content.into(), *length)
                }
            });
        }
        Ok(reqwest::Body::wrap(Body { parts, left, reading: None }))
    }
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Piece::Memory(bytes) => bytes.len() as u64,
            Piece::File(_, length) => *length,
        }
    }
}

fn shrunk() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than when it was checked")
}

/// A body that is being sent. Files are read on a thread that may block.
struct Body {
    parts: VecDeque<Part>,
    left: u64,
    reading: Option<JoinHandle<(Part, io::Result<Bytes>)>>,
}

enum Part {
    Memory(Bytes),
    /// The lock is never taken; it lets a reader be a part of what threads share.
    File(Mutex<Content>, u64),
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let data = loop {
            if let Some(reading) = &mut self.reading {
                let (rest, read) = ready!(Pin::new(reading).poll(context))?;
                self.reading = None;
                self.parts.push_front(rest);
                break read?;
            }
            match self.parts.pop_front() {
                None => return Poll::Ready(None),
                Some(Part::Memory(bytes)) if bytes.is_empty() => {}
                Some(Part::Memory(bytes)) => break bytes,
                Some(Part::File(_, 0)) => {}
                Some(Part::File(content, left)) => {
                    self.reading = Some(spawn_blocking(move || read(content, left)));
                }
            }
        };
        self.left -= data.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn read(mut content: Mutex<Content>, left: u64) -> (Part, io::Result<Bytes>) {
    const CHUNK: u64 = 128 << 10;
    let mut chunk = vec![0; left.min(CHUNK) as usize];
    let reader = &mut content.get_mut().unwrap_or_else(PoisonError::into_inner).reader;
    let read = loop {
        match reader.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) => break Err(shrunk()),
            read => break read,
        }
    };
    let read = read.map(|length| {
        chunk.truncate(length);
        Bytes::from(chunk)
    });
    let left = left - read.as_ref().map_or(0, |bytes| bytes.len() as u64);
    (Part::File(content, left), read)
}

//! A request body that tells whether it was sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, ReadBuf};

use crate::image::Content;

/// The head, the image if there is one (in memory, or a file), and the tail, of a length that is known before.
pub(crate) struct Body {
    head: Bytes,
    image: Bytes,
    file: Option<tokio::fs::File>,
    file_left: u64,
    tail: Bytes,
    seal: Seal,
}

impl Body {
    pub(crate) fn new(head: Bytes, image: Option<(Content, u64)>, tail: Bytes) -> (Self, Seal) {
        let seal = Seal::default();
        let mut body = Body { head, image: Bytes::new(), file: None, file_left: 0, tail, seal: seal.clone() };
        match image {
            None => {}
            Some((Content::File(file), size)) => {
                body.file = Some(tokio::fs::File::from_std(file));
                body.file_left = size;
            }
            Some((Content::Bytes(content), _)) => body.image = content,
        }
        (body, seal)
    }

    fn poll_file(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        const CHUNK: u64 = 128 << 10;
        let file = self.file.as_mut().expect("only a file has bytes left");
        let mut chunk = vec![0; self.file_left.min(CHUNK) as usize];
        let mut buffer = ReadBuf::new(&mut chunk);
        ready!(Pin::new(file).poll_read(cx, &mut buffer))?;
        let read = buffer.filled().len();
        if read == 0 {
            let shorter = "the image file is shorter than when it was checked";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, shorter)));
        }
        chunk.truncate(read);
        self.file_left -= read as u64;
        Poll::Ready(Ok(chunk.into()))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.seal.begin() {
            return Poll::Ready(Some(Err(io::Error::other("given up before it was sent"))));
        }
        let data = if !self.head.is_empty() {
            std::mem::take(&mut self.head)
        } else if !self.image.is_empty() {
            std::mem::take(&mut self.image)
        } else if self.file_left > 0 {
            ready!(self.poll_file(cx))?
        } else if !self.tail.is_empty() {
            std::mem::take(&mut self.tail)
        } else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.size_hint().exact() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        let in_memory = self.head.len() + self.image.len() + self.tail.len();
        SizeHint::with_exact(in_memory as u64 + self.file_left)
    }
}

/// Proof that a body, and with it its request, was not sent.
///
/// hyper asks a body for its beginning before it writes the head of the request to the connection, as both
/// go into one buffer first. So a body that was never asked belongs to a request of which not one byte was
/// written; and one that is sealed by then never will be, as its error ends the connection.
#[derive(Clone, Default)]
pub(crate) struct Seal(Arc<AtomicU8>);

const UNTOUCHED: u8 = 0;
const BEGUN: u8 = 1;
const SEALED: u8 = 2;

impl Seal {
    fn begin(&self) -> bool {
        let was = self.0.compare_exchange(UNTOUCHED, BEGUN, Ordering::AcqRel, Ordering::Acquire);
        was != Err(SEALED)
    }

    /// Seals the body. It returns whether the body was not sent.
    pub(crate) fn not_sent(&self) -> bool {
        let was = self.0.compare_exchange(UNTOUCHED, SEALED, Ordering::AcqRel, Ordering::Acquire);
        was != Err(BEGUN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    async fn post(listener: &TcpListener, body: Body) -> (Result<reqwest::Response, reqwest::Error>, usize) {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read(&mut [0; 1024]).await.unwrap()
        };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        tokio::join!(client.post(url).body(reqwest::Body::wrap(body)).send(), server)
    }

    #[tokio::test]
    async fn of_a_sealed_body_nothing_is_written() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (body, seal) = Body::new("head".into(), None, Bytes::new());
        assert!(seal.not_sent());
        let (answer, received) = post(&listener, body).await;
        assert!(answer.is_err());
        assert_eq!(received, 0);
        assert!(seal.not_sent());
    }

    #[tokio::test]
    async fn of_a_body_that_has_begun_it_is_not_said_that_it_was_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (body, seal) = Body::new("head".into(), None, Bytes::new());
        let (answer, received) = post(&listener, body).await;
        assert!(answer.is_err());
        assert_ne!(received, 0);
        assert!(!seal.not_sent());
    }

    #[tokio::test]
    async fn a_file_that_has_shrunk_ends_the_request() {
        let path = std::env::temp_dir().join(format!("contacts-shrunk-{}", std::process::id()));
        std::fs::write(&path, "short").unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let (mut body, _) = Body::new(Bytes::new(), Some((Content::File(file), 6)), Bytes::new());
        let mut next =
            async || std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut body), cx)).await;
        assert_eq!(next().await.unwrap().unwrap().into_data().unwrap(), "short");
        assert_eq!(next().await.unwrap().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        std::fs::remove_file(path).unwrap();
    }
}

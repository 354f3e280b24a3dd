use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

use super::error::Error;

/// The items of a list, page after page. A page is asked for when it is needed.
///
/// A page that cannot be read ends the stream with its error.
pub struct Pages<T>(BoxStream<'static, Result<T, Error>>);

/// The items of a page, and how many pages there are.
pub(crate) type Page<T> = (Vec<T>, Option<i64>);

impl<T: Send + 'static> Pages<T> {
    pub(crate) fn new<F>(first: Option<i64>, read: impl Fn(i64) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Page<T>, Error>> + Send,
    {
        let pages = stream::try_unfold((read, Some(first.unwrap_or(1))), async |(read, page)| {
            let Some(page) = page else { return Ok::<_, Error>(None) };
            let (items, pages) = read(page).await?;
            let is_last = pages.map_or(items.is_empty(), |pages| page >= pages);
            let next = page.checked_add(1).filter(|_| !is_last);
            Ok(Some((stream::iter(items).map(Ok), (read, next))))
        });
        Pages(pages.try_flatten().boxed())
    }

    pub(crate) fn map<U: 'static>(self, change: fn(T) -> U) -> Pages<U> {
        Pages(self.0.map_ok(change).boxed())
    }
}

impl<T> Pages<T> {
    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next().await
    }

    /// All items that are left.
    pub async fn collect(self) -> Result<Vec<T>, Error> {
        self.0.try_collect().await
    }
}

impl<T> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

/// A member that says how many pages there are.
pub(crate) trait Total {
    fn total(&self) -> Option<i64>;
}

impl Total for i64 {
    fn total(&self) -> Option<i64> {
        Some(*self)
    }
}

impl Total for String {
    fn total(&self) -> Option<i64> {
        self.parse().ok().filter(|_| self.bytes().all(|b| b.is_ascii_digit()))
    }
}

impl<T: Total> Total for Option<T> {
    fn total(&self) -> Option<i64> {
        self.as_ref().and_then(T::total)
    }
}

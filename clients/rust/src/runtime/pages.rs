use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use super::error::Error;

/// The items of a list, page after page. A page is asked for when it is needed.
///
/// A page that cannot be read ends the stream with its error.
pub struct Pages<T> {
    read: Arc<ReadPage<T>>,
    page: i64,
    items: vec::IntoIter<T>,
    reading: Option<Reading<T>>,
    ended: bool,
}

/// The items of a page, and how many pages there are.
pub(crate) type Page<T> = (Vec<T>, Option<i64>);
pub(crate) type Reading<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;
type ReadPage<T> = dyn Fn(i64) -> Reading<T> + Send + Sync;

impl<T> Pages<T> {
    pub(crate) fn new(first: Option<i64>, read: impl Fn(i64) -> Reading<T> + Send + Sync + 'static) -> Self {
        let (read, page) = (Arc::new(read), first.unwrap_or(1));
        Pages { read, page, items: Vec::new().into_iter(), reading: None, ended: false }
    }

    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// All items that are left.
    pub async fn collect(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            let reading = self.reading.get_or_insert_with(|| (self.read)(self.page));
            let read = ready!(reading.as_mut().poll(context));
            self.reading = None;
            match read {
                Ok((items, pages)) => {
                    self.ended = pages.map_or(items.is_empty(), |pages| self.page >= pages);
                    self.page = self.page.saturating_add(1);
                    self.items = items.into_iter();
                }
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    pub(crate) fn map<U: 'static>(self, change: fn(T) -> U) -> Pages<U>
    where
        T: 'static,
    {
        let read = self.read;
        Pages::new(Some(self.page), move |page| {
            let reading = read(page);
            Box::pin(async move {
                let (items, pages) = reading.await?;
                Ok((items.into_iter().map(change).collect(), pages))
            })
        })
    }
}

impl<T> Stream for Pages<T>
where
    Self: Unpin,
{
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("page", &self.page).finish_non_exhaustive()
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

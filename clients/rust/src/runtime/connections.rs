//! Whether a client has ever had a connection.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

/// Notes the first connection of a client. A client that never had one has not written a byte.
#[derive(Clone, Default)]
pub(crate) struct Connections(Arc<AtomicBool>);

impl Connections {
    pub(crate) fn never(&self) -> bool {
        !self.0.load(Ordering::SeqCst)
    }
}

impl<S> Layer<S> for Connections {
    type Service = Noted<S>;

    fn layer(&self, connector: S) -> Noted<S> {
        Noted { connector, connections: self.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct Noted<S> {
    connector: S,
    connections: Connections,
}

impl<S, R> Service<R> for Noted<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let (connecting, connections) = (self.connector.call(target), self.connections.clone());
        Box::pin(async move {
            let connection = connecting.await;
            if connection.is_ok() {
                connections.0.store(true, Ordering::SeqCst); // before anybody can write to it
            }
            connection
        })
    }
}

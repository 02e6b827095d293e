//! A channel as the stream that axum sends to a client, and waiting for the first of two things.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc::Receiver;

/// The items of a channel, until its senders are dropped.
pub(super) struct Received<T>(pub(super) Receiver<T>);

impl<T> Stream for Received<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(context)
    }
}

/// Runs both until one is ready; the first one if both are.
pub(super) async fn first_of<T>(first: impl Future<Output = T>, second: impl Future<Output = T>) -> T {
    let mut first = pin!(first);
    let mut second = pin!(second);
    poll_fn(|context| match first.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(done),
        Poll::Pending => second.as_mut().poll(context),
    })
    .await
}

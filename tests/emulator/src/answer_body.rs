//! The body of an answer: whole, or cut off with the connection.

use crate::connection::Connection;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Bytes that are sent at once.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    bytes: Option<Bytes>,
    cut: Option<Arc<Connection>>,
}

impl AnswerBody {
    /// All of it.
    pub(crate) fn whole(bytes: Bytes) -> AnswerBody {
        AnswerBody { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), cut: None }
    }

    /// The first `length` bytes; then the connection is closed.
    pub(crate) fn cut(mut bytes: Bytes, length: usize, connection: Arc<Connection>) -> AnswerBody {
        bytes.truncate(length);
        AnswerBody { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), cut: Some(connection) }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match &self.cut {
            None => Poll::Ready(None),
            Some(connection) => {
                connection.end_after_flush();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.bytes, &self.cut) {
            (_, Some(_)) => SizeHint::default(),
            (None, None) => SizeHint::with_exact(0),
            (Some(bytes), None) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
        }
    }
}

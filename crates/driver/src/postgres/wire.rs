use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime, RuntimeFlavor};
use tokio::task::block_in_place;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Connection, Error, Notification, Socket};

use super::tls::Encrypted;

/// The client's end of the line.
pub(super) type Line = Connection<Socket, Encrypted>;

/// The connection's end of the line, which moves only while somebody waits for an answer.
pub(super) struct Wire {
    /// It is there until the wire goes.
    runtime: Option<Runtime>,
    end: End,
}

/// The line, and what was heard on it unasked.
struct End {
    line: Pin<Box<Line>>,
    /// Messages of other sessions, in order; nothing where nobody wants to hear them.
    heard: Option<VecDeque<Notification>>,
}

const RUNTIME: &str = "a wire that is used has its runtime";

impl Wire {
    pub(super) fn new(runtime: Runtime, line: Line) -> Wire {
        Wire { runtime: Some(runtime), end: End { line: Box::pin(line), heard: None } }
    }

    /// The value of the server's parameter, as it was reported at the start or since.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.end.line.parameter(name)
    }

    /// Waits for an answer.
    pub(super) fn wait<T: Send>(
        &mut self,
        answer: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        let mut answer = pin!(answer);
        self.poll(|context| answer.as_mut().poll(context))
    }

    /// Waits until a poll is ready. What is here already is taken without a look at the line.
    pub(super) fn poll<T: Send>(
        &mut self,
        mut answer: impl FnMut(&mut Context<'_>) -> Poll<Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        if let Poll::Ready(ready) = answer(&mut Context::from_waker(Waker::noop())) {
            return ready;
        }
        let Wire { runtime, end } = self;
        let runtime = runtime.as_ref().expect(RUNTIME);
        block_on(runtime, poll_fn(|context| step(end, context, &mut answer)))
    }

    /// Keeps what other sessions say, from now on.
    pub(super) fn hear(&mut self) {
        self.end.heard = Some(VecDeque::new());
    }

    /// The next that another session says, if that is within a time. Where the line has ended without a word, there is no error.
    pub(super) fn heard(&mut self, within: Duration) -> Result<Option<Notification>, Option<Error>> {
        let Wire { runtime, end } = self;
        let runtime = runtime.as_ref().expect(RUNTIME);
        let next = poll_fn(|context| {
            loop {
                if let Some(heard) = end.heard.as_mut().and_then(VecDeque::pop_front) {
                    return Poll::Ready(Ok(heard));
                }
                match end.line.as_mut().get_mut().poll_message(context) {
                    Poll::Ready(Some(Ok(message))) => end.note(message),
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(Some(error))),
                    Poll::Ready(None) => return Poll::Ready(Err(None)),
                    Poll::Pending => return Poll::Pending,
                }
            }
        });
        block_on(runtime, async { timeout(within, next).await.map_or(Ok(None), |heard| heard.map(Some)) })
    }

    /// Whether the server has ended the connection, as far as has come here by now. Nothing is sent.
    pub(super) fn is_broken(&mut self) -> bool {
        let Wire { runtime, end } = self;
        let runtime = runtime.as_ref().expect(RUNTIME);
        block_on(runtime, async {
            // The runtime looks at the socket when nothing else is to be done.
            tokio::task::yield_now().await;
            poll_fn(|context| {
                loop {
                    match end.line.as_mut().get_mut().poll_message(context) {
                        Poll::Ready(Some(Ok(message))) => end.note(message),
                        Poll::Ready(_) => return Poll::Ready(true),
                        Poll::Pending => return Poll::Ready(false),
                    }
                }
            })
            .await
        })
    }

    /// Whether an answer, and no failure, comes within a time.
    pub(super) fn answered(
        &mut self,
        answer: impl Future<Output = Result<(), Error>> + Send,
        within: Duration,
    ) -> bool {
        let Wire { runtime, end } = self;
        let mut answer = pin!(answer);
        let answer = poll_fn(|context| step(end, context, &mut |context| answer.as_mut().poll(context)));
        let runtime = runtime.as_ref().expect(RUNTIME);
        block_on(runtime, async { matches!(timeout(within, answer).await, Ok(Ok(()))) })
    }
}

/// Runs a future of the connection's to its end, also in a thread that belongs to a runtime of the program's.
pub(super) fn block_on<T: Send>(runtime: &Runtime, future: impl Future<Output = T> + Send) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Err(_) => runtime.block_on(future),
        // The thread hands its other tasks to another one, if it has any.
        Ok(RuntimeFlavor::MultiThread) => block_in_place(|| runtime.block_on(future)),
        // A runtime of one thread cannot be told that it waits, nor can its threads for blocking work be told apart.
        Ok(_) => {
            let waited = thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join());
            waited.unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}

/// Moves the line until the answer is there, or nothing moves.
fn step<T>(
    end: &mut End,
    context: &mut Context<'_>,
    answer: &mut impl FnMut(&mut Context<'_>) -> Poll<Result<T, Error>>,
) -> Poll<Result<T, Error>> {
    loop {
        if let Poll::Ready(ready) = answer(context) {
            return Poll::Ready(ready);
        }
        match end.line.as_mut().get_mut().poll_message(context) {
            Poll::Ready(Some(Ok(message))) => end.note(message),
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
            // The line is closed: the answer says so.
            Poll::Ready(None) => return answer(context),
            Poll::Pending => return answer(context),
        }
    }
}

/// A runtime that is dropped within another would panic.
impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl End {
    /// What the server says unasked goes to the log, and what other sessions say to who wants to hear it.
    fn note(&mut self, message: AsyncMessage) {
        match (message, &mut self.heard) {
            (AsyncMessage::Notice(notice), _) => {
                let (severity, code) = (notice.severity(), notice.code().code());
                tracing::debug!(target: "onggi::postgres", "{severity}: SQLSTATE {code}");
            }
            (AsyncMessage::Notification(notification), Some(heard)) => heard.push_back(notification),
            _ => {}
        }
    }
}

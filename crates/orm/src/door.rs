//! The door for asynchronous programs: units of work, on tokio's threads for blocking work.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, sleep};
use std::time::Duration;

use onggi_driver::Pool;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;
use tokio::time::timeout;

use crate::{CancelHandle, Database, Error, Result, Session, TransactionOptions};

/// What lets in as many units of work as the pool has connections. The others wait without a thread.
#[derive(Clone)]
pub(crate) struct Door(Arc<Semaphore>);

impl Door {
    pub(crate) fn new(pool: &Pool) -> Door {
        Door(Arc::new(Semaphore::new(pool.size())))
    }
}

/// A unit of work that somebody waits for, or not any more.
struct Awaited(Mutex<Stage>);

struct Stage {
    is_given_up: bool,
    /// Ends what its session runs; nothing before it begins, while it commits, and when it has ended.
    cancel: Option<CancelHandle>,
    has_ended: bool,
}

/// How long to wait from one statement that is cancelled to the next, at first and at most: the work may go on after an error, or
/// do something else.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_secs(2)];

impl Awaited {
    fn new() -> Awaited {
        Awaited(Mutex::new(Stage { is_given_up: false, cancel: None, has_ended: false }))
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an attempt run with a session, if anybody still waits for it.
    fn begins(&self, session: &mut Session) -> Result<()> {
        let mut stage = self.stage();
        stage.cancel = Some(session.cancel_handle());
        stage.goes_on()
    }

    /// From here on, to give it up changes nothing, unless there is another attempt.
    fn commits(&self) -> Result<()> {
        let mut stage = self.stage();
        stage.cancel = None;
        stage.goes_on()
    }

    /// Cancels one statement after the other until the work has ended.
    fn end(&self) {
        let [mut pause, longest] = PAUSES;
        loop {
            let stage = self.stage();
            if stage.has_ended {
                return;
            }
            // What it gives up would commit otherwise: the stage stays locked. A server that cannot be reached is asked again.
            if let Some(cancel) = &stage.cancel {
                let _ = cancel.cancel();
            }
            drop(stage);
            sleep(pause);
            pause = longest.min(pause * 2);
        }
    }
}

impl Stage {
    fn goes_on(&self) -> Result<()> {
        match self.is_given_up {
            // Nobody sees it: it ends work that nobody waits for.
            true => Err(Error::usage("the future of this unit of work was dropped: it is rolled back")),
            false => Ok(()),
        }
    }
}

/// Tells when dropped that the work has ended, by a panic too.
struct Working(Arc<Awaited>);

impl Drop for Working {
    fn drop(&mut self) {
        let mut stage = self.0.stage();
        stage.has_ended = true;
        stage.cancel = None;
    }
}

/// Gives the work up when dropped, as a future is.
struct Waiter(Arc<Awaited>);

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut stage = self.0.stage();
        stage.is_given_up = true;
        if stage.has_ended {
            return;
        }
        drop(stage);
        let awaited = Arc::clone(&self.0);
        // Not one of the runtime's threads, which may all be held up by what is to be cancelled. Without any, it ends by itself.
        let _ = Builder::new().name("onggi cancels".to_owned()).spawn(move || awaited.end());
    }
}

/// For asynchronous programs (feature `tokio`).
impl Database {
    /// Runs a unit of work as [`transaction`](Database::transaction) does, on a thread for blocking work of the tokio
    /// runtime that the caller is in.
    ///
    /// No more of them run at once than the pool has connections (`pool_size`). The others wait in turn without a thread, for
    /// as long as `pool_timeout`.
    ///
    /// A future that is dropped before it is ready gives its work up: what has not begun never runs, and of what runs the
    /// statements are cancelled ([`CancelHandle`]) and the transaction is rolled back. A commit that has been sent is not
    /// called back.
    ///
    /// # Errors
    ///
    /// Those of [`transaction`](Database::transaction); [`is_pool_timeout`](Error::is_pool_timeout) where its turn does not
    /// come in time; a caller outside of a runtime.
    ///
    /// # Panics
    ///
    /// Where the closure does, with its panic; in a runtime without a timer (`enable_time`).
    ///
    /// # Examples
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let db = Database::open("sqlite::memory:")?;
    /// db.create_tables(onggi::models![User])?;
    ///
    /// let name = String::from("Jane"); // what the closure needs is moved in
    /// db.run(move |session| {
    ///     session.add(User { name: name.clone(), ..Default::default() });
    ///     Ok(())
    /// }).await?;
    ///
    /// let names = db.run_read(|session| User::query().select(|user| user.name).all(session)).await?;
    /// assert_eq!(names, ["Jane"]);
    /// # Ok::<(), onggi::Error>(())
    /// # })?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_with(TransactionOptions::new(), work).await
    }

    /// Runs a unit of work as [`transaction_with`](Database::transaction_with) does, on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Database::run) and of [`transaction_with`](Database::transaction_with).
    ///
    /// # Panics
    ///
    /// As [`run`](Database::run) does.
    pub async fn run_with<T: Send + 'static>(
        &self,
        options: TransactionOptions,
        mut work: impl FnMut(&mut Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.clone();
        let run = move |awaited: &Awaited| {
            let work = |session: &mut Session| {
                awaited.begins(session)?;
                work(session)
            };
            db.unit_of_work(options, work, || awaited.commits())
        };
        self.enter(run).await
    }

    /// Runs a closure as [`read`](Database::read) does, on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Database::run) and of [`read`](Database::read).
    ///
    /// # Panics
    ///
    /// As [`run`](Database::run) does.
    pub async fn run_read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.clone();
        let run = move |awaited: &Awaited| {
            db.read(|session| {
                awaited.begins(session)?;
                work(session)
            })
        };
        self.enter(run).await
    }

    async fn enter<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Awaited) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let runtime = Handle::try_current().map_err(|_| {
            Error::usage("`run` needs a tokio runtime around it: `transaction` does the same without one")
        })?;
        let place = self.place().await?;
        let working = Working(Arc::new(Awaited::new()));
        let awaited = Arc::clone(&working.0);
        let task = runtime.spawn_blocking(move || {
            let result = work(&working.0);
            drop(working);
            drop(place);
            result
        });
        let waiter = Waiter(awaited);
        let done = task.await;
        drop(waiter);
        done.unwrap_or_else(|error| ended(error))
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.door.0).acquire_owned();
        match timeout(self.pool.timeout(), turn).await {
            Ok(Ok(place)) => Ok(place),
            // The door is never closed.
            Ok(Err(_)) | Err(_) => Err(self.pool.timed_out().into()),
        }
    }
}

/// What becomes of work that has no result.
fn ended<T>(error: JoinError) -> Result<T> {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Err(Error::usage("the tokio runtime was shut down before the unit of work could begin")),
    }
}

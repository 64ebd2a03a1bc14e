//! The door for asynchronous programs: units of work, on tokio's threads for blocking work.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
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

/// A unit of work that is waited for until its commit begins or it is given up, whichever is first.
struct Awaited {
    stage: AtomicU8,
    /// Ends what its session runs.
    cancel: Mutex<Option<CancelHandle>>,
}

const WAITED_FOR: u8 = 0;
const COMMITS: u8 = 1;
const GIVEN_UP: u8 = 2;
const ENDED: u8 = 3;

/// How long to wait from one statement that is cancelled to the next: the work may go on after an error.
const PAUSE: Duration = Duration::from_millis(20);

impl Awaited {
    fn new() -> Awaited {
        Awaited { stage: AtomicU8::new(WAITED_FOR), cancel: Mutex::new(None) }
    }

    fn cancel(&self) -> MutexGuard<'_, Option<CancelHandle>> {
        self.cancel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets it run with a session, if anybody still waits for it.
    fn begins(&self, session: &mut Session) -> Result<()> {
        *self.cancel() = Some(session.cancel_handle());
        match self.stage.load(Ordering::Acquire) {
            GIVEN_UP => Err(given_up()),
            _ => Ok(()),
        }
    }

    /// From here on, to give it up changes nothing.
    fn commits(&self) -> Result<()> {
        match self.goes_from(WAITED_FOR, COMMITS) {
            Err(GIVEN_UP) => Err(given_up()),
            _ => Ok(()),
        }
    }

    fn goes_from(&self, stage: u8, next: u8) -> std::result::Result<u8, u8> {
        self.stage.compare_exchange(stage, next, Ordering::AcqRel, Ordering::Acquire)
    }

    /// Cancels one statement after the other until the work has ended.
    fn end(&self) {
        while self.stage.load(Ordering::Acquire) == GIVEN_UP {
            let cancel = self.cancel().clone();
            // A server that cannot be reached has ended them itself, or is asked again.
            let _ = cancel.map(|cancel| cancel.cancel());
            sleep(PAUSE);
        }
    }
}

/// Nobody sees it: it ends work that nobody waits for.
fn given_up() -> Error {
    Error::usage("the future of this unit of work was dropped: it is rolled back")
}

/// Tells when dropped that the work has ended, by a panic too.
struct Working(Arc<Awaited>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.stage.store(ENDED, Ordering::Release);
    }
}

/// Gives the work up when dropped, as a future is.
struct Waiter {
    awaited: Arc<Awaited>,
    runtime: Handle,
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if self.awaited.goes_from(WAITED_FOR, GIVEN_UP).is_ok() {
            let awaited = Arc::clone(&self.awaited);
            // On a thread of its own, as a server is asked.
            self.runtime.spawn_blocking(move || awaited.end());
        }
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
        let waiter = Waiter { awaited, runtime };
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

//! Pools: how many connections there are, who gets one, for how long they are kept, and what is said when there is none.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::path::Path;
use std::sync::Mutex;
use std::thread;

use onggi_driver::{Error, Metrics, Pool};

fn memory(options: &str) -> Pool {
    Pool::open(&format!("sqlite::memory:?{options}")).unwrap()
}

fn file(folder: &Path, options: &str) -> Pool {
    Pool::open(&format!("sqlite://{}/jars.db?{options}", folder.display())).unwrap()
}

/// The error of a pool that has nothing to give.
fn none_is_left(pool: &Pool) -> Error {
    let error = pool.connect().unwrap_err();
    assert!(error.is_pool_timeout() && !error.is_open() && !error.is_busy(), "{error}");
    error
}

/// Lets other threads go on until so many wait.
fn until_waiting(pool: &Pool, count: usize) {
    while pool.metrics().waiting != count {
        thread::yield_now();
    }
}

fn assert_all_are_back(pool: &Pool) -> Metrics {
    let metrics = pool.metrics();
    assert_eq!((metrics.in_use, metrics.waiting), (0, 0));
    assert_eq!(metrics.open, metrics.idle);
    metrics
}

#[test]
fn there_are_never_more_than_its_size() {
    let pool = memory("pool_size=2&pool_timeout=0s");
    let (first, second) = (pool.connect().unwrap(), pool.connect().unwrap());
    none_is_left(&pool);
    none_is_left(&pool.clone());
    let metrics = pool.metrics();
    assert_eq!((metrics.size, metrics.open, metrics.in_use, metrics.idle), (2, 2, 2, 0));
    assert_eq!((metrics.checkouts, metrics.timeouts, metrics.created, metrics.closed), (3, 2, 2, 0));
    drop(first);
    let third = pool.connect().unwrap();
    none_is_left(&pool);
    drop((second, third));
    assert_eq!(assert_all_are_back(&pool).created, 2);
}

#[test]
fn the_size_is_sixteen_where_nothing_is_said() {
    assert_eq!(memory("").metrics().size, 16);
}

#[test]
fn who_waits_in_vain_hears_who_has_the_connections() {
    let pool = memory("pool_size=3&pool_timeout=20ms");
    let _own = [pool.connect().unwrap(), pool.connect().unwrap()];
    let other = thread::Builder::new().name("kimchi".into());
    let theirs = thread::scope(|scope| {
        let taken = other.spawn_scoped(scope, || pool.connect().unwrap()).unwrap();
        taken.join().unwrap()
    });
    let error = none_is_left(&pool).to_string();
    assert!(error.contains("within 20ms: all 3 are in use (option pool_size), and 0 others wait"), "{error}");
    assert!(error.contains("thread \"kimchi\": 1, for 0."), "{error}");
    assert!(error.contains(": 2, for 0."), "{error}");
    assert!(error.contains("This thread has 2 of them itself"), "{error}");

    let error = thread::scope(|scope| scope.spawn(|| none_is_left(&pool)).join().unwrap()).to_string();
    assert!(!error.contains("This thread"), "{error}");
    drop(theirs);
    pool.connect().unwrap();
}

#[test]
fn a_long_list_of_threads_is_cut() {
    let pool = memory("pool_size=12&pool_timeout=0s");
    let _taken: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(|| pool.connect().unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let error = none_is_left(&pool).to_string();
    assert!(error.ends_with(", and 4 other threads"), "{error}");
    assert_eq!(error.matches("ThreadId(").count(), 8, "{error}");
}

#[test]
fn who_comes_first_is_served_first() {
    const THREADS: usize = 12;
    let pool = memory("pool_size=1");
    let served = Mutex::new(Vec::new());
    let held = pool.connect().unwrap();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (pool, served) = (&pool, &served);
            scope.spawn(move || {
                let _connection = pool.connect().unwrap();
                served.lock().unwrap().push(number);
            });
            until_waiting(pool, number + 1);
        }
        // Whoever gives a connection back and wants one again stands behind those who wait.
        drop(held);
        let _connection = pool.connect().unwrap();
        assert_eq!(*served.lock().unwrap(), (0..THREADS).collect::<Vec<_>>());
    });
    assert_eq!(assert_all_are_back(&pool).created, 1);
}

#[test]
fn who_gives_up_waiting_is_not_waited_for() {
    let pool = memory("pool_size=1&pool_timeout=20ms");
    let held = pool.connect().unwrap();
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..3).map(|_| scope.spawn(|| none_is_left(&pool))).collect();
        waiting.into_iter().for_each(|thread| drop(thread.join().unwrap()));
    });
    drop(held);
    pool.connect().unwrap();
    assert_eq!(assert_all_are_back(&pool).timeouts, 3);
}

#[test]
fn panics_leave_no_connection_behind() {
    let pool = memory("pool_size=2&pool_timeout=0s");
    pool.connect().unwrap().run("CREATE TABLE jars (id INTEGER PRIMARY KEY)").unwrap();
    for _ in 0..10 {
        let panicked = thread::scope(|scope| {
            let work = scope.spawn(|| {
                let mut first = pool.connect().unwrap();
                let _second = pool.connect().unwrap();
                first.run("BEGIN IMMEDIATE").unwrap();
                first.run("INSERT INTO jars VALUES (1)").unwrap();
                panic!("in the middle of it");
            });
            work.join().is_err()
        });
        assert!(panicked);
    }
    let metrics = assert_all_are_back(&pool);
    assert_eq!((metrics.created, metrics.closed), (2, 0));
    pool.connect().unwrap().run("INSERT INTO jars VALUES (1)").unwrap();
}

#[test]
fn a_database_that_cannot_be_opened_takes_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jars.db");
    drop(file(folder.path(), ""));
    let pool = file(folder.path(), "mode=rw&pool_size=1&pool_idle=0s&pool_timeout=0s");
    std::fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
    for _ in 0..3 {
        assert!(pool.connect().unwrap_err().is_open());
        assert_all_are_back(&pool);
    }
    std::fs::rename(folder.path().join("elsewhere.db"), &path).unwrap();
    pool.connect().unwrap();
}

#[test]
fn connections_are_kept_as_long_as_the_options_say() {
    let folder = tempfile::tempdir().unwrap();
    for (options, created) in [
        ("", 1),
        ("pool_idle=off&pool_lifetime=off&pool_check=off", 1),
        ("pool_check=0s", 1),
        ("pool_idle=0s", 4),
        ("pool_lifetime=0s", 4),
    ] {
        let pool = file(folder.path(), options);
        for _ in 0..3 {
            pool.connect().unwrap();
        }
        let metrics = assert_all_are_back(&pool);
        assert_eq!((metrics.checkouts, metrics.created), (4, created), "{options}");
        assert_eq!(metrics.open as u64 + metrics.closed, created, "{options}");
    }
}

#[test]
fn many_threads_on_few_connections_all_go_on() {
    const ROUNDS: u64 = 200;
    let pool = memory("pool_size=8");
    let finished: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        let connection = pool.connect().unwrap();
                        assert!(pool.metrics().in_use <= 8);
                        drop(connection);
                    }
                    ROUNDS
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(finished.iter().sum::<u64>(), 64 * ROUNDS);
    let metrics = assert_all_are_back(&pool);
    assert_eq!((metrics.checkouts, metrics.timeouts), (64 * ROUNDS + 1, 0));
    assert!(metrics.created <= 8, "{metrics:?}");
}

//! A process that is killed in the middle of its commits loses nothing that it had committed, and leaves nothing half
//! written.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::process::{Child, ChildStdout, Command, Stdio};

use onggi::{Database, Id, Model, Pickled, Result, Session, sql};

/// How often the writing process is killed, on one database after another.
const ROUNDS: u64 = 24;

/// Names the database in the writing process, and tells it that it is one.
const URL: &str = "ONGGI_TEST_DURABILITY_URL";

/// Comes before the number of a commit, to tell it from the test harness's own output.
const COMMITTED: &str = "committed ";

/// What one transaction writes: this row, its items, and the ledger's only row.
#[derive(Clone, Debug, Default, Model)]
struct Batch {
    #[model(primary_key)]
    number: i64,
    size: i64,
    content: Pickled<Vec<i64>>,
}

#[derive(Clone, Debug, Default, Model)]
struct Item {
    id: Id<Item>,
    #[model(references(Batch))]
    batch: i64,
    after: Option<Id<Item>>,
    amount: i64,
    filling: Vec<u8>,
}

#[derive(Clone, Debug, Default, Model)]
struct Ledger {
    id: Id<Ledger>,
    last: i64,
    total: i64,
    #[model(version)]
    version: i64,
}

#[test]
fn killed_while_committing_nothing_is_lost_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in [
        ("wal", ""),
        ("delete", "?journal_mode=delete&synchronous=off"),
        ("truncate", "?journal_mode=truncate&synchronous=off"),
    ] {
        let url = format!("sqlite://{}{options}", folder.path().join(name).display());
        prepare(&url).unwrap();
        let mut before = 0;
        for round in 0..ROUNDS / 3 {
            before = kill_once(&url, before, &format!("{name}, round {round}"));
        }
        assert!(before > 0, "no commit was made in {name}");
    }
}

fn prepare(url: &str) -> Result<()> {
    let db = Database::open(url)?;
    db.create_tables(onggi::models![Item, Batch, Ledger])?;
    db.transaction(|session| {
        session.add(Ledger::default());
        Ok(())
    })
}

/// Kills the writing process at some moment, checks what it left, and gives the number of the last batch.
fn kill_once(url: &str, before: i64, place: &str) -> i64 {
    let mut writer = start(url);
    let mut output = BufReader::new(writer.stdout.take().unwrap());
    let mut acknowledged = before;
    for _ in 0..random(1..40) {
        acknowledged =
            next_commit(&mut output).unwrap_or_else(|| panic!("{place}: the writer ended by itself"));
    }
    // Somewhere in one of the next commits.
    for _ in 0..random(0..400_000) {
        std::hint::spin_loop();
    }
    writer.kill().unwrap();
    while let Some(number) = next_commit(&mut output) {
        acknowledged = number;
    }
    let status = writer.wait().unwrap();
    assert!(!status.success(), "{place}: the writer was to be killed");
    check(url, acknowledged, place)
}

/// Starts this program as the writing process.
fn start(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "write_until_killed", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The number of the next commit that the writing process told of. A number that was cut off was not told.
fn next_commit(output: &mut BufReader<ChildStdout>) -> Option<i64> {
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if let Some(number) = line.strip_suffix('\n').and_then(|line| line.strip_prefix(COMMITTED)) {
            return Some(number.parse().unwrap());
        }
        line.clear();
    }
    None
}

/// Compares the database with what was told: all of that, at most one transaction more, each whole.
fn check(url: &str, acknowledged: i64, place: &str) -> i64 {
    let db = Database::open(url).unwrap();
    let mut connection = db.connect().unwrap();
    let integrity: String = sql("PRAGMA integrity_check").one(&mut connection).unwrap();
    assert_eq!(integrity, "ok", "{place}");

    let ledger = connection.get_one::<Ledger>(1).unwrap();
    assert!(
        (acknowledged..=acknowledged + 1).contains(&ledger.last),
        "{place}: {acknowledged} were acknowledged, {} are there",
        ledger.last
    );
    let batches = Batch::query().order_by(|b| b.number).all(&mut connection).unwrap();
    let numbers: Vec<i64> = batches.iter().map(|batch| batch.number).collect();
    assert_eq!(numbers, (1..=ledger.last).collect::<Vec<_>>(), "{place}");
    let items = Item::query().order_by(|i| i.id).all(&mut connection).unwrap();
    assert_eq!(items.iter().map(|item| item.amount).sum::<i64>(), ledger.total, "{place}");
    assert_eq!(ledger.version, ledger.last, "{place}");
    for batch in &batches {
        check_batch(batch, items.iter().filter(|item| item.batch == batch.number), place);
    }
    ledger.last
}

fn check_batch<'i>(batch: &Batch, items: impl Iterator<Item = &'i Item>, place: &str) {
    let items: Vec<&Item> = items.collect();
    let amounts: Vec<i64> = items.iter().map(|item| item.amount).collect();
    assert_eq!(amounts, *batch.content, "{place}: batch {}", batch.number);
    assert_eq!(i64::try_from(amounts.len()), Ok(batch.size), "{place}: batch {}", batch.number);
    for pair in items.windows(2) {
        assert_eq!(pair[1].after, Some(pair[0].id), "{place}: batch {}", batch.number);
    }
    assert!(items.iter().all(|item| item.filling == filling(item.amount)), "{place}: batch {}", batch.number);
}

/// The writing process: commits until it is killed. Without its variable it is a test of one transaction.
#[test]
fn write_until_killed() {
    let Ok(url) = std::env::var(URL) else {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("once").display());
        prepare(&url).unwrap();
        let db = Database::open(&url).unwrap();
        assert_eq!(db.transaction(write_batch).unwrap(), 1);
        assert_eq!(check(&url, 1, "without a kill"), 1);
        return;
    };
    let db = Database::open(&url).unwrap();
    let mut session = db.session().unwrap();
    loop {
        // By turns in the closure form and in a session that lives on.
        let number = if random(0..2) == 0 {
            session.rollback().unwrap();
            db.transaction(write_batch).unwrap()
        } else {
            let number = write_batch(&mut session).unwrap();
            session.commit().unwrap();
            number
        };
        let mut output = std::io::stdout();
        writeln!(output, "{COMMITTED}{number}").unwrap();
        output.flush().unwrap();
    }
}

/// Changes a batch's worth of related rows, not yet committed.
fn write_batch(session: &mut Session) -> Result<i64> {
    let ledger = Ledger::query().one(session)?;
    let number = session[ledger].last + 1;
    let size = i64::try_from(random(1..30)).expect("a small number");
    let content: Vec<i64> = (0..size).map(|position| number * 100 + position).collect();
    let mut after = None;
    for &amount in &content {
        let item = Item { batch: number, after, amount, filling: filling(amount), ..Default::default() };
        after = session.add(item).into();
    }
    session[ledger].last = number;
    session[ledger].total += content.iter().sum::<i64>();
    session.add(Batch { number, size, content: Pickled(content) });
    Ok(number)
}

/// Enough bytes for a row to need pages of its own.
fn filling(amount: i64) -> Vec<u8> {
    let length = usize::try_from(amount % 7 * 700).expect("amounts are positive");
    amount.to_le_bytes().into_iter().cycle().take(length).collect()
}

fn random(range: Range<u64>) -> u64 {
    range.start + RandomState::new().build_hasher().finish() % (range.end - range.start)
}

//! Random transfers by many at once, while connections are ended and statements fail.

use std::sync::atomic::AtomicBool;

use super::*;

/// Numbers that follow from a first one.
struct Random(u64);

impl Random {
    /// One below a limit.
    fn below(&mut self, limit: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % limit.unsigned_abs()).unwrap()
    }
}

const ACCOUNTS: i64 = 6;
const THREADS: i64 = 6;
const TRANSFERS: i64 = 8;

/// What the caller of a transfer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Done,
    Failed,
    Unknown,
}

fn rounds() -> u64 {
    std::env::var("ONGGI_FAULT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(50)
}

/// A transfer with what may go wrong in it.
fn attempt(bank: &Bank, number: i64, random: &mut Random) -> Told {
    let source = 1 + random.below(ACCOUNTS);
    let target = 1 + (source + random.below(ACCOUNTS - 1)) % ACCOUNTS;
    let (amount, fault) = (1 + random.below(50), random.below(8));
    let done = bank.db.transaction(|session| {
        if fault == 1 {
            let failed = session.savepoint(|session| {
                transfer(session, -number, target, source, 7)?;
                sql("SELECT * FROM there_is_no_such_table").execute(session)
            });
            // Only the part is undone, unless the transaction itself is over.
            failed
                .err()
                .filter(|error| error.is_lost() || error.is_serialization_failure())
                .map_or(Ok(()), Err)?;
        }
        transfer(session, number, source, target, amount)?;
        match fault {
            2 => Err(Error::other("on second thoughts")),
            3 => sql("SELECT * FROM there_is_no_such_table").execute(session).map(drop),
            _ => Ok(()),
        }
    });
    match done {
        Ok(()) => Told::Done,
        Err(error) if error.is_outcome_unknown() => Told::Unknown,
        Err(_) => Told::Failed,
    }
}

fn round(bank: &Bank, round: u64) -> Vec<(i64, Told)> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random(round * 7919 + 1);
            while !over.load(Ordering::Relaxed) {
                // Whoever is hit is in any state: waiting, idle, in the middle of a commit.
                let which = random.below(5);
                bank.connections().into_iter().filter(|number| number % 5 == which).for_each(bank.ends());
                thread::yield_now();
            }
        });
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let first = (i64::try_from(round).unwrap() * THREADS + thread) * TRANSFERS + 1;
                    let mut random = Random(first.unsigned_abs() * 104_729);
                    let numbers = first..first + TRANSFERS;
                    numbers.map(|number| (number, attempt(bank, number, &mut random))).collect::<Vec<_>>()
                })
            })
            .collect();
        let told = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        over.store(true, Ordering::Relaxed);
        told
    })
}

#[test]
fn no_money_is_made_or_lost_while_connections_break_and_statements_fail() {
    let accounts = usize::try_from(ACCOUNTS).unwrap();
    at_each(accounts, "pool_size=4&pool_check=0s", |bank| {
        let mut told = Vec::new();
        for number in 0..rounds() {
            told.extend(round(bank, number));
            bank.assert_nothing_leaked();
        }
        bank.until_alone();
        assert_eq!(bank.total(), ACCOUNTS * START);
        assert_done_once_or_not_at_all(bank, &told);
        let count = |which: Told| told.iter().filter(|(_, told)| *told == which).count();
        let (done, failed) = (count(Told::Done), count(Told::Failed));
        let closed = bank.db.pool_metrics().closed;
        println!(
            "{done} done, {failed} failed, {} unknown; {closed} connections were closed",
            count(Told::Unknown)
        );
        assert!(done > 0 && failed > 0 && closed > 0);
    });
}

/// Compares what callers were told with what is written.
fn assert_done_once_or_not_at_all(bank: &Bank, told: &[(i64, Told)]) {
    let written = bank.numbers();
    for (number, told) in told {
        // They are sorted.
        let from = written.partition_point(|other| other < number);
        let count = written[from..].iter().take_while(|other| *other == number).count();
        match told {
            Told::Done => assert_eq!(count, 1, "transfer {number} was done"),
            Told::Failed => assert_eq!(count, 0, "transfer {number} failed"),
            Told::Unknown => assert!(count <= 1, "transfer {number} may have been done once"),
        }
    }
    let transfers: Vec<Transfer> = Transfer::query().all(&mut bank.db.connect().unwrap()).unwrap();
    let accounts: Vec<Account> = Account::query().all(&mut bank.db.connect().unwrap()).unwrap();
    for account in accounts {
        let key = account.id.key().unwrap();
        let sum = |end: fn(&Transfer) -> i64| {
            let moved = transfers.iter().filter(|transfer| end(transfer) == key);
            moved.map(|transfer| transfer.amount).sum::<i64>()
        };
        assert_eq!(account.balance, START - sum(|t| t.source) + sum(|t| t.target), "account {key}");
    }
}

/// What this process has in memory, in MB, where the system tells.
fn memory() -> Option<i64> {
    let said = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = said.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.trim().split(' ').next()?.parse::<i64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// With `ONGGI_FAULT_RUNS=1000` it takes a minute or so.
#[test]
fn sixty_four_threads_on_a_pool_of_eight_all_go_on() {
    const THREADS: i64 = 64;
    let each: i64 = 20 * i64::try_from(rounds().max(50) / 50).unwrap();
    at_each(usize::try_from(THREADS).unwrap(), "pool_size=8", |bank| {
        let left = AtomicI64::new(THREADS * each);
        let half_way = Mutex::new(None);
        let work = |key: i64| {
            let options = TransactionOptions::new().isolation(Isolation::ReadCommitted);
            let mut done = 0;
            loop {
                let now = left.fetch_sub(1, Ordering::Relaxed);
                if now <= 0 {
                    return done;
                }
                if now == THREADS * each / 2 {
                    *half_way.lock().unwrap() = memory();
                }
                let added = bank.db.transaction_with(options, |session| {
                    let account = session.get_one::<Account>(key)?;
                    session[account].balance += 1;
                    Ok(())
                });
                added.unwrap();
                done += 1;
            }
        };
        let done: Vec<i64> = thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> = (1..=THREADS).map(|key| scope.spawn(move || work(key))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(done.iter().sum::<i64>(), THREADS * each);
        assert_eq!(bank.total(), THREADS * (START + each));
        assert!(done.iter().all(|&done| done >= each / 2), "everybody has a turn: {done:?}");
        assert_eq!(bank.db.pool_metrics().timeouts, 0);
        bank.assert_nothing_leaked();
        if let (Some(before), Some(now)) = (*half_way.lock().unwrap(), memory()) {
            println!("{before} MB half way, {now} at the end");
            assert!(now <= before + 16, "memory grew from {before} to {now} MB");
        }
    });
}

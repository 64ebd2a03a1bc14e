//! Python and a session at work on the same file.

use super::*;

#[derive(Clone, Debug, Default, Model)]
struct Counter {
    id: Id<Counter>,
    count: i64,
    history: Pickled<Vec<i64>>,
}

fn kitchen_with_counter() -> (Kitchen, Database) {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Counter]).unwrap();
    db.connect().unwrap().insert(&mut Counter::default()).unwrap();
    (kitchen, db)
}

#[test]
fn python_reads_the_last_commit_while_a_session_writes() {
    let (kitchen, db) = kitchen_with_counter();
    let reads = "print(*db.execute('SELECT count FROM counter').fetchone(), db.execute('PRAGMA journal_mode').fetchone()[0])";
    let mut session = db.session().unwrap();
    let counter = session.get_one::<Counter>(1).unwrap();
    session[counter].count = 1;
    session.flush().unwrap();
    let Some(printed) = kitchen.python(reads) else { return };
    assert_eq!(printed, "0 wal\n");
    session.commit().unwrap();
    assert_eq!(kitchen.python(reads).unwrap(), "1 wal\n");
}

#[test]
fn a_session_sees_what_python_commits() {
    let (kitchen, db) = kitchen_with_counter();
    let mut session = db.session().unwrap();
    let counter = session.get_one::<Counter>(1).unwrap();
    session.commit().unwrap();
    let writes = "db.execute('UPDATE counter SET count = 5, history = ?', (pickle.dumps([1, 4]),))";
    if kitchen.python(writes).is_none() {
        return;
    }
    session.refresh(counter).unwrap();
    assert_eq!((session[counter].count, &session[counter].history.0), (5, &vec![1, 4]));

    // In its transaction the session sees one state, and may not write past what Python does meanwhile.
    assert!(kitchen.python("db.execute('UPDATE counter SET count = 6')").is_some());
    session.refresh(counter).unwrap();
    assert_eq!(session[counter].count, 5);
    session[counter].count = 7;
    assert!(session.commit().unwrap_err().is_serialization_failure());
    session.rollback().unwrap();
    session.refresh(counter).unwrap();
    assert_eq!(session[counter].count, 6);
}

#[test]
fn python_and_transactions_here_lose_no_update_of_each_other() {
    const ROUNDS: i64 = 40;
    let (kitchen, db) = kitchen_with_counter();
    let counts = format!(
        "
for _ in range({ROUNDS}):
    db.execute('BEGIN IMMEDIATE')
    count, history = db.execute('SELECT count, history FROM counter').fetchone()
    history = pickle.loads(history) + [-1]
    db.execute('UPDATE counter SET count = ?, history = ?', (count + 1, pickle.dumps(history)))
    db.execute('COMMIT')
print('done')
"
    );
    let python = std::thread::scope(|scope| {
        let python = scope.spawn(|| kitchen.python(&counts));
        for round in 0..ROUNDS {
            let counted = db.transaction(|session| {
                let counter = session.get_one::<Counter>(1)?;
                session[counter].count += 1;
                session[counter].history.push(round);
                Ok(())
            });
            counted.unwrap();
        }
        python.join().unwrap()
    });
    if python.is_none() {
        return;
    }
    let counter = db.connect().unwrap().get_one::<Counter>(1).unwrap();
    assert_eq!(counter.count, 2 * ROUNDS);
    let here: Vec<i64> = counter.history.iter().copied().filter(|&entry| entry >= 0).collect();
    assert_eq!(here, (0..ROUNDS).collect::<Vec<_>>());
    assert_eq!(i64::try_from(counter.history.len()), Ok(2 * ROUNDS));
}

//! Rows that are written many at a time, by statements that are not those of one row.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi::{Field, Handle, Id, Json, Model, Result, Session};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Account {
    id: Id<Account>,
    owner: String,
    balance: i64,
    #[model(version)]
    version: i32,
}

/// More than go into one statement where that is better.
const MANY: i64 = 300;

/// A session that has loaded many accounts in an earlier transaction.
fn many_accounts(harness: &Harness) -> Result<(Session, Vec<Handle<Account>>)> {
    harness.create(onggi::models![Account])?;
    let mut connection = harness.connect()?;
    let owners = (1..=MANY).map(|number| Account { balance: number, ..Default::default() });
    connection.insert_all(&mut owners.collect::<Vec<_>>())?;
    let mut session = harness.session()?;
    let loaded = Account::query().order_by(|a| a.id).all(&mut session)?;
    session.commit()?;
    Ok((session, loaded))
}

pub fn of_many_updates_the_stale_one_is_named_and_nothing_is_written(harness: &Harness) -> Result<()> {
    let (mut session, loaded) = many_accounts(harness)?;
    let mut theirs = harness.connect()?.get_one::<Account>(70)?;
    theirs.balance = 0;
    harness.connect()?.update(&mut theirs)?;
    for &account in &loaded {
        session[account].balance += 1_000;
        session[account].owner = format!("owner of {}", session[account].balance);
    }
    let error = session.flush().expect_err("somebody else wrote one of the accounts");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("updating account with id 70: somebody else"), "{error}");
    let sum = |of: Vec<Account>| of.iter().map(|account| account.balance).sum::<i64>();
    assert_eq!(sum(harness.rows()?), MANY * (MANY + 1) / 2 - 70);
    session.refresh(loaded[69])?;
    session[loaded[69]].balance = 1_070;
    session.commit()?;
    let rows = harness.rows::<Account>()?;
    assert_eq!(rows[0], Account { id: 1.into(), owner: "owner of 1001".into(), balance: 1_001, version: 1 });
    assert_eq!((rows[69].version, session[loaded[69]].version), (2, 2));
    assert_eq!(sum(rows), MANY * (MANY + 1) / 2 + 1_000 * MANY);
    Ok(())
}

pub fn of_many_deletions_the_stale_one_is_named_and_nothing_is_deleted(harness: &Harness) -> Result<()> {
    let (mut session, loaded) = many_accounts(harness)?;
    harness.connect()?.update(&mut harness.connect()?.get_one::<Account>(200)?)?;
    for &account in &loaded[..250] {
        session.delete(account)?;
    }
    let error = session.flush().expect_err("somebody else wrote one of the accounts");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("deleting account with id 200: somebody else"), "{error}");
    assert_eq!(harness.rows::<Account>()?.len(), 300);
    session.rollback()?;
    session.refresh(loaded[199])?;
    for &account in &loaded[..250] {
        session.delete(account)?;
    }
    session.commit()?;
    assert_eq!(harness.rows::<Account>()?.len(), 50);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(check = "weight < 1000")]
struct Seat {
    id: Id<Seat>,
    #[model(unique)]
    place: i64,
    weight: i64,
}

/// Each seat gets the place that the one before it gives up.
pub fn unique_values_move_on_from_row_to_row(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Seat])?;
    let mut session = harness.session()?;
    session.add_all((1..=MANY).map(|place| Seat { place, ..Default::default() }));
    session.commit()?;
    for seat in Seat::query().order_by(|s| s.id).all(&mut session)? {
        session[seat].place -= 1;
    }
    session.commit()?;
    let places: Vec<i64> = harness.rows::<Seat>()?.iter().map(|seat| seat.place).collect();
    assert_eq!(places, (0..MANY).collect::<Vec<_>>());
    Ok(())
}

/// More than one statement takes: what one does not find says nothing of the next.
pub fn of_many_deletions_those_that_are_gone_already_keep_none_back(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Seat])?;
    let mut session = harness.session()?;
    let seats: Vec<Handle<Seat>> =
        session.add_all((1..=3 * MANY).map(|place| Seat { place, ..Default::default() }));
    session.commit()?;
    Seat::query().filter(|s| s.place.is_in([10, 20])).delete(&mut harness.connect()?)?;
    for seat in seats {
        session.delete(seat)?;
    }
    session.commit()?;
    assert_eq!(harness.rows::<Seat>()?, []);
    Ok(())
}

pub fn of_many_updates_one_that_is_refused_is_not_written_nor_the_others(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Seat])?;
    let mut session = harness.session()?;
    session.add_all((1..=MANY).map(|place| Seat { place, ..Default::default() }));
    session.commit()?;
    let seats = Seat::query().order_by(|s| s.id).all(&mut session)?;
    for (&seat, weight) in seats.iter().zip(801..) {
        session[seat].weight = weight;
    }
    let error = session.flush().expect_err("seats that are too heavy");
    assert!(error.is_check_violation(), "{error}");
    assert!(error.to_string().starts_with("updating "), "{error}");
    session.rollback()?;
    assert!(harness.rows::<Seat>()?.iter().all(|seat| seat.weight == 0));
    Ok(())
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Field)]
enum Mood {
    #[default]
    Calm,
    Wild,
}

/// A column of each type, of which some may be NULL.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Thing {
    #[model(primary_key)]
    key: i64,
    flag: bool,
    tiny: i8,
    short: i16,
    int: i32,
    unsigned: u32,
    wide: u64,
    widest: i128,
    single: f32,
    double: f64,
    #[model(unique)]
    text: String,
    bytes: Vec<u8>,
    day: NaiveDate,
    hour: NaiveTime,
    moment: NaiveDateTime,
    stamp: DateTime<Utc>,
    uuid: Uuid,
    amount: Decimal,
    json: Json<Vec<i32>>,
    mood: Mood,
    maybe_long: Option<i64>,
    maybe_text: Option<String>,
    maybe_stamp: Option<DateTime<Utc>>,
    maybe_amount: Option<Decimal>,
}

fn thing(key: i64) -> Thing {
    let moment =
        NaiveDate::from_ymd_opt(1969, 7, 20).and_then(|day| day.and_hms_micro_opt(20, 17, 40, 123_456));
    let moment = moment.expect("a moment");
    let thing = Thing { key, text: format!("the {key}th"), ..Default::default() };
    match key % 3 {
        0 => Thing { bytes: vec![0, 255], single: -1.5, ..thing },
        1 => Thing {
            flag: true,
            tiny: i8::MIN,
            short: i16::MIN,
            int: i32::MIN,
            unsigned: u32::MAX,
            wide: i64::MAX.unsigned_abs(),
            widest: i64::MIN.into(),
            single: f32::MAX,
            double: f64::MIN_POSITIVE,
            text: format!("{key} 김치 \\ ' \" \t\n \\N"),
            bytes: vec![0; 300],
            day: moment.date(),
            hour: moment.time(),
            moment,
            stamp: moment.and_utc(),
            uuid: Uuid::max(),
            amount: Decimal::new(-1_234_567_890_123_456_789, 9),
            json: Json(vec![1, 2, 3]),
            mood: Mood::Wild,
            maybe_long: Some(i64::MIN),
            maybe_text: Some(String::new()),
            maybe_stamp: Some(DateTime::UNIX_EPOCH),
            maybe_amount: Some(Decimal::new(5, 1)),
            ..thing
        },
        _ => Thing { tiny: i8::MAX, short: i16::MAX, int: i32::MAX, widest: i64::MAX.into(), ..thing },
    }
}

pub fn values_of_all_types_are_kept(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Thing])?;
    let mut things: Vec<Thing> = (0..MANY).map(thing).collect();
    let mut connection = harness.connect()?;
    connection.insert_all(&mut things)?;
    assert_eq!(harness.rows::<Thing>()?, things);
    let mut session = harness.session()?;
    session.add_all((MANY..2 * MANY).map(thing));
    session.commit()?;
    assert_eq!(harness.rows::<Thing>()?, (0..2 * MANY).map(thing).collect::<Vec<_>>());
    // Each row becomes what the one before it was, but for its key and text.
    let handles = Thing::query().order_by(|t| t.key).all(&mut session)?;
    let became = |key: i64| {
        let Thing { key, text, .. } = thing(key);
        Thing { key, text, ..thing(key + 1) }
    };
    for (&handle, key) in handles.iter().zip(0..) {
        session[handle] = became(key);
    }
    session.commit()?;
    assert_eq!(harness.rows::<Thing>()?, (0..2 * MANY).map(became).collect::<Vec<_>>());
    // The same statements, with values that take more room.
    for text in [None, Some("x".to_owned()), Some("y".repeat(3_000))] {
        for &handle in &handles {
            session[handle].maybe_text.clone_from(&text);
        }
        session.commit()?;
        let texts: Vec<Option<String>> = harness.rows()?.into_iter().map(|t: Thing| t.maybe_text).collect();
        assert_eq!(texts, vec![text; handles.len()]);
    }
    for handle in handles {
        session.delete(handle)?;
    }
    session.commit()?;
    assert_eq!(harness.rows::<Thing>()?, []);
    Ok(())
}

pub fn of_new_rows_with_keys_one_that_is_refused_is_not_written_nor_the_others(
    harness: &Harness,
) -> Result<()> {
    harness.create(onggi::models![Thing])?;
    let mut connection = harness.connect()?;
    let mut things: Vec<Thing> = (0..MANY).map(thing).collect();
    things[120].text = thing(7).text;
    let error = connection.insert_all(&mut things).expect_err("a text twice");
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!((error.table(), error.columns()), (Some("thing"), vec!["text"]));
    things[120].text = "another".into();
    things[121].key = 0;
    let error = connection.insert_all(&mut things).expect_err("a key twice");
    assert_eq!((error.table(), error.columns()), (Some("thing"), vec!["key"]));
    things[121].key = 121;
    things[299].stamp += chrono::TimeDelta::nanoseconds(1);
    if !harness.keeps_nanoseconds() {
        let error = connection.insert_all(&mut things).expect_err("a moment that is too fine");
        assert!(error.is_value(), "{error}");
        assert!(error.to_string().contains("thing with key 299: thing.stamp: "), "{error}");
    }
    assert_eq!(harness.rows::<Thing>()?, []);
    // Inside of a transaction it goes on.
    things[299] = thing(299);
    things[5].key = 4;
    connection.transaction(|connection| {
        connection.insert(&mut thing(1_000))?;
        let error = connection.insert_all(&mut things).expect_err("a key twice");
        assert!(error.is_unique_violation(), "{error}");
        things[5].key = 5;
        connection.insert_all(&mut things)
    })?;
    assert_eq!(harness.rows::<Thing>()?.len(), 301);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Ticket {
    id: Id<Ticket>,
    seat: Id<Seat>,
}

pub fn new_rows_with_keys_refer_to_others(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Seat, Ticket])?;
    let mut session = harness.session()?;
    session.add_all((1..=MANY).map(|place| Seat { id: place.into(), place, weight: 0 }));
    let ticket = |seat: i64| Ticket { id: (1_000 + seat).into(), seat: seat.into() };
    session.add_all((1..=MANY).map(ticket));
    session.commit()?;
    // Generated keys go on behind them.
    let next = session.add(Ticket { seat: 1.into(), ..Default::default() });
    session.commit()?;
    assert_eq!(session[next].id.key(), Some(1_000 + MANY + 1));
    session.add_all((2..=MANY).map(|seat| Ticket { id: (5_000 + seat).into(), seat: (seat + 1).into() }));
    let error = session.flush().expect_err("a seat that is not there");
    assert!(error.is_foreign_key_violation(), "{error}");
    session.rollback()?;
    assert_eq!(harness.rows::<Ticket>()?.len(), 301);
    Ok(())
}

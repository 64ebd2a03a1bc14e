//! Numbers and moments keep all their digits when they are computed with.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi::{Id, Model, Result, Selection};
use rust_decimal::Decimal;

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Entry {
    id: Id<Entry>,
    at: NaiveDateTime,
    seen: DateTime<Utc>,
    count: u64,
    value: f64,
    short: f32,
}

/// At the last microsecond of 29 February 2024, with numbers that few digits do not tell from others.
fn selected<S: Selection>(
    harness: &Harness,
    selection: impl FnOnce(EntryColumns) -> S,
) -> Result<S::Item<onggi::Plain>> {
    harness.create(onggi::models![Entry])?;
    let at = last_moment();
    let count = 9_223_372_036_854_775_807;
    let entry = Entry {
        at,
        seen: at.and_utc(),
        count,
        value: 123_456_789_012.345_67,
        short: 16_777_216.0,
        ..Default::default()
    };
    harness.insert([entry])?;
    Entry::query().select(selection).one(&mut harness.connect()?)
}

fn last_moment() -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day");
    day.and_hms_micro_opt(23, 59, 59, 999_999).expect("a time")
}

pub fn moments_keep_their_fractions_when_they_are_converted(harness: &Harness) -> Result<()> {
    let found = selected(harness, |e| {
        let times = (e.at.cast::<NaiveTime>(), e.seen.cast::<NaiveTime>());
        (times, e.at.cast::<DateTime<Utc>>(), e.seen.cast::<NaiveDateTime>(), e.at.cast::<NaiveDateTime>())
    })?;
    let at = last_moment();
    assert_eq!(found, ((at.time(), at.time()), at.and_utc(), at, at));
    Ok(())
}

pub fn days_are_added_to_the_day_of_a_moment(harness: &Harness) -> Result<()> {
    let found = selected(harness, |e| (e.at.add_days(1), e.seen.add_days(-1), e.at.date()))?;
    let days = [(2024, 3, 1), (2024, 2, 28), (2024, 2, 29)];
    let [next, before, same] = days.map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
    assert_eq!((Some(found.0), Some(found.1), Some(found.2)), (next, before, same));
    Ok(())
}

pub fn great_numbers_without_a_sign_are_divided_exactly(harness: &Harness) -> Result<()> {
    let found =
        selected(harness, |e| (e.count / 2_u64, e.count % 10_u64, e.count / 9_223_372_036_854_775_806_u64))?;
    assert_eq!(found, (4_611_686_018_427_387_903, 7, 1));
    Ok(())
}

pub fn floats_are_rounded_and_converted_with_all_their_digits(harness: &Harness) -> Result<()> {
    let found = selected(harness, |e| {
        (e.value.round_to(4), e.short.round_to(1), e.value.cast::<Decimal>(), e.short.cast::<Decimal>())
    })?;
    let decimals = (Decimal::new(12_345_678_901_234_567, 5), Decimal::new(16_777_216, 0));
    assert_eq!(found, (123_456_789_012.345_7, 16_777_216.0, decimals.0, decimals.1));
    Ok(())
}

//! Numbers of different types beside each other, as one type holds all values of both.

use onggi::{Id, Model, Result, expr};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Stock {
    id: Id<Stock>,
    tiny: u8,
    pieces: i32,
    count: u32,
    sold: i64,
    total: u64,
    rest: Option<i16>,
    single: f32,
    double: f64,
}

fn stock(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Stock])?;
    let least =
        Stock { pieces: i32::MIN, sold: -(1 << 60), single: -0.5, double: -0.1, ..Default::default() };
    let some = Stock {
        tiny: 200,
        pieces: 7,
        count: u32::MAX,
        sold: 7,
        total: 7,
        rest: Some(-3),
        single: 0.5,
        double: 7.0,
        ..Default::default()
    };
    let most = Stock {
        tiny: u8::MAX,
        pieces: i32::MAX,
        count: 0,
        sold: 1 << 60,
        total: (1 << 60) + 1,
        rest: Some(i16::MAX),
        single: 16_777_216.0,
        double: 2_147_483_647.0,
        ..Default::default()
    };
    harness.insert([least, some, most])?;
    Ok(())
}

pub fn numbers_of_different_types_are_compared(harness: &Harness) -> Result<()> {
    stock(harness)?;
    let mut connection = harness.connect()?;
    let mut keys = |query: onggi::Query<Stock>| -> Result<Vec<i64>> {
        let keys = query.order_by(|s| s.id).select(|s| s.id).all(&mut connection)?;
        Ok(keys.iter().filter_map(Id::key).collect())
    };
    let all = Stock::query;
    assert_eq!(keys(all().filter(|s| s.pieces.eq(s.sold)))?, [2]);
    assert_eq!(keys(all().filter(|s| s.sold.gt(s.pieces)))?, [3]);
    assert_eq!(keys(all().filter(|s| s.count.gt(s.sold)))?, [1, 2]);
    assert_eq!(keys(all().filter(|s| s.sold.lt(s.total)))?, [1, 3]);
    assert_eq!(keys(all().filter(|s| s.total.ne(s.pieces)))?, [1, 3]);
    assert_eq!(keys(all().filter(|s| s.tiny.ge(s.rest)))?, [2]);
    assert_eq!(keys(all().filter(|s| s.rest.is_distinct_from(s.tiny)))?, [1, 2, 3]);
    assert_eq!(keys(all().filter(|s| s.double.gt(s.single)))?, [1, 2, 3]);
    assert_eq!(keys(all().filter(|s| s.pieces.eq(s.double)))?, [2, 3]);
    assert_eq!(keys(all().filter(|s| s.single.lt(s.pieces)))?, [2, 3]);
    assert_eq!(keys(all().filter(|s| s.pieces.between(s.rest, s.sold)))?, [2, 3]);
    assert_eq!(keys(all().filter(expr!(|s| s.pieces + s.sold > s.count && s.double >= s.tiny)))?, [3]);
    Ok(())
}

pub fn numbers_of_different_types_are_combined(harness: &Harness) -> Result<()> {
    stock(harness)?;
    let mut connection = harness.connect()?;
    let sums: Vec<i64> =
        Stock::query().order_by(|s| s.id).select(|s| s.pieces - s.count).all(&mut connection)?;
    assert_eq!(sums, [i64::from(i32::MIN), 7 - i64::from(u32::MAX), i64::from(i32::MAX)]);
    let sums: Vec<i64> =
        Stock::query().order_by(|s| s.id).select(|s| s.sold + s.pieces).all(&mut connection)?;
    assert_eq!(sums[1..], [14, (1 << 60) + i64::from(i32::MAX)]);
    let sums: Vec<Option<i32>> = Stock::query()
        .order_by(|s| s.id)
        .select(|s| s.pieces * 2 / 2 - s.rest)
        .filter(|s| s.id.eq(Id::from(2)))
        .all(&mut connection)?;
    assert_eq!(sums, [Some(10)]);
    let floats: Vec<(f64, f64)> = Stock::query()
        .order_by(|s| s.id)
        .select(|s| (s.pieces * s.single, s.single + s.double))
        .all(&mut connection)?;
    assert_eq!(floats[0].0, 1_073_741_824.0);
    assert_eq!(floats[1], (3.5, 7.5));
    let totals: Vec<u64> =
        Stock::query().order_by(|s| s.id).select(|s| s.total + s.tiny).all(&mut connection)?;
    assert_eq!(totals, [0, 207, (1 << 60) + 256]);
    let chosen: Vec<(i64, i64, i32)> = Stock::query()
        .filter(|s| s.id.eq(Id::from(2)))
        .select(|s| (s.pieces.greatest(s.count), s.pieces.least(s.sold), s.rest.coalesce(s.pieces)))
        .all(&mut connection)?;
    assert_eq!(chosen, [(i64::from(u32::MAX), 7, -3)]);
    let grouped: Vec<i64> = Stock::query()
        .filter(expr!(|s| s.count + s.tiny > 0))
        .order_by(|s| s.id)
        .select(expr!(|s| 2 * s.sold + s.pieces))
        .all(&mut connection)?;
    assert_eq!(grouped, [21, (1 << 61) + i64::from(i32::MAX)]);
    Ok(())
}

//! What raw rows hold is each database's own: the table in `docs/databases.md`.

use onggi::{Error, Id, Model, Result, RowMap, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, Model)]
struct Thing {
    id: Id<Thing>,
    flag: bool,
    number: i32,
    big: i64,
    large: u64,
    price: rust_decimal::Decimal,
    day: chrono::NaiveDate,
    uuid: uuid::Uuid,
    document: onggi::Json<Vec<i64>>,
    bytes: Vec<u8>,
}

const VALUES: &str = "SELECT flag, number = 0 AS truth, number, large, price, day, uuid, document, bytes, NULL AS none \
    FROM thing";
const SUMS: &str =
    "SELECT count(*), sum(number) AS s, sum(big) AS b, sum(price) AS p, avg(number) AS m FROM thing";

/// The kinds of the values of a row, and those of sums over it.
pub fn kinds(on: &Harness) -> Result<[Vec<String>; 2]> {
    on.create(onggi::models![Thing])?;
    let price = "1.50".parse().map_err(Error::other)?;
    on.insert([Thing { flag: true, price, ..Default::default() }])?;
    let kinds = |text: &str| -> Result<Vec<String>> {
        let row: RowMap = sql(text).one(&mut on.connect()?)?;
        Ok(row.iter().map(|(_, value)| value.as_ref().kind().to_owned()).collect())
    };
    Ok([kinds(VALUES)?, kinds(SUMS)?])
}

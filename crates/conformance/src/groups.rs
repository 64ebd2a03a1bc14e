//! Groups, aggregates and windows.

use onggi::{
    Bound, Id, Model, Result, count_rows, cume_dist, dense_rank, ntile, percent_rank, rank, row_number,
};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Sale {
    id: Id<Sale>,
    shop: String,
    city: Option<String>,
    amount: i64,
}

/// In shop A 10, 20, 20 (Seoul, Seoul, none), in shop B 5 (Busan).
fn sales(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Sale])?;
    let sale = |shop: &str, city: Option<&str>, amount| Sale {
        shop: shop.into(),
        city: city.map(str::to_owned),
        amount,
        ..Default::default()
    };
    let all = [sale("A", Some("Seoul"), 10), sale("A", Some("Seoul"), 20), sale("A", None, 20)];
    harness.insert(all)?;
    harness.insert([sale("B", Some("Busan"), 5)]).map(drop)
}

pub fn rows_are_grouped(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let by_shop = Sale::query()
        .filter(|s| s.amount.gt(0))
        .group_by(|s| s.shop)
        .having(|s| s.amount.sum().ge(5))
        .order_by(|s| s.amount.sum().desc())
        .select(|s| (s.shop, count_rows(), s.amount.sum()));
    let expected = [("A".to_owned(), 3, Some(50)), ("B".to_owned(), 1, Some(5))];
    assert_eq!(by_shop.all(&mut connection)?, expected);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "shop", count(*), sum("amount") FROM "sale" WHERE "amount" > ?1 GROUP BY "shop" "#,
            r#"HAVING sum("amount") >= ?2 ORDER BY sum("amount") DESC"#,
        )]
    );
    let pairs =
        Sale::query().group_by(|s| (s.shop, s.city)).select(|s| (s.shop, s.city)).order_by(|s| s.city);
    assert_eq!(pairs.all(&mut connection)?.len(), 3);
    let big = by_shop.clone().having(|_| count_rows().gt(1));
    assert_eq!(big.all(&mut connection)?.len(), 1);
    Ok(())
}

pub fn rows_are_grouped_by_expressions_with_values(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let tens = Sale::query()
        .group_by(|s| s.amount / 10)
        .having(|s| (s.amount / 10).lt(9))
        .order_by(|s| s.amount / 10)
        .select(|s| (s.amount / 10, (s.amount / 10 + 1).cast::<String>(), count_rows()));
    let expected = [(0, "1", 1), (1, "2", 1), (2, "3", 2)];
    assert_eq!(tens.all(&mut connection)?, expected.map(|(tens, next, rows)| (tens, next.to_owned(), rows)));
    let distinct = Sale::query().select(|s| s.amount / 10).distinct().order_by(|s| (s.amount / 10).desc());
    assert_eq!(distinct.all(&mut connection)?, [2, 1, 0]);
    assert_eq!(
        harness.statements(),
        [
            concat!(
                r#"SELECT "amount" / ?1, CAST(("amount" / ?1) + ?2 AS TEXT), count(*) FROM "sale" "#,
                r#"GROUP BY ("amount" / ?1) HAVING ("amount" / ?1) < ?3 ORDER BY ("amount" / ?1)"#
            ),
            r#"SELECT DISTINCT "amount" / ?1 FROM "sale" ORDER BY ("amount" / ?1) DESC"#,
        ]
    );
    Ok(())
}

pub fn a_grouped_query_counts_its_groups(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let groups = Sale::query().group_by(|s| s.shop);
    assert_eq!(groups.count(&mut connection)?, 2);
    let few = groups.having(|_| count_rows().gt(1));
    assert_eq!((few.count(&mut connection)?, few.exists(&mut connection)?), (1, true));
    assert_eq!(harness.statements()[0], r#"SELECT count(*) FROM (SELECT 1 FROM "sale" GROUP BY "shop")"#);
    Ok(())
}

pub fn a_column_beside_an_aggregate_of_all_rows_is_refused(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let mixed = Sale::query().select(|s| (s.shop, s.amount.sum()));
    let error = mixed.all(&mut connection).expect_err("a shop of many");
    assert!(
        error
            .to_string()
            .starts_with("a column is selected beside an aggregate of all rows: say `group_by` for it")
    );
    let error = mixed.each(&mut connection, |_| Ok(())).expect_err("a shop of many");
    assert!(error.to_string().starts_with("a column is selected beside an aggregate"), "{error}");
    assert_eq!(harness.statements().len(), 0);
    assert_eq!(mixed.group_by(|s| s.shop).all(&mut connection)?.len(), 2);
    let windows = Sale::query().select(|s| (s.shop, s.amount.sum().over(|w| w)));
    assert_eq!(windows.all(&mut connection)?.len(), 4);
    Ok(())
}

pub fn aggregates_choose_their_rows(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let counts = Sale::query()
        .select(|s| {
            (
                s.city.count(),
                s.city.count().distinct(),
                s.amount.sum().distinct(),
                count_rows().filter(s.shop.eq("A")),
                s.amount.max().filter(s.shop.eq("B")).filter(s.amount.gt(9)),
            )
        })
        .one(&mut connection)?;
    assert_eq!(counts, (3, 2, Some(35), 3, None));
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT count("city"), count(DISTINCT "city"), sum(DISTINCT "amount"), "#,
            r#"count(*) FILTER (WHERE "shop" = ?1), "#,
            r#"max("amount") FILTER (WHERE "shop" = ?2 AND "amount" > ?3) FROM "sale""#,
        )]
    );
    Ok(())
}

pub fn texts_are_aggregated_in_order(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let cities = Sale::query().select(|s| s.city.string_agg(", ").order_by(s.city));
    assert_eq!(cities.one(&mut connection)?.as_deref(), Some("Busan, Seoul, Seoul"));
    let none = Sale::query().filter(|s| s.amount.lt(0)).select(|s| s.shop.string_agg(""));
    assert_eq!(none.one(&mut connection)?, None);
    Ok(())
}

pub fn windows_see_the_rows_around(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let running: Vec<(i64, Option<i64>, i64)> = Sale::query()
        .order_by(|s| s.id)
        .select(|s| {
            let shop = |w: onggi::Over| w.partition_by(s.shop).order_by(s.id);
            let total = s.amount.sum().over(|w| shop(w).rows(Bound::First, Bound::Current));
            (s.amount, total, row_number().over(shop))
        })
        .all(&mut connection)?;
    let expected = [(10, 10, 1), (20, 30, 2), (20, 50, 3), (5, 5, 1)];
    assert_eq!(running, expected.map(|(amount, total, number)| (amount, Some(total), number)));
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "amount", sum("amount") OVER (PARTITION BY "shop" ORDER BY "id" "#,
            r#"ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), "#,
            r#"row_number() OVER (PARTITION BY "shop" ORDER BY "id") FROM "sale" ORDER BY "id""#,
        )]
    );
    Ok(())
}

pub fn windows_rank_and_look_at_neighbours(harness: &Harness) -> Result<()> {
    sales(harness)?;
    let mut connection = harness.connect()?;
    let ranks = Sale::query().order_by(|s| s.id).select(|s| {
        (
            rank().over(|w| w.order_by(s.amount.desc())),
            dense_rank().over(|w| w.order_by(s.amount.desc())),
            percent_rank().over(|w| w.order_by(s.amount.desc())),
            cume_dist().over(|w| w.order_by(s.amount.desc())),
            ntile(2).over(|w| w.order_by(s.id)),
        )
    });
    let expected =
        [(3, 2, 2.0 / 3.0, 0.75, 1), (1, 1, 0.0, 0.5, 1), (1, 1, 0.0, 0.5, 2), (4, 3, 1.0, 1.0, 2)];
    assert_eq!(ranks.all(&mut connection)?, expected);
    let around = Sale::query().order_by(|s| s.id).select(|s| {
        let all = |w: onggi::Over| w.order_by(s.id).rows(Bound::First, Bound::Last);
        (
            s.amount.lag(1).over(|w| w.order_by(s.id)),
            s.city.lead(2).over(|w| w.order_by(s.id)),
            s.amount.first_value().over(all),
            s.amount.last_value().over(all),
            s.amount.nth_value(2).over(all),
        )
    });
    let rows = around.all(&mut connection)?;
    assert_eq!(rows[0], (None, None, Some(10), Some(5), Some(20)));
    assert_eq!(rows[1], (Some(10), Some("Busan".to_owned()), Some(10), Some(5), Some(20)));
    let near = Sale::query().order_by(|s| s.id).select(|s| {
        let ends = (Bound::Preceding(1), Bound::Following(1));
        (
            s.amount.sum().over(|w| w.order_by(s.id).rows(ends.0, ends.1)),
            count_rows().over(|w| w.order_by(s.amount).range(ends.0, ends.1)),
            count_rows().over(|w| w.order_by(s.amount).groups(ends.0, ends.1)),
        )
    });
    assert_eq!(
        near.all(&mut connection)?,
        [(Some(30), 1, 4), (Some(50), 2, 3), (Some(45), 2, 3), (Some(25), 1, 2)]
    );
    Ok(())
}

//! Exact decimal numbers, computed with and compared by the database.

use onggi::{Id, Model, Result, expr, sql};
use rust_decimal::Decimal;

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(check = "price > 0.05", check = "price <= 79228162514264337593543950335")]
struct Item {
    id: Id<Item>,
    city: String,
    price: Decimal,
    discount: Option<Decimal>,
    pieces: i64,
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal number")
}

fn items(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Item])?;
    let item = |city: &str, price, discount: Option<&str>, pieces| Item {
        city: city.into(),
        price: decimal(price),
        discount: discount.map(decimal),
        pieces,
        ..Default::default()
    };
    harness.insert([
        item("Oslo", "0.10", Some("-0.2"), 3),
        item("Oslo", "9.995", None, 10),
        item("Rome", "10", Some("0.000000000000000001"), 1),
        item("Rome", "123456789012345678.125", Some("100.5"), 9),
    ])?;
    Ok(())
}

pub fn decimals_are_computed_exactly(harness: &Harness) -> Result<()> {
    items(harness)?;
    let mut connection = harness.connect()?;
    let query = || Item::query().order_by(|i| i.id);
    let sums = query().select(|i| (i.price + decimal("0.20"), i.price - i.discount)).all(&mut connection)?;
    assert_eq!(sums[0], (decimal("0.3"), Some(decimal("0.3"))));
    assert_eq!(sums[1], (decimal("10.195"), None));
    assert_eq!(sums[2], (decimal("10.2"), Some(decimal("9.999999999999999999"))));
    assert_eq!(sums[3], (decimal("123456789012345678.325"), Some(decimal("123456789012345577.625"))));
    let products =
        query().select(|i| (i.price * i.price, -i.price * i.pieces)).limit(2).all(&mut connection)?;
    assert_eq!(products, [(decimal("0.01"), decimal("-0.3")), (decimal("99.900025"), decimal("-99.95")),]);
    let rounded = query().select(|i| (i.price.round(), i.price.round_to(2), i.price.floor(), i.price.ceil()));
    assert_eq!(
        rounded.clone().filter(|i| i.id.eq(Id::from(2))).all(&mut connection)?,
        [(decimal("10"), decimal("10.00"), decimal("9"), decimal("10")),]
    );
    let signs = query().select(|i| (i.discount.abs(), i.discount.sign())).limit(3).all(&mut connection)?;
    assert_eq!(
        signs,
        [(Some(decimal("0.2")), Some(-1)), (None, None), (Some(decimal("0.000000000000000001")), Some(1)),]
    );
    Item::query()
        .filter(|i| i.city.eq("Oslo"))
        .update(&mut connection, |i| i.price.set(i.price * decimal("1.1") + Decimal::ONE))?;
    let prices = query().select(|i| i.price).limit(2).all(&mut connection)?;
    assert_eq!(prices, [decimal("1.11"), decimal("11.9945")]);
    Ok(())
}

pub fn decimals_that_were_computed_compare_as_numbers(harness: &Harness) -> Result<()> {
    items(harness)?;
    let mut connection = harness.connect()?;
    let mut count = |query: onggi::Query<Item>| query.count(&mut connection);
    let all = Item::query;
    assert_eq!(count(all().filter(|i| (i.price + decimal("0.005")).eq(decimal("10"))))?, 1);
    assert_eq!(count(all().filter(|i| (i.price * decimal("2")).gt(decimal("19.9"))))?, 3);
    assert_eq!(count(all().filter(|i| i.price.gt(i.pieces)))?, 2, "10 is greater than 1, and than 9 as well");
    assert_eq!(count(all().filter(|i| i.pieces.gt(i.price)))?, 2);
    assert_eq!(count(all().filter(|i| (i.price - i.pieces).lt(decimal("0"))))?, 2);
    assert_eq!(count(all().filter(|i| i.discount.coalesce(i.pieces).gt(decimal("9.5"))))?, 2);
    assert_eq!(count(all().filter(expr!(|i| i.price * Decimal::from(3) > i.price + i.pieces)))?, 3);
    let sorted = all().order_by(|i| (i.price - i.pieces).desc()).select(|i| i.id);
    let keys: Vec<Option<i64>> = sorted.all(&mut connection)?.iter().map(Id::key).collect();
    assert_eq!(keys, [Some(4), Some(3), Some(2), Some(1)]);
    Ok(())
}

pub fn decimals_are_summed_up_exactly(harness: &Harness) -> Result<()> {
    items(harness)?;
    let mut connection = harness.connect()?;
    let of_city = Item::query().group_by(|i| i.city).order_by(|i| i.city);
    let sums = of_city.clone().select(|i| (i.price.sum(), i.discount.sum())).all(&mut connection)?;
    assert_eq!(sums[0], (Some(decimal("10.095")), Some(decimal("-0.2"))));
    assert_eq!(sums[1], (Some(decimal("123456789012345688.125")), Some(decimal("100.500000000000000001"))));
    let means =
        of_city.clone().select(|i| (i.price.average(), (i.price * i.pieces).sum())).all(&mut connection)?;
    assert_eq!(means[0], (Some(decimal("5.0475")), Some(decimal("100.25"))));
    let extremes =
        of_city.having(|i| i.price.sum().gt(decimal("10.09"))).select(|i| (i.price.min(), i.price.max()));
    assert_eq!(extremes.all(&mut connection)?[0], (Some(decimal("0.1")), Some(decimal("9.995"))));
    let none = Item::query().filter(|i| i.id.eq(Id::from(99))).select(|i| (i.price.sum(), i.price.average()));
    assert_eq!(none.one(&mut connection)?, (None, None));
    let third =
        Item::query().filter(|i| i.id.eq(Id::from(2))).select(|i| i.pieces.cast::<Decimal>().average());
    assert_eq!(third.one(&mut connection)?, Some(decimal("10")));
    let thirds: Option<Decimal> = Item::query()
        .filter(|i| i.pieces.le(9_i64))
        .select(|i| i.pieces.cast::<Decimal>().average())
        .one(&mut connection)?;
    assert_eq!(thirds.map(|mean| mean.round_dp(12)), Some(decimal("4.333333333333")));
    // A mean that does not end, of large numbers, of small ones, and of a window.
    for (one, mean) in [("1000000000000", "333333333333.3333333"), ("0.0000002", "0.0000000666666666667")] {
        let of = |factor| decimal(one) * decimal(factor);
        connection.insert_all(&mut ["0.5", "0.25", "0.25"].map(|factor| Item {
            city: one.into(),
            price: decimal("1"),
            discount: Some(of(factor)),
            ..Default::default()
        }))?;
        let items = Item::query().filter(|i| i.city.eq(one));
        let digits = decimal(mean).scale();
        let found = items.clone().select(|i| i.discount.average()).one(&mut connection)?;
        assert_eq!(found.map(|found| found.round_dp(digits)), Some(decimal(mean)), "{one}");
        let window = items.select(|i| i.discount.average().over(|w| w)).limit(1).one(&mut connection)?;
        assert_eq!(window, found);
    }
    let running = Item::query()
        .order_by(|i| i.id)
        .select(|i| i.price.sum().over(|w| w.order_by(i.id)))
        .limit(3)
        .all(&mut connection)?;
    assert_eq!(running, ["0.10", "10.095", "20.095"].map(|text| Some(decimal(text))));
    let distinct =
        Item::query().select(|i| i.price.sum().distinct().filter(i.city.eq("Oslo"))).one(&mut connection)?;
    assert_eq!(distinct, Some(decimal("10.095")));
    Ok(())
}

pub fn checks_compare_decimals_as_numbers(harness: &Harness) -> Result<()> {
    items(harness)?;
    let mut connection = harness.connect()?;
    let item = |price| Item { price: decimal(price), ..Default::default() };
    for price in ["0.06", "0.1", "9", "1000"] {
        connection.insert(&mut item(price))?;
    }
    for price in ["0.05", "0.050", "0.0499", "-9"] {
        let error = connection.insert(&mut item(price)).expect_err("too little");
        assert!(error.is_check_violation(), "{error}");
    }
    // Raw SQL compares numbers too.
    let more: i64 = sql("SELECT count(*) FROM item WHERE price > 9.5").one(&mut connection)?;
    assert_eq!(more, 4);
    Ok(())
}

pub fn decimals_of_too_many_digits_are_no_result(harness: &Harness) -> Result<()> {
    items(harness)?;
    let mut connection = harness.connect()?;
    let greatest = decimal("79228162514264337593543950335");
    let mut item = Item { price: greatest, discount: Some(greatest), ..Default::default() };
    connection.insert(&mut item)?;
    let one = || Item::query().filter(|i| i.price.eq(greatest));
    assert!(one().select(|i| i.price + i.discount).one(&mut connection).is_err());
    assert!(one().select(|i| i.price * i.price).one(&mut connection).is_err());
    assert!(one().select(|i| i.price + decimal("0.1")).one(&mut connection).is_err());
    assert_eq!(one().select(|i| i.price - i.discount).one(&mut connection)?, Some(Decimal::ZERO));
    Ok(())
}

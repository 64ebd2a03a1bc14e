//! Relations to composite keys, over columns that are fields of their own.

use onggi::{BelongsTo, HasMany, Id, Model, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(order, line))]
struct Line {
    order: i64,
    line: i64,
    item: String,
    parcels: HasMany<Parcel>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Parcel {
    id: Id<Parcel>,
    order: i64,
    number: i64,
    #[model(columns(order, number))]
    line: BelongsTo<Line>,
}

pub fn relations_to_composite_keys_use_columns_that_are_there(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Line, Parcel])?;
    let mut session = harness.session()?;
    for (order, line, item) in [(1, 1, "tea"), (1, 2, "cup"), (2, 1, "pot")] {
        session.add(Line { order, line, item: item.into(), parcels: vec![Parcel::default()].into() });
    }
    session.commit()?;
    drop(session);
    let mut session = harness.session()?;
    let items = Parcel::query()
        .filter(|p| p.line().item.ne("pot"))
        .order_by(|p| p.id)
        .select(|p| (p.line().item, p.order, p.number))
        .all(&mut session)?;
    assert_eq!(items, [("tea".to_owned(), 1, 1), ("cup".to_owned(), 1, 2)]);
    let parcels = Parcel::query().order_by(|p| p.id).all(&mut session)?;
    harness.statements();
    let lines: Vec<_> =
        parcels.iter().map(|&parcel| session.load(parcel, |p| p.line())).collect::<Result<_>>()?;
    assert_eq!(session[lines[2]].item, "pot");
    assert_eq!(session.load(lines[2], |l| l.parcels())?, [parcels[2]]);
    assert_eq!(harness.statements().len(), 2);
    Ok(())
}

pub fn what_a_relation_without_a_column_is_assigned_is_written_to_its_columns(
    harness: &Harness,
) -> Result<()> {
    harness.create(onggi::models![Line, Parcel])?;
    let mut session = harness.session()?;
    let line = session.add(Line { order: 3, line: 4, item: "tea".into(), ..Default::default() });
    let parcel = session.add(Parcel { line: line.into(), ..Default::default() });
    let new = Line { order: 5, line: 6, item: "cup".into(), ..Default::default() };
    session.add(Parcel { line: new.into(), ..Default::default() });
    session.commit()?;
    assert_eq!(session.load(parcel, |p| p.line())?, line);
    let rows: Vec<(i64, i64)> = harness.rows::<Parcel>()?.iter().map(|p| (p.order, p.number)).collect();
    assert_eq!(rows, [(3, 4), (5, 6)]);
    Ok(())
}

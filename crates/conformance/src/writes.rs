//! Statements that write many rows, meet rows that are there, and give back what they wrote.

use onggi::{Id, Model, OnConflict, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    #[model(unique)]
    path: String,
    visits: i64,
    title: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Archive {
    id: Id<Archive>,
    path: String,
    visits: i64,
}

fn page(path: &str, visits: i64, title: &str) -> Page {
    Page { path: path.into(), visits, title: title.into(), ..Default::default() }
}

fn create(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Page, Archive])?;
    harness.insert([page("/", 1, "Start"), page("/a", 5, "A")]).map(drop)
}

pub fn a_conflict_leaves_rows_alone(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    let new = [page("/", 9, "New"), page("/b", 1, "B")];
    assert_eq!(connection.insert_or(&new, &Page::on_conflict(|p| p.path))?, 1);
    assert_eq!(connection.insert_or(&new, &OnConflict::any())?, 0);
    assert_eq!(
        harness.statements(),
        [
            concat!(
                r#"INSERT INTO "page" ("path", "visits", "title") VALUES (?1, ?2, ?3), (?4, ?5, ?6) "#,
                r#"ON CONFLICT ("path") DO NOTHING"#
            ),
            concat!(
                r#"INSERT INTO "page" ("path", "visits", "title") VALUES (?1, ?2, ?3), (?4, ?5, ?6) "#,
                r#"ON CONFLICT DO NOTHING"#
            ),
        ]
    );
    assert_eq!(connection.insert_or::<Page>(&[], &OnConflict::any())?, 0);
    let titles = Page::query().order_by(|p| p.id).select(|p| p.title).all(&mut connection)?;
    assert_eq!(titles, ["Start", "A", "B"]);
    Ok(())
}

pub fn a_conflict_updates_from_both_rows(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    let count = Page::on_conflict(|p| p.path)
        .update(|old, new| [old.visits.set(old.visits + new.visits), old.title.set(new.title)])
        .filter(|old, new| old.visits.lt(5) & new.title.ne(""));
    let visits = [page("/", 2, "Home"), page("/a", 2, "Other"), page("/b", 2, "B")];
    assert_eq!(connection.insert_or(&visits, &count)?, 2);
    let statements = harness.statements();
    assert!(
        statements[0].ends_with(concat!(
            r#"ON CONFLICT ("path") DO UPDATE SET "visits" = "page"."visits" + excluded."visits", "#,
            r#""title" = excluded."title" WHERE "page"."visits" < ?10 AND excluded."title" <> ?11"#
        )),
        "{statements:?}"
    );
    let rows = Page::query().order_by(|p| p.path).select(|p| (p.visits, p.title)).all(&mut connection)?;
    assert_eq!(rows, [(3, "Home"), (5, "A"), (2, "B")].map(|(visits, title)| (visits, title.to_owned())));
    let back = connection.insert_or_returning(&[page("/", 1, "Home")], &count, |p| (p.id, p.visits))?;
    assert_eq!(back, [(Id::from(1), 4)]);
    Ok(())
}

pub fn updates_and_deletes_give_back_rows(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    let many = Page::query().filter(|p| p.visits.gt(1));
    let visits =
        many.update_returning(&mut connection, |p| p.visits.set(p.visits * 2), |p| (p.path, p.visits))?;
    assert_eq!(visits, [("/a".to_owned(), 10)]);
    let gone: Vec<Page> = many.delete_returning(&mut connection, |p| p)?;
    assert_eq!(gone[0].title, "A");
    assert_eq!(
        harness.statements(),
        [
            r#"UPDATE "page" SET "visits" = "visits" * ?1 WHERE "visits" > ?2 RETURNING "path", "visits""#,
            r#"DELETE FROM "page" WHERE "visits" > ?1 RETURNING "id", "path", "visits", "title""#,
        ]
    );
    assert_eq!(Page::query().count(&mut connection)?, 1);
    Ok(())
}

pub fn rows_of_a_query_are_inserted(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    let many = Page::query().filter(|p| p.visits.gt(1)).select(|p| (p.path, p.visits + 1));
    assert_eq!(many.insert_into::<Archive, _>(&mut connection, |a| (a.path, a.visits))?, 1);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"INSERT INTO "archive" ("path", "visits") "#,
            r#"SELECT "page"."path", "page"."visits" + ?1 FROM "page" WHERE "page"."visits" > ?2"#
        )]
    );
    let copies = Archive::query().select(|a| (a.path, a.visits)).all(&mut connection)?;
    assert_eq!(copies, [("/a".to_owned(), 6)]);
    Ok(())
}

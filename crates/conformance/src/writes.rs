//! Statements that write many rows, meet rows that are there, and give back what they wrote.

use onggi::{BelongsTo, Handle, Id, Model, OnConflict, Result};

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

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Comment {
    id: Id<Comment>,
    page: BelongsTo<Page>,
    text: String,
}

fn page(path: &str, visits: i64, title: &str) -> Page {
    Page { path: path.into(), visits, title: title.into(), ..Default::default() }
}

fn create(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Page, Archive, Comment])?;
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

pub fn a_conflict_is_that_of_an_index_of_some_rows(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    onggi::sql("CREATE UNIQUE INDEX seen_titles ON page (title) WHERE visits > 0")
        .execute(&mut connection)?;
    let seen = Page::on_conflict(|p| p.title)
        .index_where(|p| p.visits.gt(0))
        .update(|old, new| [old.visits.set(old.visits + new.visits)]);
    // More often than a database makes a plan for the values that it is given.
    for number in 0..8 {
        assert_eq!(connection.insert_or(&[page(&format!("/{number}"), 1, "Seen")], &seen)?, 1);
    }
    let kept = Page::query().filter(|p| p.title.eq("Seen")).select(|p| (p.path, p.visits));
    assert_eq!(kept.all(&mut connection)?, [("/0".to_owned(), 8)]);
    let odd = Page::on_conflict(|p| p.title).index_where(|p| p.title.contains("a"));
    let error = connection.insert_or(&[page("/", 1, "Home")], &odd).expect_err("a condition of no index");
    assert!(error.to_string().contains("condition of a unique index"), "{error}");
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

pub fn inserted_rows_are_given_back(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    let new = [page("/b", 1, "B"), page("/c", 2, "C")];
    let back = connection.insert_returning(&new, |p| (p.id, p.visits + 1))?;
    assert_eq!(back, [(Id::from(3), 2), (Id::from(4), 3)]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"INSERT INTO "page" ("path", "visits", "title") VALUES (?1, ?2, ?3), (?4, ?5, ?6) "#,
            r#"RETURNING "id", "visits" + ?7"#
        )]
    );
    let whole: Vec<Page> = connection.insert_returning(&[page("/d", 0, "D")], |p| p)?;
    assert_eq!(whole[0], Page { id: 5.into(), ..page("/d", 0, "D") });
    assert!(connection.insert_returning(&new, |p| p.id).expect_err("they are there").is_unique_violation());
    assert_eq!(connection.insert_returning::<Page, _>(&[], |p| p.id)?, []);
    Ok(())
}

pub fn a_conflict_in_a_session_gives_its_objects(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let start = Page::query().filter(|p| p.path.eq("/")).one(&mut session)?;
    session[start].title = "Home".into();
    let count = Page::on_conflict(|p| p.path)
        .update(|old, new| old.visits.set(old.visits + new.visits))
        .filter(|old, _| old.visits.lt(5));
    harness.statements();
    let visits = ["/", "/a", "/b"].map(|path| page(path, 2, path));
    let written: Vec<Handle<Page>> = session.insert_or_returning(&visits, &count, |p| p)?;
    assert_eq!(
        harness.statements(),
        [
            r#"UPDATE "page" SET "title" = ?1 WHERE "id" = ?2"#,
            concat!(
                r#"INSERT INTO "page" ("path", "visits", "title") VALUES (?1, ?2, ?3), (?4, ?5, ?6), (?7, ?8, ?9) "#,
                r#"ON CONFLICT ("path") DO UPDATE SET "visits" = "page"."visits" + excluded."visits" "#,
                r#"WHERE "page"."visits" < ?10 RETURNING "id", "path", "visits", "title""#
            ),
        ]
    );
    // The row of "/a" has 5 visits, and stays as it is.
    assert_eq!(written.len(), 2);
    assert_eq!(written[0], start);
    assert_eq!((session[start].visits, &*session[start].title), (3, "Home"));
    session[written[1]].title = "B".into();
    assert_eq!(session.insert_or(&visits, &OnConflict::any())?, 0);
    session.commit()?;
    let rows = Page::query().order_by(|p| p.path).select(|p| (p.visits, p.title));
    let expected = [(3, "Home"), (5, "A"), (2, "B")].map(|(visits, title)| (visits, title.to_owned()));
    assert_eq!(rows.all(&mut harness.connect()?)?, expected);
    Ok(())
}

pub fn what_a_session_inserts_at_once_is_undone_by_a_rollback(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let start = Page::query().filter(|p| p.path.eq("/")).one(&mut session)?;
    let count = Page::on_conflict(|p| p.path).update(|old, _| old.visits.set(old.visits + 1));
    let written = session.insert_or_returning(&[page("/", 1, "")], &count, |p| p)?;
    assert_eq!((written[0], session[start].visits), (start, 2));
    let new = session.insert_returning(&[page("/b", 1, "B")], |p| p)?;
    session.rollback()?;
    assert_eq!(session[start].visits, 1);
    let key = session[new[0]].id;
    assert_eq!(session.get::<Page>(key)?, None);
    assert_eq!(harness.rows::<Page>()?.len(), 2);
    Ok(())
}

pub fn rows_that_a_session_inserts_at_once_refer_to_its_objects(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let new = session.add(page("/new", 0, "New"));
    let comments =
        ["one", "two"].map(|text| Comment { page: new.into(), text: text.into(), ..Default::default() });
    let back = session.insert_returning(&comments, |c| (c.page_id, c.text))?;
    assert_eq!(back[1], (Id::from(3), "two".to_owned()));
    session.commit()?;
    let error = harness.connect()?.insert_returning(&comments, |c| c.id).expect_err("no session");
    let text = "page_id refers to an object of a session that has no row there: flush that session first, and give its key";
    assert_eq!(error.to_string(), text);
    let error = harness.session()?.insert_returning(&comments, |c| c.id).expect_err("another session");
    assert_eq!(error.to_string(), text);
    Ok(())
}

pub fn updated_rows_are_objects_in_a_session(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let all = Page::query().all(&mut session)?;
    let some = Page::query().filter(|p| p.visits.gt(1));
    let updated = some.update_returning(&mut session, |p| p.visits.set(p.visits * 2), |p| p)?;
    assert_eq!((updated.len(), session[updated[0]].visits), (1, 10));
    assert!(all.contains(&updated[0]));
    let gone: Vec<Page> = some.delete_returning(&mut session, |p| p)?;
    assert_eq!(gone[0].title, "A");
    session.commit()
}

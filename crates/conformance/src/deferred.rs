//! Deferred columns: left out by queries, read when they are asked for.

use onggi::{BelongsTo, Deferred, HasMany, Id, Model, Pickled, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Author {
    id: Id<Author>,
    name: String,
    #[model(inverse(author))]
    pages: HasMany<Page>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    title: String,
    author: BelongsTo<Author>,
    body: Deferred<String>,
    notes: Deferred<Pickled<Vec<i64>>>,
}

fn pages(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Author, Page])?;
    let page = |title: &str| Page {
        title: title.into(),
        body: format!("The text of {title}").into(),
        notes: Pickled(vec![1, 2]).into(),
        ..Default::default()
    };
    let mut session = harness.session()?;
    session.add(Author { pages: vec![page("one"), page("two")].into(), ..Default::default() });
    session.commit()?;
    harness.statements();
    Ok(())
}

pub fn deferred_columns_are_left_out_and_read_along(harness: &Harness) -> Result<()> {
    pages(harness)?;
    let mut connection = harness.connect()?;
    let query = Page::query().order_by(|p| p.id);
    let plain = query.all(&mut connection)?;
    assert!(plain.iter().all(|page| page.body.get().is_none() && page.notes.get().is_none()));
    assert_eq!(
        harness.statements(),
        [r#"SELECT "id", "title", "author_id", NULL, NULL FROM "page" ORDER BY "id""#]
    );
    let whole = query.clone().with(|p| p.body).with(|p| p.notes).all(&mut connection)?;
    assert_eq!(whole[1].body.get().map(String::as_str), Some("The text of two"));
    assert_eq!(whole[1].notes.get(), Some(&Pickled(vec![1, 2])));
    let found =
        query.filter(|p| p.body.contains("two")).select(|p| (p.title, p.body)).one(&mut connection)?;
    assert_eq!(found, ("two".to_owned(), "The text of two".to_owned().into()));
    Ok(())
}

pub fn a_deferred_column_is_loaded_for_all_objects_of_a_query(harness: &Harness) -> Result<()> {
    pages(harness)?;
    let mut session = harness.session()?;
    let pages = Page::query().order_by(|p| p.id).all(&mut session)?;
    harness.statements();
    for &page in &pages {
        session.load(page, |p| p.body)?;
        assert!(session[page].body.get().is_some_and(|body| body.ends_with(&session[page].title)));
        assert!(session[page].notes.get().is_none());
    }
    assert_eq!(harness.statements(), [r#"SELECT "id", "body" FROM "page" WHERE "id" IN rarray(?1)"#]);
    session.flush()?;
    assert_eq!(harness.statements(), [""; 0], "what was read is no change");
    Ok(())
}

pub fn what_was_not_read_is_not_written(harness: &Harness) -> Result<()> {
    pages(harness)?;
    let mut session = harness.session()?;
    let pages = Page::query().order_by(|p| p.id).all(&mut session)?;
    session[pages[0]].title = "first".into();
    session[pages[1]].body = "new".to_owned().into();
    assert_eq!(session.modified(pages[0]), ["title"]);
    assert_eq!(session.modified(pages[1]), ["body"]);
    session.commit()?;
    let mut connection = harness.connect()?;
    let mut plain = Page::query().order_by(|p| p.id).first(&mut connection)?.expect("two pages");
    plain.title = "again".into();
    connection.update(&mut plain)?;
    let whole = Page::query().with(|p| p.body).with(|p| p.notes).order_by(|p| p.id).all(&mut connection)?;
    let bodies: Vec<_> =
        whole.iter().map(|page| (&*page.title, page.body.get().map(String::as_str))).collect();
    assert_eq!(bodies, [("again", Some("The text of one")), ("two", Some("new"))]);
    assert!(whole.iter().all(|page| page.notes.get() == Some(&Pickled(vec![1, 2]))));
    Ok(())
}

pub fn deferred_columns_stay_out_of_relations(harness: &Harness) -> Result<()> {
    pages(harness)?;
    let mut connection = harness.connect()?;
    let authors = Author::query().with(|a| a.pages()).all(&mut connection)?;
    assert!(
        authors[0].pages.loaded().is_some_and(|pages| pages.iter().all(|page| page.body.get().is_none()))
    );
    let authors = Author::query().with(|a| a.pages().with(|p| p.body).limit(1)).all(&mut connection)?;
    let body = authors[0].pages.loaded().and_then(|pages| pages[0].body.get());
    assert_eq!(body.map(String::as_str), Some("The text of one"));
    Ok(())
}

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

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Letter {
    id: Id<Letter>,
    title: String,
    answer: Deferred<Option<String>>,
    #[model(inverse(letter))]
    copies: HasMany<Copy>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Copy {
    id: Id<Copy>,
    letter: BelongsTo<Letter>,
    original: Option<BelongsTo<Letter>>,
    note: Deferred<Option<i64>>,
}

pub fn a_deferred_column_can_be_null(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Letter, Copy])?;
    let letter = |title: &str, answer: Option<&str>| Letter {
        title: title.into(),
        answer: answer.map(str::to_owned).into(),
        copies: vec![Copy::default()].into(),
        ..Default::default()
    };
    let mut session = harness.session()?;
    session.add_all([letter("asked", None), letter("answered", Some("yes"))]);
    session.commit()?;
    let (null, yes) = (Some(&None), Some(&Some("yes".to_owned())));

    let mut connection = harness.connect()?;
    let query = Letter::query().order_by(|l| l.id);
    let unread = query.all(&mut connection)?;
    assert!(unread.iter().all(|letter| letter.answer.get().is_none()), "NULL, or left out: not read");
    let read = query.clone().with(|l| l.answer).all(&mut connection)?;
    assert_eq!((read[0].answer.get(), read[1].answer.get()), (null, yes));
    let answers = query.clone().select(|l| l.answer).all(&mut connection)?;
    assert_eq!((answers[0].get(), answers[1].get()), (null, yes));
    let is_null = query.clone().filter(|l| l.answer.is_null()).select(|l| l.title).all(&mut connection)?;
    assert_eq!(is_null, ["asked"]);
    let along = query.clone().with(|l| l.copies().with(|c| c.note).limit(1)).all(&mut connection)?;
    assert_eq!(along[0].copies.loaded().map(|copies| copies[0].note.get()), Some(Some(&None)));
    let originals = Copy::query().select(|c| c.original().answer).all(&mut connection)?;
    assert_eq!(originals, [None, None]);
    let copies = Copy::query().with(|c| c.letter()).all(&mut connection)?;
    assert!(copies.iter().all(|copy| copy.note.get().is_none()));
    assert!(
        copies.iter().all(|copy| copy.letter.object().is_some_and(|letter| letter.answer.get().is_none()))
    );

    // What was not read is kept, what was set to NULL is NULL.
    let mut asked = unread[0].clone();
    asked.title = "asked again".into();
    connection.update(&mut asked)?;
    let mut answered = unread[1].clone();
    answered.title = "answered again".into();
    connection.update(&mut answered)?;
    let read = query.clone().with(|l| l.answer).all(&mut connection)?;
    assert_eq!((read[0].answer.get(), read[1].answer.get()), (null, yes));

    let mut session = harness.session()?;
    let letters = query.all(&mut session)?;
    session.load(letters[0], |l| l.answer)?;
    assert_eq!((session[letters[0]].answer.get(), session[letters[1]].answer.get()), (null, yes));
    session[letters[0]].answer = Some("no".to_owned()).into();
    session[letters[1]].answer = None.into();
    assert_eq!(session.modified(letters[1]), ["answer"]);
    session.commit()?;
    let read = query.with(|l| l.answer).all(&mut connection)?;
    assert_eq!((read[0].answer.get(), read[1].answer.get()), (Some(&Some("no".to_owned())), null));
    let unread = connection.get_one::<Letter>(1)?;
    assert!(unread.answer.get().is_none());
    Ok(())
}

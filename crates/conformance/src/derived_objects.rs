//! Objects among the rows of other queries: their columns, and relations from there.

use onggi::{BelongsTo, Deferred, HasMany, Id, ManyToMany, Model, Result, rank};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Author {
    id: Id<Author>,
    name: String,
    mentor: Option<BelongsTo<Author>>,
    #[model(inverse(author))]
    books: HasMany<Book>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Book {
    id: Id<Book>,
    title: String,
    pages: i64,
    text: Deferred<String>,
    author: BelongsTo<Author>,
    topics: ManyToMany<Topic>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Topic {
    #[model(primary_key)]
    name: String,
    #[model(inverse(topics))]
    books: ManyToMany<Book>,
}

/// Mira has two books, Jo, whose mentor she is, has one.
fn shelf(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Author, Book, Topic])?;
    let mut session = harness.session()?;
    let salt = session.add(Topic { name: "salt".into(), ..Default::default() });
    let book = |title: &str, pages: i64, topics: &[onggi::Handle<Topic>]| Book {
        title: title.into(),
        pages,
        text: format!("The text of {title}").into(),
        topics: topics.to_vec().into(),
        ..Default::default()
    };
    let mira = session.add(Author {
        name: "Mira".into(),
        books: vec![book("Brine", 120, &[salt]), book("Clay", 80, &[])].into(),
        ..Default::default()
    });
    session.flush()?;
    session.add(Author {
        name: "Jo".into(),
        mentor: mira.into(),
        books: vec![book("Salt", 90, &[salt])].into(),
        ..Default::default()
    });
    session.commit()?;
    harness.statements();
    Ok(())
}

fn titles(books: Vec<Book>) -> Vec<String> {
    books.into_iter().map(|book| book.title).collect()
}

pub fn objects_of_several_queries_are_sorted_and_narrowed(harness: &Harness) -> Result<()> {
    shelf(harness)?;
    let mut connection = harness.connect()?;
    let long = Book::query().filter(|b| b.pages.gt(100));
    let salty = Book::query().filter(|b| b.topics.any(|t| t.name.eq("salt")));
    let both = long.union(salty).order_by(|b| b.title.desc());
    assert_eq!(titles(both.all(&mut connection)?), ["Salt", "Brine"]);
    let of_mira = both.filter(|b| b.author().name.eq("Mira")).limit(1);
    assert_eq!(titles(of_mira.all(&mut connection)?), ["Brine"]);

    let mut session = harness.session()?;
    let handle = of_mira.one(&mut session)?;
    assert_eq!(session[handle].pages, 120);
    let author = session.load(handle, |b| b.author())?;
    assert_eq!(session[author].name, "Mira");
    Ok(())
}

pub fn the_first_objects_of_each_group_have_relations(harness: &Harness) -> Result<()> {
    shelf(harness)?;
    let mut connection = harness.connect()?;
    let longest = Book::query()
        .select(|b| (rank().over(|w| w.partition_by(b.author_id).order_by(b.pages.desc())), b))
        .derived()
        .filter(|(place, _)| place.eq(1))
        .order_by(|(_, b)| b.author().name);
    harness.statements();
    let rows = longest
        .clone()
        .select(|(_, b)| (b.title, b.author().name, b.author().mentor().name, b.topics.count()))
        .all(&mut connection)?;
    assert_eq!(
        rows,
        [
            ("Salt".to_owned(), "Jo".to_owned(), Some("Mira".to_owned()), 1),
            ("Brine".to_owned(), "Mira".to_owned(), None, 1)
        ]
    );
    assert_eq!(harness.statements().len(), 1);
    let objects = longest.select(|(_, b)| b).all(&mut connection)?;
    assert_eq!(titles(objects), ["Salt", "Brine"]);
    Ok(())
}

/// Joined objects follow each other in a row, and what is missing is so there too.
pub fn objects_beside_each_other_keep_their_columns_apart(harness: &Harness) -> Result<()> {
    shelf(harness)?;
    let mut connection = harness.connect()?;
    let pairs = Author::query().left_join::<Book>(|a, b| b.author_id.eq(a.id) & b.pages.gt(100)).derived();
    let rows = pairs
        .clone()
        .order_by(|(a, _)| a.name)
        .select(|(a, b)| (a.name, b.title, b.pages, b.author().name))
        .all(&mut connection)?;
    assert_eq!(
        rows,
        [
            ("Jo".to_owned(), None, None, None),
            ("Mira".to_owned(), Some("Brine".to_owned()), Some(120), Some("Mira".to_owned()))
        ]
    );
    let alone = pairs.filter(|(_, b)| b.is_null()).group_by(|(a, _)| a.mentor().name);
    assert_eq!(alone.select(|(a, _)| a.mentor().name).all(&mut connection)?, [Some("Mira".to_owned())]);
    Ok(())
}

pub fn objects_of_common_table_expressions_are_joined_and_walked(harness: &Harness) -> Result<()> {
    shelf(harness)?;
    let mut connection = harness.connect()?;
    let school = Author::query().filter(|a| a.mentor().is_null()).recursive("school", |school| {
        Author::query().join_rows(school, |a, mentor| a.mentor().id.eq(mentor.id)).select(|(a, _)| a)
    });
    let books = school.query().order_by(|a| a.name).select(|a| (a.name, a.mentor().name, a.books.count()));
    assert_eq!(
        books.all(&mut connection)?,
        [("Jo".to_owned(), Some("Mira".to_owned()), 1), ("Mira".to_owned(), None, 2)]
    );
    let pupils = Author::query().filter(|a| a.mentor().is_not_null()).named("pupils");
    let rows = Book::query()
        .left_join_rows(&pupils, |b, pupil| b.author_id.eq(pupil.id))
        .order_by(|(b, _)| b.title)
        .select(|(b, pupil)| (b.title, pupil.mentor().name));
    // No row is lost where there is no pupil whose mentor is joined.
    assert_eq!(
        rows.all(&mut connection)?,
        [("Brine".to_owned(), None), ("Clay".to_owned(), None), ("Salt".to_owned(), Some("Mira".to_owned()))]
    );
    Ok(())
}

pub fn a_deferred_column_is_not_asked_of_rows_without_it(harness: &Harness) -> Result<()> {
    shelf(harness)?;
    let mut connection = harness.connect()?;
    let error = Book::query()
        .derived()
        .filter(|b| b.text.contains("Clay"))
        .count(&mut connection)
        .expect_err("a text");
    assert_eq!(
        error.to_string(),
        "book.text is deferred, and not among the rows of another query: ask for it there, or select it"
    );
    let books = Book::query().with(|b| b.text).derived().order_by(|b| b.title).all(&mut connection)?;
    assert_eq!(books[0].text.get().map(String::as_str), Some("The text of Brine"));
    Ok(())
}

pub fn conditions_of_joins_follow_relations_of_what_they_join(harness: &Harness) -> Result<()> {
    shelf(harness)?;
    let mut connection = harness.connect()?;
    let named = |name: &str, title: Option<&str>| (name.to_owned(), title.map(str::to_owned));
    let taught = Author::query().left_join::<Book>(|a, b| b.author().mentor().id.eq(a.id));
    let pairs = taught.clone().order_by(|(a, _)| a.name).select(|(a, b)| (a.name, b.title));
    assert_eq!(pairs.all(&mut connection)?, [named("Jo", None), named("Mira", Some("Salt"))]);
    assert_eq!(
        harness.statements(),
        [
            r#"SELECT "author"."name", "book"."title" FROM "author" LEFT JOIN ("book" LEFT JOIN "author" AS "author_2" ON "book"."author_id" = "author_2"."id" LEFT JOIN "author" AS "author_3" ON "author_2"."mentor_id" = "author_3"."id") ON "author_3"."id" = "author"."id" ORDER BY "author"."name""#
        ]
    );
    // What was joined for the condition serves all clauses.
    let by_jo = taught.filter(|(_, b)| b.author().name.eq("Jo")).select(|(a, b)| (a.name, b.author().name));
    assert_eq!(by_jo.all(&mut connection)?, [named("Mira", Some("Jo"))]);
    assert_eq!(harness.statements()[0].as_str().matches("JOIN").count(), 3);

    let own = Author::query().join::<Book>(|a, b| b.author().name.eq(a.name) & b.pages.gt(80));
    let own = own.order_by(|(_, b)| b.title).select(|(a, b)| (a.name, b.title));
    assert_eq!(
        own.all(&mut connection)?,
        [("Mira", "Brine"), ("Jo", "Salt")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    let all = Author::query().right_join::<Book>(|a, b| b.author().mentor().id.eq(a.id));
    let all = all.order_by(|(_, b)| b.title).select(|(a, b)| (b.title, a.name));
    assert_eq!(
        all.all(&mut connection)?,
        [named("Brine", None), named("Clay", None), named("Salt", Some("Mira"))]
    );

    let books = Book::query().named("books");
    // And from the rows before it.
    let of_mentors = Author::query().join_rows(&books, |a, b| b.author_id.eq(a.mentor().id));
    let pairs = of_mentors.order_by(|(_, b)| b.title).select(|(a, b)| (a.name, b.title));
    let pair = |title: &str| ("Jo".to_owned(), title.to_owned());
    assert_eq!(pairs.all(&mut connection)?, [pair("Brine"), pair("Clay")]);
    Ok(())
}

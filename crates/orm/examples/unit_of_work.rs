//! A graph of objects in a session: connected before it has keys, written in the right order, and only what changed
//! written again. The SQL is shown by logging it.
//!
//! Run it with `cargo run --example unit_of_work`.

use onggi::{Database, Id, Model};

#[derive(Clone, Debug, Default, Model)]
struct Author {
    id: Id<Author>,
    name: String,
    #[model(version)]
    version: i64,
}

#[derive(Clone, Debug, Default, Model)]
struct Book {
    id: Id<Book>,
    author: Id<Author>,
    title: String,
    year: Option<i32>,
    #[model(index)]
    sequel_to: Option<Id<Book>>,
}

fn main() -> onggi::Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_writer(std::io::stdout)
        .without_time()
        .init();

    let db = Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Book, Author])?;
    let mut session = db.session()?;

    println!("\nThree new objects, the last one first: flush finds the order and the keys.");
    let author = session.add(Author { name: "Han Kang".into(), ..Default::default() });
    let first =
        session.add(Book { author: author.into(), title: "The Vegetarian".into(), ..Default::default() });
    let second = session.add(Book {
        author: author.into(),
        title: "Human Acts".into(),
        sequel_to: first.into(),
        ..Default::default()
    });
    session.commit()?;
    println!("author {}, books {} and {}", session[author].id, session[first].id, session[second].id);

    println!("\nOnly the columns that changed are written, and nothing for what is the same again.");
    session[first].year = Some(2007);
    session[second].year = Some(2014);
    session[second].sequel_to = None;
    session[author].name = "Han Kang".into();
    session.commit()?;

    println!("\nA rollback restores what the objects held.");
    session[first].title = "Untitled".into();
    session.flush()?;
    session.rollback()?;
    println!("the title is {:?} again", session[first].title);

    println!("\nDeletions go the other way round: what refers before what is referred to.");
    session.delete(author)?;
    session.delete(first)?;
    session.delete(second)?;
    session.commit()?;
    println!(
        "{} authors, {} books left",
        Author::query().count(&mut session)?,
        Book::query().count(&mut session)?
    );
    Ok(())
}

use onggi::{Handle, Id, Model, sql};

#[derive(Clone, Default, Model)]
struct Person {
    id: Id<Person>,
    city: String,
    nick: Option<String>,
    age: i64,
}

fn main() -> onggi::Result<()> {
    let db = onggi::Database::open("sqlite::memory:")?;
    let _: Vec<Handle<Person>> = sql("SELECT * FROM person").all(&mut db.connect()?)?;
    Ok(())
}

use onggi::{FromRow, Id, Model, count_rows};

#[derive(Clone, Default, Model)]
struct Person {
    id: Id<Person>,
    city: String,
    nick: Option<String>,
    age: i64,
}

#[derive(FromRow)]
struct Total {
    city: String,
    people: i64,
}

fn main() {
    let _ = Person::query().select(|p| TotalColumns { city: p.nick, people: count_rows() });
    let _ = count_rows();
}

use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(length = 80)]
    age: i64,
}

fn main() {}

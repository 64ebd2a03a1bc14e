use onggi::{Id, Model};

#[derive(Model)]
struct User {
    id: Id<User>,
    name: String,
}

fn main() {}

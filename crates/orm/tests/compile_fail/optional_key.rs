use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Option<Id<User>>,
    name: String,
}

fn main() {}

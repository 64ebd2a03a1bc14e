use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User(Id<User>, String);

fn main() {}

use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(version)]
    version: i64,
    #[model(version)]
    revision: i64,
}

fn main() {}

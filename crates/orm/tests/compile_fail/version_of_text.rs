use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(version)]
    version: String,
}

fn main() {}

use onggi::{Id, Model};

#[derive(Clone)]
struct Cache;

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(skip)]
    cache: Cache,
}

fn main() {}

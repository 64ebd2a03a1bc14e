use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(skip, unique)]
    name: String,
}

fn main() {}

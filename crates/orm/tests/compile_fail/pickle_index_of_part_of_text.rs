use onggi::{Id, Model};

#[derive(Clone, Model)]
#[model(index(name.at("city")))]
struct User {
    id: Id<User>,
    name: String,
}

fn main() {}

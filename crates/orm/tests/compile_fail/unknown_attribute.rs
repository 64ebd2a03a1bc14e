use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(uniqe)]
    email: String,
}

fn main() {}

use onggi::{Id, Model};

#[derive(Clone, Model)]
#[model(tabel = "users", index(nmae))]
struct User {
    id: Id<User>,
    #[model(length = "x")]
    name: String,
}

fn main() {}

use onggi::{Id, Model, Pickled};

#[derive(Clone, Model)]
#[model(unique(name, data))]
struct User {
    id: Id<User>,
    name: String,
    data: Pickled<i64>,
}

fn main() {}

use onggi::{Id, Model, Pickled};

#[derive(Clone, Model)]
#[model(index(data.city))]
struct User {
    id: Id<User>,
    data: Pickled<i64>,
}

fn main() {}

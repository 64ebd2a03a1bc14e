use onggi::{Id, Model, Pickled};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    data: Pickled<i64>,
}

fn main() {
    let _ = User::query().filter(|u| u.data.is_in([Pickled(1), Pickled(2)]));
}

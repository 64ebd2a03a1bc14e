use onggi::{Id, Model, Pickled};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    data: Pickled<i64>,
}

fn main() {
    let _ = User::query().order_by(|u| u.data);
}

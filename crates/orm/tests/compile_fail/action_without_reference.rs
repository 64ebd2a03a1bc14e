use onggi::{Id, Model};

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    #[model(on_delete = "cascade")]
    author: i64,
}

fn main() {}

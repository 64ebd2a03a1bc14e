use onggi::{Id, Model};

#[derive(Clone, Model)]
#[model(scope(alive))]
struct Post {
    id: Id<Post>,
    deleted: bool,
}

fn alive(_post: PostColumns) -> bool {
    true
}

fn main() {}

use onggi::{Id, Model};

#[derive(Clone, Model)]
struct Page<T> {
    id: Id<Page<T>>,
    content: T,
}

fn main() {}

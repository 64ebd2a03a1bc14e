use onggi::{Id, Model};

struct Tag;

#[derive(Clone, Model)]
struct Tagging {
    id: Id<Tagging>,
    tag: Id<Tag>,
}

fn main() {}

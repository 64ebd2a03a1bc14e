use onggi::{Id, Model};

struct Tag;

#[derive(Clone, Model)]
struct Tagging {
    id: Id<Tagging>,
    #[model(references(Tag))]
    tag: String,
}

fn main() {}

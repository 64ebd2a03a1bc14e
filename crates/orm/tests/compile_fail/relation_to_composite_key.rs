use onggi::{BelongsTo, Id, Model};

#[derive(Clone, Model)]
#[model(primary_key(order, line))]
struct Line {
    order: i64,
    line: i64,
}

#[derive(Clone, Model)]
struct Parcel {
    id: Id<Parcel>,
    line: BelongsTo<Line>,
}

fn main() {}

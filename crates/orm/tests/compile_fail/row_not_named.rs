use onggi::FromRow;

#[derive(FromRow)]
struct Total(String, i64);

fn main() {}

use onggi::Field;

#[derive(Clone, PartialEq, Field)]
enum Status {
    Active,
    Closed(String),
}

fn main() {}

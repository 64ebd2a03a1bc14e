use onggi::Model;

#[derive(Clone, Model)]
enum Status {
    Active,
    Closed,
}

fn main() {}

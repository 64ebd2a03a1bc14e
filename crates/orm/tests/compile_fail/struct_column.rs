use onggi::Field;

#[derive(Clone, PartialEq, Field)]
struct Color(u8, u8, u8);

fn main() {}

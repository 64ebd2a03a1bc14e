use onggi::{Bind, Field, Id, Model, Result, Type, ValueRef};

#[derive(Clone)]
struct Color;

#[derive(Clone, PartialEq)]
struct Degrees(f64);

impl Field for Degrees {
    type Base = Degrees;
    const TYPE: Type = Type::Double;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        self.0.bind(to)
    }

    fn read(value: ValueRef<'_>) -> Result<Degrees> {
        f64::read(value).map(Degrees)
    }
}

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    colors: Vec<Color>,
    by_hour: Vec<Degrees>,
    nested: Vec<Vec<i32>>,
}

fn main() {}

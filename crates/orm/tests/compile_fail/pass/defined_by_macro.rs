//! Models whose parts come out of `macro_rules!`, with types in invisible groups.

use onggi::Model;

macro_rules! model {
    ($name:ident, $key:ty, $($field:ident: $ty:ty),*) => {
        #[derive(Clone, Debug, Model)]
        struct $name {
            id: $key,
            $(#[model(index)] $field: $ty,)*
        }
    };
}

model!(User, onggi::Id<User>, name: String, age: Option<i64>);

fn main() {
    assert!(User::table().columns[0].generated);
    assert!(User::table().columns[2].nullable);
}

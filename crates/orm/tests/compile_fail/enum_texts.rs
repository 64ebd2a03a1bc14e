use onggi::Field;

#[derive(Clone, PartialEq, Field)]
#[model(rename_all = "Title Case")]
enum Status {
    Active,
    #[model(rename = "Active")]
    Enabled,
}

fn main() {}

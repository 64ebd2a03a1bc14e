//! The small-script style: a connection, plain structs, no session.
//!
//! Run it with `cargo run --example plain`.

use onggi::{Database, Id, Model, sql};

#[derive(Clone, Debug, Default, Model)]
#[model(table = "jars")]
struct Jar {
    id: Id<Jar>,
    #[model(unique)]
    label: String,
    liters: f64,
    opened: bool,
}

fn jar(label: &str, liters: f64) -> Jar {
    Jar { label: label.into(), liters, ..Default::default() }
}

fn main() -> onggi::Result<()> {
    let db = Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Jar])?;
    let mut connection = db.connect()?;

    let mut jars = [jar("kimchi", 20.0), jar("soy sauce", 12.5), jar("chili paste", 8.0)];
    connection.insert_all(&mut jars)?;

    let mut kimchi = Jar::query().filter(|j| j.label.eq("kimchi")).one(&mut connection)?;
    kimchi.opened = true;
    connection.update(&mut kimchi)?;

    let mut more = jar("kimchi", 25.0);
    connection.upsert(&mut more, |j| j.label)?;

    Jar::query().filter(|j| j.liters.lt(10.0)).update(&mut connection, |j| j.liters.set(j.liters * 2.0))?;

    for jar in Jar::query().filter(|j| j.liters.gt(9.0)).order_by(|j| j.liters.desc()).all(&mut connection)? {
        println!("{:12} {:5.1} l", jar.label, jar.liters);
    }

    let labels: Vec<String> = Jar::query().select(|j| j.label).order_by(|j| j.label).all(&mut connection)?;
    println!("{}", labels.join(", "));

    let total: f64 =
        sql("SELECT total(liters) FROM jars WHERE opened = ?1").bind(false).one(&mut connection)?;
    println!("{total} liters unopened");

    connection.delete(&kimchi)?;
    println!("{} jars left", Jar::query().count(&mut connection)?);
    Ok(())
}

//! Rows as maps, and rows of raw SQL as objects.

use chrono::NaiveDate;
use onggi::{Deferred, FromRow, Handle, Id, Model, Pickled, Result, RowMap, Value, count_rows, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Guest {
    id: Id<Guest>,
    name: String,
    #[model(column = "of_age")]
    adult: bool,
    born: Option<NaiveDate>,
    letter: Deferred<String>,
    data: Pickled<Vec<i64>>,
}

#[derive(Clone, Debug, PartialEq, FromRow)]
struct Town {
    adult: bool,
    people: i64,
}

fn guests(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Guest])?;
    let guest = |name: &str, adult, born| Guest {
        name: name.into(),
        adult,
        born,
        letter: Deferred::from("dear".to_owned()),
        data: Pickled(vec![7]),
        ..Default::default()
    };
    harness
        .insert([guest("Ann", true, NaiveDate::from_ymd_opt(1990, 1, 31)), guest("Bo", false, None)])
        .map(drop)
}

fn names(map: &RowMap) -> Vec<&str> {
    map.iter().map(|(name, _)| name).collect()
}

pub fn rows_are_maps_in_the_order_selected(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let query = Guest::query().order_by(|g| g.id).select(|g| {
        let length = g.name.length().label(String::from("length"));
        (g.name, g.adult, length, g.born)
    });
    let maps = query.maps(&mut harness.connect()?)?;
    assert_eq!(
        harness.statements(),
        [r#"SELECT "name", "of_age", length("name"), "born" FROM "guest" ORDER BY "id""#]
    );
    assert_eq!(names(&maps[0]), ["name", "of_age", "length", "born"]);
    assert_eq!((&maps[0]["of_age"], &maps[0]["length"]), (&Value::Boolean(true), &Value::Integer(3)));
    assert_eq!((maps[1].get("born"), maps[1].get("nothing")), (Some(&Value::Null), None));
    assert_eq!(
        serde_json::to_string(&maps).map_err(onggi::Error::other)?,
        concat!(
            r#"[{"name":"Ann","of_age":true,"length":3,"born":"1990-01-31"},"#,
            r#"{"name":"Bo","of_age":false,"length":2,"born":null}]"#
        )
    );
    assert_eq!(query.maps(&mut harness.session()?)?, maps);
    Ok(())
}

pub fn whole_objects_are_maps_of_their_columns(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let mut connection = harness.connect()?;
    let maps = Guest::query().maps(&mut connection)?;
    assert_eq!(names(&maps[0]), ["id", "name", "of_age", "born", "data"]);
    let maps = Guest::query().with(|g| g.letter).maps(&mut connection)?;
    assert_eq!(maps[1]["letter"], Value::from("dear"));
    let maps = Guest::query().select(|g| (g, g.letter)).maps(&mut connection)?;
    assert_eq!(names(&maps[0]), ["id", "name", "of_age", "born", "data", "letter"]);
    Ok(())
}

pub fn maps_have_the_names_of_a_structs_fields(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let towns = Guest::query()
        .group_by(|g| g.adult)
        .order_by(|g| g.adult)
        .select(|g| TownColumns { people: count_rows(), adult: g.adult });
    let mut connection = harness.connect()?;
    for maps in [towns.maps(&mut connection)?, towns.derived().maps(&mut connection)?] {
        assert_eq!(names(&maps[0]), ["adult", "people"]);
        assert_eq!(maps[1].clone().into_values(), [Value::Boolean(true), Value::Integer(1)]);
    }
    Ok(())
}

pub fn names_of_maps_are_there_once(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let mut connection = harness.connect()?;
    let error =
        Guest::query().select(|g| (g.id, g.name.length())).maps(&mut connection).expect_err("no name");
    assert_eq!(
        error.to_string(),
        "what is selected as number 2 has no name: give it one, `expression.label(\"name\")`"
    );
    let error = Guest::query().select(|g| (g, g.name)).maps(&mut connection).expect_err("name is there");
    let twice = "two columns are called `name`: give one another name, with `label` or in SQL with AS";
    assert_eq!(error.to_string(), twice);
    let error = sql("SELECT 1 AS name, 2 AS name").all::<RowMap, _>(&mut connection).expect_err("two");
    assert!(error.to_string().ends_with(twice), "{error}");
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}

pub fn rows_of_sql_are_maps(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let text = "SELECT id, upper(name) AS loud FROM guest ORDER BY id";
    let maps: Vec<RowMap> = sql(text).all(&mut harness.connect()?)?;
    assert_eq!(format!("{:?}", maps[1]), r#"{"id": Integer(2), "loud": Text("BO")}"#);
    assert_eq!(sql(text).all::<RowMap, _>(&mut harness.session()?)?, maps);
    Ok(())
}

pub fn rows_of_sql_are_objects_by_the_names_of_columns(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let mut connection = harness.connect()?;
    let text = "SELECT data, 1 AS more, of_age, name, id, born FROM guest ORDER BY id";
    let read: Vec<Guest> = sql(text).all(&mut connection)?;
    assert_eq!(read, Guest::query().order_by(|g| g.id).all(&mut connection)?);
    assert_eq!(read[0].letter.get(), None);
    let all: Guest = sql("SELECT * FROM guest WHERE name = ?1").bind("Bo").one(&mut connection)?;
    assert_eq!(all.letter.get().map(|text| &**text), Some("dear"));
    let mut error = |text: &str| -> String {
        sql(text).all::<Guest, _>(&mut connection).expect_err("a column is missing or wrong").to_string()
    };
    assert!(
        error("SELECT id, name, born, data FROM guest")
            .ends_with("no column is called `of_age`, as the field is: there are id, name, born, data")
    );
    let wrong = error("SELECT data, name AS of_age, name, 5 AS id, born FROM guest");
    assert!(wrong.starts_with("guest.of_age of id 5: expected a boolean"), "{wrong}");
    Ok(())
}

pub fn rows_of_sql_are_tracked_in_a_session(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let mut session = harness.session()?;
    let ann = Guest::query().filter(|g| g.name.eq("Ann")).one(&mut session)?;
    session[ann].name = "Anna".into();
    harness.statements();
    let text = "SELECT name, data, born, of_age, id FROM guest WHERE name LIKE ?1 ORDER BY id";
    let found: Vec<Handle<Guest>> = sql(text).bind("%n%").all(&mut session)?;
    assert_eq!(found, [ann]);
    assert_eq!(harness.statements(), [r#"UPDATE "guest" SET "name" = ?1 WHERE "id" = ?2"#, text]);
    let bo: Handle<Guest> = sql(text).bind("B%").one(&mut session)?;
    session[bo].adult = true;
    session.commit()?;
    assert_eq!(harness.statements(), [text, r#"UPDATE "guest" SET "of_age" = ?1 WHERE "id" = ?2"#, "COMMIT"]);
    Ok(())
}

/// What was known of the rows before is not what the statement gives back.
pub fn rows_that_sql_changes_come_back_as_they_are_now(harness: &Harness) -> Result<()> {
    guests(harness)?;
    let mut session = harness.session()?;
    let ann = Guest::query().filter(|g| g.name.eq("Ann")).one(&mut session)?;
    let text = "UPDATE guest SET name = 'Anna' WHERE name = 'Ann' RETURNING name, data, born, of_age, id";
    let changed: Handle<Guest> = sql(text).one(&mut session)?;
    assert_eq!((changed, session[ann].name.as_str()), (ann, "Anna"));
    Ok(())
}

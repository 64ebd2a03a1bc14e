//! Names and values that would end a text, a name or a statement, if they were ever part of one.

use onggi::{Id, Json, Model, Query, Result, Value, case, sql};
use serde_json::json;

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Canary {
    id: Id<Canary>,
}

/// Each name has the quotes, comments and placeholders of some database.
#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(table = "`\"'; DROP TABLE canary; -- ?1 $1 :a #")]
struct Odd {
    #[model(column = "\"id\" OR 1=1")]
    id: Id<Odd>,
    #[model(unique, column = "`name` = 'x' /*")]
    name: String,
    #[model(column = "*/ \\' \\\" \\` ? :name $2")]
    note: Option<String>,
    #[model(column = "doc'; --\n'")]
    doc: Json<serde_json::Value>,
}

/// What ends something somewhere, or stands for something else.
const VALUES: [&str; 26] = [
    "'",
    "''",
    "\"",
    "`",
    "\\",
    "\\'",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "'; DROP TABLE canary; --",
    "\"; DROP TABLE canary; --",
    "`; DROP TABLE canary; #",
    "') OR ('1'='1",
    "/* canary */",
    "-- canary\n",
    "# canary",
    "?",
    "?1",
    "$1",
    ":a",
    "%",
    "_",
    "%' ESCAPE '\\",
    "{0}",
    "${jndi}",
    "\u{2019} \u{ff07} é 🏺",
    " \t\r\n\u{1a} ",
];

fn canaries(harness: &Harness) -> Result<()> {
    assert_eq!(Canary::query().count(&mut harness.connect()?)?, 1);
    Ok(())
}

fn created(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Canary, Odd])?;
    harness.insert([Canary::default()])?;
    let odd = |text: &&str| Odd {
        name: (*text).into(),
        note: Some((*text).into()),
        doc: Json(json!({ *text: *text })),
        ..Default::default()
    };
    harness.connect()?.insert_all(&mut VALUES.iter().map(odd).collect::<Vec<Odd>>())?;
    canaries(harness)
}

pub fn hostile_values_stay_values_in_conditions(harness: &Harness) -> Result<()> {
    created(harness)?;
    let mut connection = harness.connect()?;
    for text in VALUES {
        let found = |query: Query<Odd>, connection: &mut _| {
            let mut names = query.select(|o| o.name).all(connection)?;
            names.sort();
            Ok::<Vec<String>, onggi::Error>(names)
        };
        let those = |wanted: &dyn Fn(&str) -> bool| {
            let mut names: Vec<String> =
                VALUES.into_iter().filter(|value| wanted(value)).map(str::to_owned).collect();
            names.sort();
            names
        };
        let only = those(&|value| value == text);
        let c = &mut connection;
        assert_eq!(found(Odd::query().filter(|o| o.name.eq(text)), c)?, only, "{text:?}");
        assert_eq!(found(Odd::query().filter(|o| o.note.eq(text)), c)?, only, "{text:?}");
        assert_eq!(found(Odd::query().filter(|o| o.name.ne(text)), c)?, those(&|value| value != text));
        assert_eq!(found(Odd::query().filter(|o| o.name.is_in([text, "none of them"])), c)?, only);
        assert_eq!(found(Odd::query().filter(|o| o.name.between(text, text)), c)?, only);
        assert_eq!(found(Odd::query().filter(|o| o.name.le(text)), c)?, those(&|value| value <= text));
        assert_eq!(
            found(Odd::query().filter(|o| o.name.contains(text)), c)?,
            those(&|value| value.contains(text))
        );
        assert_eq!(
            found(Odd::query().filter(|o| o.name.starts_with(text)), c)?,
            those(&|value| value.starts_with(text))
        );
        assert_eq!(
            found(Odd::query().filter(|o| o.name.ends_with(text)), c)?,
            those(&|value| value.ends_with(text))
        );
        let in_doc = if harness.finds_key(text) { only.clone() } else { Vec::new() };
        assert_eq!(found(Odd::query().filter(|o| o.doc.get(text).text().eq(text)), c)?, in_doc, "{text:?}");
        assert_eq!(found(Odd::query().filter(|o| o.doc.get(text).exists()), c)?, in_doc, "{text:?}");
        assert_eq!(found(Odd::query().filter(|o| o.name.concat(text).eq(format!("{text}{text}"))), c)?, only);
    }
    canaries(harness)
}

pub fn hostile_values_stay_values_in_what_is_selected(harness: &Harness) -> Result<()> {
    created(harness)?;
    let mut connection = harness.connect()?;
    for text in VALUES {
        let query = Odd::query().filter(|o| o.name.eq(text));
        let selected = query.clone().select(|o| {
            let chosen = case().when(o.note.eq(text), text).otherwise("another");
            (chosen, o.name.replace(text, "x"), o.note.coalesce(text), o.name.position(text), o.name.length())
        });
        let length = i64::try_from(text.chars().count()).expect("a short text");
        let expected = (text.to_owned(), "x".to_owned(), text.to_owned(), 1, length);
        assert_eq!(selected.one(&mut connection)?, expected);
        let maps = query.clone().select(|o| o.name.concat(text).label(text)).maps(&mut connection)?;
        assert_eq!(maps[0].get(text), Some(&Value::Text(format!("{text}{text}"))));
        let groups = query.group_by(|o| o.note).having(|o| o.name.max().eq(text)).select(|o| o.note.max());
        assert_eq!(groups.all(&mut connection)?, [Some(text.to_owned())]);
        let raw: String = sql("SELECT ?1").bind(text).one(&mut connection)?;
        assert_eq!(raw, text);
    }
    canaries(harness)
}

pub fn hostile_values_stay_values_in_what_is_written(harness: &Harness) -> Result<()> {
    created(harness)?;
    for text in VALUES {
        let mut session = harness.session()?;
        let odd = Odd::query().filter(|o| o.name.eq(text)).one(&mut session)?;
        session[odd].note = Some(format!("{text}+{text}"));
        session[odd].doc = Json(json!([text]));
        session.commit()?;
        assert_eq!(Odd::query().filter(|o| o.note.eq(format!("{text}+{text}"))).count(&mut session)?, 1);
        drop(session);

        let mut connection = harness.connect()?;
        let query = Odd::query().filter(|o| o.name.eq(text));
        let changed =
            query.clone().update(&mut connection, |o| o.note.set(o.name.concat(text).concat("+")))?;
        assert_eq!(changed, 1);
        let mut odd = query.clone().one(&mut connection)?;
        assert_eq!(odd.note, Some(format!("{text}{text}+")));
        assert_eq!(odd.doc.0, json!([text]));
        odd.note = None;
        connection.upsert(&mut odd, |o| o.name)?;
        assert_eq!(query.clone().one(&mut connection)?.note, None);
        assert_eq!(query.delete(&mut connection)?, 1);
        canaries(harness)?;
    }
    assert_eq!(Odd::query().count(&mut harness.connect()?)?, 0);
    canaries(harness)
}

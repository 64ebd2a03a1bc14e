//! What `#[model(...)]` says of tables, and their creation.

use onggi::{BelongsTo, Id, Json, Model, Result, sql};
use uuid::Uuid;

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(table = "select \"from\" group")]
#[model(index(name = "the \"odd\" index", odd), unique(order, odd))]
struct Quoted {
    id: Id<Quoted>,
    order: String,
    #[model(column = "a \"b\" 'c' `d` [e] ü; --")]
    odd: i64,
    r#type: Option<i64>,
}

pub fn names_can_be_any_text(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Quoted])?;
    let [quoted] = harness.insert([Quoted { order: "x".into(), odd: 1, ..Default::default() }])?;
    let mut session = harness.session()?;
    let handle = Quoted::query()
        .filter(|q| q.odd.eq(1) & q.order.eq("x") & q.r#type.is_null())
        .order_by(|q| q.odd.desc())
        .one(&mut session)?;
    assert_eq!(session[handle], quoted);
    session[handle].odd = 2;
    session[handle].r#type = Some(3);
    session.flush()?;
    Quoted::query().filter(|q| q.odd.eq(2)).update(&mut session, |q| q.odd.set(q.odd + 5))?;
    assert_eq!(Quoted::query().select(|q| (q.odd, q.r#type)).one(&mut session)?, (7, Some(3)));
    session.delete(handle)?;
    session.commit()?;
    assert_eq!(harness.rows::<Quoted>()?, []);
    harness.database().drop_tables(onggi::models![Quoted])
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(table = "Invoices", rename_all = "PascalCase", index(billing_city))]
struct Invoice {
    id: Id<Invoice>,
    billing_city: String,
    #[model(column = "sum")]
    total: i64,
    parent: Option<BelongsTo<Invoice>>,
}

pub fn columns_are_named_in_the_case_that_the_model_says(harness: &Harness) -> Result<()> {
    let names: Vec<&str> = Invoice::table().columns.iter().map(|column| column.name).collect();
    assert_eq!(names, ["Id", "BillingCity", "sum", "ParentId"]);
    harness.create(onggi::models![Invoice])?;
    let mut session = harness.session()?;
    let parent = session.add(Invoice { billing_city: "Busan".into(), ..Default::default() });
    session.add(Invoice { billing_city: "Seoul".into(), parent: parent.into(), ..Default::default() });
    session.commit()?;
    harness.statements();
    let found = Invoice::query().filter(|i| i.parent().billing_city.eq("Busan")).select(|i| i.billing_city);
    assert_eq!(found.all(&mut session)?, ["Seoul"]);
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            concat!(
                r#"SELECT "Invoices"."BillingCity" FROM "Invoices" LEFT JOIN "Invoices" AS "Invoices_2" "#,
                r#"ON "Invoices"."ParentId" = "Invoices_2"."Id" WHERE "Invoices_2"."BillingCity" = ?1"#
            ),
        ]
    );
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct HTTPServerLog {
    id: Id<HTTPServerLog>,
}

pub fn a_table_is_named_after_its_struct(harness: &Harness) -> Result<()> {
    assert_eq!(HTTPServerLog::table().name, "http_server_log");
    harness.create(onggi::models![HTTPServerLog])?;
    assert_eq!(sql("SELECT count(*) FROM http_server_log").one::<i64, _>(&mut harness.connect()?)?, 0);
    Ok(())
}

pub fn a_row_of_nothing_but_a_key_is_inserted(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![HTTPServerLog])?;
    let mut session = harness.session()?;
    let logs = session.add_all([HTTPServerLog::default(), HTTPServerLog::default()]);
    session.commit()?;
    assert_eq!(logs.map_keys(&session), [1, 2]);
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", r#"2 x INSERT INTO "http_server_log" DEFAULT VALUES"#, "COMMIT"]
    );
    Ok(())
}

trait MapKeys {
    fn map_keys(&self, session: &onggi::Session) -> Vec<i64>;
}

impl MapKeys for Vec<onggi::Handle<HTTPServerLog>> {
    fn map_keys(&self, session: &onggi::Session) -> Vec<i64> {
        self.iter().filter_map(|&log| session[log].id.key()).collect()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(table = "countries")]
struct Country {
    #[model(primary_key)]
    code: String,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(table = "cities")]
struct City {
    id: Id<City>,
    #[model(references(Country))]
    country: String,
    name: String,
}

pub fn a_key_can_be_a_text(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![City, Country])?;
    let mut session = harness.session()?;
    let korea = Country { code: "KR".into(), name: "Korea".into() };
    session.add(City { country: "KR".into(), name: "Seoul".into(), ..Default::default() });
    let korea = session.add(korea);
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"INSERT INTO "countries" ("code", "name") VALUES (?1, ?2)"#,
            r#"INSERT INTO "cities" ("country", "name") VALUES (?1, ?2)"#,
            "COMMIT"
        ]
    );
    assert_eq!(session.get::<Country>("KR")?, Some(korea));
    assert_eq!(harness.statements(), [""; 0]);
    assert_eq!(session.get::<Country>("kr")?, None);
    session[korea].name = "South Korea".into();
    session.commit()?;
    let found = harness.connect()?.get_one::<Country>("KR")?;
    assert_eq!(found.name, "South Korea");
    session.add(City { country: "XX".into(), name: "Nowhere".into(), ..Default::default() });
    assert!(session.commit().expect_err("a city without country").is_foreign_key_violation());
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Ticket {
    #[model(primary_key)]
    number: Uuid,
    seat: i32,
}

pub fn a_key_can_be_a_uuid(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Ticket])?;
    let mut session = harness.session()?;
    let [first, second] = [1, 2].map(Uuid::from_u128);
    let ticket = session.add(Ticket { number: first, seat: 1 });
    session.add(Ticket { number: second, seat: 2 });
    session.commit()?;
    assert_eq!(session.get::<Ticket>(first)?, Some(ticket));
    session[ticket].seat = 3;
    session.commit()?;
    let mut session = harness.session()?;
    let ticket = session.get_one::<Ticket>(first)?;
    assert_eq!(session[ticket].seat, 3);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Member {
    id: Id<Member>,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(member, team, since))]
struct Membership {
    member: Id<Member>,
    role: Option<String>,
    team: String,
    since: i16,
}

pub fn a_key_can_be_composite_and_refer_to_new_objects(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Membership, Member])?;
    let mut session = harness.session()?;
    let member = session.add(Member { name: "Jane".into(), ..Default::default() });
    let membership = session.add(Membership {
        member: member.into(),
        team: "red".into(),
        since: 2020,
        ..Default::default()
    });
    session.commit()?;
    let key = session[member].id;
    assert_eq!(session[membership].member, key);
    harness.statements();
    assert_eq!(session.get::<Membership>((key, "red".to_owned(), 2020))?, Some(membership));
    assert_eq!(harness.statements(), [""; 0]);
    assert_eq!(session.get::<Membership>((key, "red".to_owned(), 2021))?, None);
    session[membership].role = Some("captain".into());
    session.commit()?;
    session.delete(membership)?;
    session.commit()?;
    let by_key = r#"WHERE "member" = ?1 AND "team" = ?2 AND "since" = ?3"#;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            &format!(r#"SELECT "member", "role", "team", "since" FROM "membership" {by_key}"#),
            r#"UPDATE "membership" SET "role" = ?1 WHERE "member" = ?2 AND "team" = ?3 AND "since" = ?4"#,
            "COMMIT",
            "SAVEPOINT begin",
            &format!(r#"DELETE FROM "membership" {by_key}"#),
            "COMMIT",
        ]
    );
    Ok(())
}

pub fn rows_of_a_composite_key_are_told_apart_by_all_its_parts(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Membership, Member])?;
    let [member] = harness.insert([Member::default()])?;
    let membership =
        |team: &str, since| Membership { member: member.id, team: team.into(), since, ..Default::default() };
    let mut objects = [membership("a", 1), membership("a", 2), membership("b", 1)];
    let mut connection = harness.connect()?;
    connection.insert_all(&mut objects)?;
    connection.delete(&objects[1])?;
    let left = Membership::query().order_by(|m| m.team).all(&mut connection)?;
    assert_eq!(left, [objects[0].clone(), objects[2].clone()]);
    let error = connection.insert(&mut objects[2]).expect_err("the same key twice");
    assert!(error.is_unique_violation());
    assert_eq!(error.table(), Some("membership"));
    assert_eq!(error.columns(), ["member", "team", "since"]);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(unique(first, last), unique(name = "one_nick", nick), index(name = "by_last", last, first))]
#[model(check = "born > 1800", check(name = "sane", "first <> last"))]
struct Human {
    id: Id<Human>,
    #[model(length = 5)]
    first: String,
    last: String,
    nick: Option<String>,
    #[model(default = 1900, index, check(name = "born_before_2100", "born < 2100"))]
    born: i32,
    #[model(default = "it's")]
    note: String,
    #[model(default = true)]
    alive: bool,
    #[model(default(sql = "6 * 7"))]
    answer: i64,
    #[model(skip)]
    cached: Vec<String>,
}

fn human(first: &str, last: &str) -> Human {
    Human { first: first.into(), last: last.into(), born: 1950, ..Default::default() }
}

pub fn unique_columns_refuse_the_same_values_together(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Human])?;
    harness.insert([human("a", "b"), human("a", "c"), human("x", "b")])?;
    let error = harness.connect()?.insert(&mut human("a", "b")).expect_err("a and b twice");
    assert!(error.is_unique_violation());
    assert_eq!((error.table(), error.columns()), (Some("human"), vec!["first", "last"]));
    Ok(())
}

pub fn null_is_unique_to_itself(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Human])?;
    harness.insert([human("a", "b"), human("c", "d")])?;
    let nicked = |first| Human { nick: Some("bob".into()), ..human(first, "z") };
    harness.insert([nicked("e")])?;
    let error = harness.connect()?.insert(&mut nicked("f")).expect_err("a nick twice");
    assert!(error.is_unique_violation());
    assert_eq!((error.table(), error.columns()), (Some("human"), vec!["nick"]));
    Ok(())
}

pub fn checks_and_lengths_are_named_when_violated(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Human])?;
    let mut connection = harness.connect()?;
    connection.insert(&mut human("fünf5", "z"))?;
    let cases = [
        (human("sixsix", "x"), "human_first_length"),
        (Human { born: 1800, ..human("a", "b") }, "human_check_2"),
        (Human { born: 2100, ..human("a", "b") }, "born_before_2100"),
        (human("same", "same"), "sane"),
    ];
    for (mut object, constraint) in cases {
        let error = connection.insert(&mut object).expect_err("a check was passed by");
        assert!(error.is_check_violation(), "{error}");
        assert_eq!(error.constraint(), Some(constraint));
    }
    Ok(())
}

pub fn defaults_are_for_rows_that_others_insert(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Human])?;
    let mut connection = harness.connect()?;
    sql("INSERT INTO human (first, last) VALUES ('a', 'b')").execute(&mut connection)?;
    let read = connection.get_one::<Human>(1)?;
    let expected =
        Human { id: 1.into(), born: 1900, note: "it's".into(), alive: true, answer: 42, ..human("a", "b") };
    assert_eq!(read, expected);
    Ok(())
}

pub fn skipped_fields_are_no_columns(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Human])?;
    assert_eq!(Human::table().column("cached"), None);
    harness.insert([Human { cached: vec!["lost".into()], ..human("a", "b") }])?;
    let mut session = harness.session()?;
    let handle = session.get_one::<Human>(1)?;
    assert_eq!(session[handle].cached, [""; 0]);
    harness.statements();
    session[handle].cached.push("only here".into());
    session.commit()?;
    assert_eq!(harness.statements(), ["COMMIT"]);
    assert_eq!(session[handle].cached, ["only here"]);
    Ok(())
}

pub fn tables_are_created_once_and_kept(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Human])?;
    harness.insert([human("a", "b")])?;
    harness.database().create_tables(onggi::models![Human, Member])?;
    assert_eq!(harness.rows::<Human>()?.len(), 1);
    assert_eq!(harness.rows::<Member>()?.len(), 0);
    Ok(())
}

pub fn tables_are_created_and_dropped_in_the_order_of_their_keys(harness: &Harness) -> Result<()> {
    harness.database().create_tables(onggi::models![Membership, City, Member, Country])?;
    let heads = |statements: crate::Statements| -> Vec<String> {
        statements
            .iter()
            .map(|text| text.as_str().split(" (").next().unwrap_or_default().replace('`', "\""))
            .collect()
    };
    let created = heads(harness.statements());
    assert_eq!(
        created.iter().filter(|text| text.starts_with("CREATE")).collect::<Vec<_>>(),
        [
            r#"CREATE TABLE IF NOT EXISTS "member""#,
            r#"CREATE TABLE IF NOT EXISTS "membership""#,
            r#"CREATE TABLE IF NOT EXISTS "countries""#,
            r#"CREATE TABLE IF NOT EXISTS "cities""#,
        ]
    );
    let [member] = harness.insert([Member::default()])?;
    harness.insert([Membership { member: member.id, ..Default::default() }])?;
    harness.database().drop_tables(onggi::models![Country, Member, City, Membership])?;
    let mut dropped = harness.statements().to_vec();
    dropped.retain(|text| text.as_str().starts_with("DROP"));
    let one_by_one = [
        r#"DROP TABLE IF EXISTS "membership""#,
        r#"DROP TABLE IF EXISTS "cities""#,
        r#"DROP TABLE IF EXISTS "member""#,
        r#"DROP TABLE IF EXISTS "countries""#,
    ];
    match harness.drops_together() {
        true => assert_eq!(dropped.len(), 1, "all at once"),
        false => assert_eq!(dropped, one_by_one),
    }
    assert!(Member::query().all(&mut harness.connect()?).is_err());
    harness.database().drop_tables(onggi::models![Country, Member, City, Membership])
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Chicken {
    id: Id<Chicken>,
    egg: Option<Id<Egg>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Egg {
    id: Id<Egg>,
    chicken: Id<Chicken>,
    twin: Option<Id<Egg>>,
}

pub fn tables_in_a_circle_are_created_and_dropped_with_their_rows(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Chicken, Egg])?;
    let mut session = harness.session()?;
    let chicken = session.add(Chicken::default());
    let egg = session.add(Egg { chicken: chicken.into(), ..Default::default() });
    session[chicken].egg = egg.into();
    session[egg].twin = egg.into();
    session.commit()?;
    drop(session);
    assert_eq!(harness.rows::<Egg>()?.len(), 1);
    harness.database().drop_tables(onggi::models![Chicken, Egg])?;
    harness.create(onggi::models![Egg, Chicken])?;
    assert_eq!(harness.rows::<Egg>()?, []);
    Ok(())
}

pub fn tables_of_a_circle_are_created_once_and_kept(harness: &Harness) -> Result<()> {
    for _ in 0..2 {
        harness.create(onggi::models![Chicken, Egg])?;
    }
    harness.insert([Chicken::default()])?;
    harness.create(onggi::models![Egg, Chicken])?;
    assert_eq!(harness.rows::<Chicken>()?.len(), 1);
    let nowhere = Chicken { egg: Some(99.into()), ..Default::default() };
    let error = harness.connect()?.insert(&mut nowhere.clone()).expect_err("an egg that is not there");
    assert!(error.is_foreign_key_violation(), "{error}");
    Ok(())
}

pub fn a_table_that_others_need_is_not_dropped(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Membership, Member])?;
    let [member] = harness.insert([Member::default()])?;
    harness.insert([Membership { member: member.id, ..Default::default() }])?;
    let error = harness.database().drop_tables(onggi::models![Member]).expect_err("a needed table went");
    assert!(error.is_foreign_key_violation(), "{error}");
    assert_eq!((harness.rows::<Member>()?.len(), harness.rows::<Membership>()?.len()), (1, 1));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Folder {
    id: Id<Folder>,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Paper {
    id: Id<Paper>,
    #[model(on_delete = "cascade")]
    folder: Id<Folder>,
    #[model(on_delete = "set null", index)]
    copied_from: Option<Id<Folder>>,
    #[model(default = 1, on_delete = "set default")]
    archive: Option<Id<Folder>>,
    #[model(on_delete = "restrict")]
    pinned: Option<Id<Folder>>,
}

pub fn rows_that_refer_follow_their_on_delete(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Paper, Folder])?;
    let folders = ["fallback", "own", "source", "pinned"]
        .map(|name| Folder { name: name.into(), ..Default::default() });
    let [fallback, own, source, pinned] = harness.insert(folders)?;
    let paper = Paper {
        folder: own.id,
        copied_from: Some(source.id),
        archive: Some(source.id),
        pinned: Some(pinned.id),
        ..Default::default()
    };
    let [paper] = harness.insert([paper])?;
    let mut connection = harness.connect()?;
    connection.delete(&source)?;
    let read = connection.get_one::<Paper>(paper.id)?;
    assert_eq!((read.copied_from, read.archive), (None, Some(fallback.id)));
    let error = connection.delete(&pinned).expect_err("a row that is referred to went");
    assert!(error.is_foreign_key_violation(), "{error}");
    connection.delete(&own)?;
    assert_eq!(connection.get::<Paper>(paper.id)?, None);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Wide {
    #[model(primary_key)]
    a: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Filed {
    id: Id<Filed>,
    #[model(index)]
    marks: Json<Vec<i64>>,
}

pub fn json_documents_are_indexed(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Filed])?;
    let [filed] = harness.insert([Filed { marks: Json(vec![3]), ..Default::default() }])?;
    assert_eq!(harness.rows::<Filed>()?, [filed]);
    Ok(())
}

pub fn an_integer_key_of_the_users_own_is_not_generated(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Wide])?;
    let mut session = harness.session()?;
    session.add(Wide { a: 0 });
    session.add(Wide { a: -5 });
    session.commit()?;
    let keys = Wide::query().select(|w| w.a).order_by(|w| w.a).all(&mut session)?;
    assert_eq!(keys, [-5, 0]);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Shelf {
    id: Id<Shelf>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Jar {
    id: Id<Jar>,
    shelf: BelongsTo<Shelf>,
    on: Option<Id<Jar>>,
}

pub fn a_table_that_is_referred_to_and_missing_is_told(harness: &Harness) -> Result<()> {
    let database = harness.database();
    let error = database.create_tables(onggi::models![Jar]).expect_err("there are no shelves");
    let words = "jar refers to shelf, which is neither among the models that are created nor in the database";
    assert!(error.to_string().starts_with(words), "{error}");
    // Nothing was created, and what is there already need not be named.
    assert!(Jar::query().count(&mut harness.connect()?).is_err());
    database.create_tables(onggi::models![Shelf])?;
    database.create_tables(onggi::models![Jar])?;
    assert_eq!(Jar::query().count(&mut harness.connect()?)?, 0);
    Ok(())
}

//! Tables to DDL.

mod common;

use common::{ODD, SEATS, USERS};
use onggi_sql::{
    Action, Check, Column, ComputedIndex, Constant, Declared, Index, IndexPart, Reference, Table, Type,
    dialect, schema,
};

fn created(table: &Table) -> Vec<String> {
    schema::create(table, &dialect::SQLITE).unwrap_or_else(|error| vec![format!("error: {error}")])
}

#[test]
fn tables_with_generated_and_composite_keys() {
    assert_eq!(
        created(&USERS),
        [
            r#"CREATE TABLE IF NOT EXISTS "users" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "age" INTEGER NOT NULL, "balance" TEXT COLLATE onggi_decimal, "version" INTEGER NOT NULL)"#
        ]
    );
    assert_eq!(
        created(&SEATS),
        [
            r#"CREATE TABLE IF NOT EXISTS "seats" ("row" INTEGER NOT NULL, "number" INTEGER NOT NULL, "taken" BOOLEAN NOT NULL, PRIMARY KEY ("row", "number"))"#
        ]
    );
}

#[test]
fn names_are_quoted() {
    assert_eq!(
        created(&ODD),
        [
            r#"CREATE TABLE IF NOT EXISTS "the ""odd"" one" ("select" INTEGER PRIMARY KEY, "a ""b"" 'c' `d` [e]; --" TEXT NOT NULL)"#
        ]
    );
    let dropped = schema::drop(&ODD, &dialect::SQLITE).unwrap();
    assert_eq!(dropped, r#"DROP TABLE IF EXISTS "the ""odd"" one""#);
}

#[test]
fn names_with_a_nul_are_refused() {
    static COLUMNS: [Column; 1] = [Column::new("a\0b", Type::Text)];
    static COLUMN: Table = Table::new("fine", &COLUMNS, &[]);
    static TABLE: Table = Table::new("x\0y", &[], &[]);
    static FINE: [Column; 1] = [Column::new("a", Type::Text)];
    static INDEXES: [Index; 1] = [Index { name: Some("i\0j"), columns: &[0], unique: false }];
    static INDEX: Table = Table::new("fine", &FINE, &[]).with_indexes(&INDEXES);
    for table in [&COLUMN, &TABLE, &INDEX] {
        assert!(schema::create(table, &dialect::SQLITE).is_err());
    }
    assert!(schema::drop(&TABLE, &dialect::SQLITE).is_err());
}

#[test]
fn types() {
    let types = [
        (Type::Boolean, "BOOLEAN"),
        (Type::Integer { bits: 8, signed: false }, "INTEGER"),
        (Type::Integer { bits: 128, signed: true }, "INTEGER"),
        (Type::Real, "REAL"),
        (Type::Double, "REAL"),
        (Type::Text, "TEXT"),
        (Type::Blob, "BLOB"),
        (Type::Date, "DATE"),
        (Type::Time, "TIME"),
        (Type::DateTime, "DATETIME"),
        (Type::Timestamp, "DATETIME"),
        (Type::Uuid, "TEXT"),
        (Type::Decimal, "TEXT COLLATE onggi_decimal"),
        (Type::Json, "TEXT"),
    ];
    for (ty, name) in types {
        assert_eq!((dialect::SQLITE.tables.type_name)(ty), name);
    }
}

#[test]
fn defaults_and_lengths() {
    static COLUMNS: [Column; 8] = [
        Column::new("yes", Type::Boolean).with_default(Constant::Boolean(true)),
        Column::new("no", Type::Boolean).with_default(Constant::Boolean(false)),
        Column::new("least", Type::BIGINT).with_default(Constant::Integer(i64::MIN)),
        Column::new("half", Type::Double).with_default(Constant::Real(0.5)),
        Column::new("whole", Type::Double).with_default(Constant::Real(1e300)),
        Column::new("quoted", Type::Text).with_default(Constant::Text("it's \"x\"; --")),
        Column::new("now", Type::Timestamp)
            .with_nullable(true)
            .with_default(Constant::Sql("CURRENT_TIMESTAMP")),
        Column::new("short", Type::Text).with_length(5).with_default(Constant::Text("")),
    ];
    static TABLE: Table = Table::new("defaults", &COLUMNS, &[]);
    let text = created(&TABLE).remove(0);
    for definition in [
        r#""yes" BOOLEAN NOT NULL DEFAULT TRUE,"#,
        r#""no" BOOLEAN NOT NULL DEFAULT FALSE,"#,
        r#""least" INTEGER NOT NULL DEFAULT -9223372036854775808,"#,
        r#""half" REAL NOT NULL DEFAULT 0.5,"#,
        r#""whole" REAL NOT NULL DEFAULT 1e300,"#,
        r#""quoted" TEXT NOT NULL DEFAULT 'it''s "x"; --',"#,
        r#""now" DATETIME DEFAULT (CURRENT_TIMESTAMP),"#,
        r#""short" TEXT NOT NULL DEFAULT '' CONSTRAINT "defaults_short_length" CHECK (length("short") <= 5))"#,
    ] {
        assert!(text.contains(definition), "{definition} in {text}");
    }
}

#[test]
fn a_default_without_sql_is_refused() {
    static COLUMNS: [Column; 1] = [Column::new("x", Type::Double).with_default(Constant::Real(f64::NAN))];
    static TABLE: Table = Table::new("t", &COLUMNS, &[]);
    assert_eq!(created(&TABLE), ["error: a default of NaN has no SQL"]);
}

static ITEM_COLUMNS: [Column; 3] =
    [Column::new("id", Type::BIGINT).generated(), Column::new("a", Type::Text), Column::new("b", Type::Text)];

#[test]
fn indexes_and_checks() {
    static INDEXES: [Index; 5] = [
        Index { name: None, columns: &[1], unique: true },
        Index { name: None, columns: &[1, 2], unique: false },
        Index { name: Some("by \"b\""), columns: &[2, 1], unique: false },
        Index { name: Some("one_b"), columns: &[2], unique: true },
        Index { name: None, columns: &[2, 1], unique: true },
    ];
    static CHECKS: [Check; 2] =
        [Check { name: None, condition: "a <> b" }, Check { name: Some("sane"), condition: "length(a) > 0" }];
    static TABLE: Table =
        Table::new("items", &ITEM_COLUMNS, &[0]).with_indexes(&INDEXES).with_checks(&CHECKS);
    assert_eq!(
        created(&TABLE),
        [
            r#"CREATE TABLE IF NOT EXISTS "items" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL, "b" TEXT NOT NULL, CONSTRAINT "items_a_key" UNIQUE ("a"), CONSTRAINT "items_b_a_key" UNIQUE ("b", "a"), CONSTRAINT "items_check_1" CHECK (a <> b), CONSTRAINT "sane" CHECK (length(a) > 0))"#,
            r#"CREATE INDEX IF NOT EXISTS "items_a_b_idx" ON "items" ("a", "b")"#,
            r#"CREATE INDEX IF NOT EXISTS "by ""b""" ON "items" ("b", "a")"#,
            r#"CREATE UNIQUE INDEX IF NOT EXISTS "one_b" ON "items" ("b")"#,
        ]
    );
}

#[test]
fn indexes_of_what_functions_give() {
    static GET: Declared = Declared { name: "pickle_get", program: true };
    const fn at(argument: &'static str) -> IndexPart {
        IndexPart::Call { function: &GET, column: 2, argument }
    }
    static INDEXES: [ComputedIndex; 2] = [
        ComputedIndex { name: None, parts: &[at("$.city"), IndexPart::Column(1)], unique: false },
        ComputedIndex { name: Some("one"), parts: &[at("$[\"it's\"]")], unique: true },
    ];
    static TABLE: Table = Table::new("items", &ITEM_COLUMNS, &[0]).with_computed_indexes(&INDEXES);
    assert_eq!(
        created(&TABLE)[1..],
        [
            r#"CREATE INDEX IF NOT EXISTS "items_b$.city_a_idx" ON "items" ("pickle_get"("b", '$.city'), "a")"#,
            r#"CREATE UNIQUE INDEX IF NOT EXISTS "one" ON "items" ("pickle_get"("b", '$["it''s"]'))"#,
        ]
    );
    static NUL: [ComputedIndex; 1] = [ComputedIndex { name: None, parts: &[at("\0")], unique: false }];
    static BAD: Table = Table::new("items", &ITEM_COLUMNS, &[0]).with_computed_indexes(&NUL);
    assert!(schema::create(&BAD, &dialect::SQLITE).is_err());
}

fn items() -> &'static Table {
    static TABLE: Table = Table::new("items", &ITEM_COLUMNS, &[0]);
    &TABLE
}

fn seats() -> &'static Table {
    &SEATS
}

#[test]
fn foreign_keys() {
    const fn column(name: &'static str, on_delete: Action, on_update: Action) -> Column {
        let reference = Reference::to(items).with_actions(on_delete, on_update);
        Column::new(name, Type::BIGINT).with_reference(Some(reference))
    }
    static COLUMNS: [Column; 4] = [
        column("a", Action::NoAction, Action::NoAction),
        column("b", Action::Cascade, Action::Restrict),
        column("c", Action::SetNull, Action::NoAction),
        column("d", Action::SetDefault, Action::Cascade),
    ];
    static TABLE: Table = Table::new("refers", &COLUMNS, &[0]);
    let text = created(&TABLE).remove(0);
    let keys = text.split_once(", FOREIGN KEY ").map(|(_, keys)| keys).unwrap_or_default();
    assert_eq!(
        keys.split(", FOREIGN KEY ").collect::<Vec<_>>(),
        [
            r#"("a") REFERENCES "items" ("id")"#,
            r#"("b") REFERENCES "items" ("id") ON DELETE CASCADE ON UPDATE RESTRICT"#,
            r#"("c") REFERENCES "items" ("id") ON DELETE SET NULL"#,
            r#"("d") REFERENCES "items" ("id") ON DELETE SET DEFAULT ON UPDATE CASCADE)"#,
        ]
    );
}

#[test]
fn a_reference_to_a_composite_key_is_refused() {
    static COLUMNS: [Column; 1] =
        [Column::new("seat", Type::BIGINT).with_reference(Some(Reference::to(seats)))];
    static TABLE: Table = Table::new("bookings", &COLUMNS, &[]);
    assert_eq!(
        created(&TABLE),
        [
            "error: bookings.seat refers to seats, whose primary key has 2 columns: only a key of one column can be referred to"
        ]
    );
}

const fn reference(name: &'static str, table: fn() -> &'static Table) -> [Column; 2] {
    [
        Column::new("id", Type::BIGINT).generated(),
        Column::new(name, Type::BIGINT).with_reference(Some(Reference::to(table))),
    ]
}

static TO_B: [Column; 2] = reference("b", || &B);
static TO_C: [Column; 2] = reference("c", || &C);
static TO_SELF: [Column; 2] = reference("d", || &D);
static A: Table = Table::new("a", &TO_B, &[0]);
static B: Table = Table::new("b", &TO_C, &[0]);
static C: Table = Table::new("c", &TO_SELF, &[0]);
static D: Table = Table::new("d", &TO_SELF, &[0]);
static TO_Y: [Column; 2] = reference("y", || &Y);
static TO_X: [Column; 2] = reference("x", || &X);
static X: Table = Table::new("x", &TO_Y, &[0]);
static Y: Table = Table::new("y", &TO_X, &[0]);
static TO_CIRCLE: [Column; 2] = reference("y", || &Y);
static Z: Table = Table::new("z", &TO_CIRCLE, &[0]);

fn sorted(tables: &[&'static Table]) -> Vec<&'static str> {
    schema::sorted(tables).iter().map(|table| table.name).collect()
}

#[test]
fn tables_are_sorted_by_their_references() {
    assert_eq!(sorted(&[&A, &B, &C, &D]), ["d", "c", "b", "a"]);
    assert_eq!(sorted(&[&D, &C, &B, &A]), ["d", "c", "b", "a"]);
    assert_eq!(sorted(&[&A, &C]), ["a", "c"]);
    assert_eq!(sorted(&[&A, &USERS, &B]), ["users", "b", "a"]);
    assert_eq!(sorted(&[&A, &B, &A, &B]), ["b", "a"]);
    assert_eq!(sorted(&[]), [""; 0]);
}

#[test]
fn tables_in_a_circle_come_before_those_that_need_it() {
    assert_eq!(sorted(&[&X, &Y]), ["x", "y"]);
    assert_eq!(sorted(&[&Y, &X]), ["y", "x"]);
    assert_eq!(sorted(&[&Z, &X, &Y]), ["x", "y", "z"]);
}

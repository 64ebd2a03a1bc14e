//! Statements as MariaDB and MySQL get them, where they differ from SQLite's and from each other.

mod common;

use common::{AGE, BALANCE, ID, NAME, SEATS, USERS, VERSION};
use onggi_sql::dialect::{Control, Isolation, MARIADB, MYSQL, Modes};
use onggi_sql::{
    Action, Aggregate, AggregateFunction, BinaryOperator, Bound, Column, ComputedIndex, Conflict,
    ConflictAction, Constant, Conversion, Cte, Declared, Delete, Dialect, Direction, Expression, Frame,
    FrameUnit, Function, Index, IndexPart, Insert, Join, JoinKind, Lock, LockStrength, LockWait, Match,
    Nulls, Order, Reference, Relation, Rows, Select, SetOperator, Source, Statement, Summary, Table, Type,
    UnaryOperator, Update, Value, Window, WindowFunction, Windowed, compile, schema, shape,
};

fn on(statement: &Statement, dialect: &'static Dialect) -> String {
    match compile::compile(statement, dialect) {
        Ok(compiled) => compiled.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

fn text(statement: &Statement) -> String {
    on(statement, &MARIADB)
}

/// Which value each placeholder stands for.
fn order(statement: &Statement) -> Option<Vec<usize>> {
    compile::compile(statement, &MARIADB).expect("a statement").order().map(<[usize]>::to_vec)
}

/// What is selected of the users.
fn selected(expression: Expression) -> String {
    let text = text(&Statement::Select(Select::new(&USERS, vec![expression])));
    let short = text.strip_prefix("SELECT ").and_then(|text| text.strip_suffix(" FROM `users`"));
    short.map_or(text.clone(), str::to_owned)
}

fn column(column: usize) -> Expression {
    Expression::column(&USERS, column)
}

fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
    Expression::binary(operator, left, right)
}

fn users() -> Select {
    Select::new(&USERS, vec![column(NAME)])
}

#[test]
fn placeholders_have_no_numbers_and_stand_for_values_in_an_order() {
    let plain = Select { limit: Some(Value::Integer(1)), offset: Some(Value::Integer(2)), ..users() };
    assert_eq!(text(&Statement::Select(plain.clone())), "SELECT `name` FROM `users` LIMIT ? OFFSET ?");
    assert_eq!(order(&Statement::Select(plain)), None);
    let round = Expression::Function(Function::Round, vec![Expression::value(7)]);
    let twice = Statement::Select(Select::new(&USERS, vec![round, Expression::value("x")]));
    assert_eq!(order(&twice), Some(vec![0, 0, 0, 0, 1]));
    let skipped = Select { offset: Some(Value::Integer(2)), ..users() };
    assert!(text(&Statement::Select(skipped)).ends_with(" LIMIT 18446744073709551615 OFFSET ?"));
}

#[test]
fn names_stand_in_backticks() {
    static ODD_COLUMNS: [Column; 1] = [Column::new("a `b` \"c\"", Type::BIGINT)];
    static ODD: Table = Table::new("o`", &ODD_COLUMNS, &[]);
    assert_eq!(text(&Statement::Select(Select::all(&ODD))), "SELECT `a ``b`` \"c\"` FROM `o```");
    // Sixty-four characters, of more bytes.
    static LONG: Table =
        Table::new("äääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää", &[], &[]);
    let error = text(&Statement::Select(Select::all(Source::from(&LONG))));
    assert!(error.starts_with("error: MariaDB has no names as long as"), "{error}");
}

#[test]
fn a_list_is_rows_of_a_json_array_of_the_type_of_its_values() {
    let is_in = |operand, values| selected(Expression::In(Box::new(operand), Value::List(values)));
    let rows = |ty: &str| {
        format!(
            "(SELECT onggi_value FROM json_table(?, '$[*]' COLUMNS (onggi_value {ty} PATH '$' ERROR ON ERROR)) AS onggi_list)"
        )
    };
    assert_eq!(is_in(column(AGE), vec![Value::Integer(1)]), format!("`age` IN {}", rows("BIGINT")));
    let wide = vec![Value::Integer(-1), Value::Unsigned(u64::MAX)];
    assert_eq!(is_in(column(AGE), wide), format!("`age` IN {}", rows("DECIMAL(20, 0)")));
    let texts = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";
    assert_eq!(is_in(column(NAME), vec![Value::from("x")]), format!("`name` IN {}", rows(texts)));
    let bytes = is_in(column(NAME), vec![Value::Blob(vec![1])]);
    assert!(bytes.starts_with("`name` IN (SELECT unhex(onggi_value) FROM json_table("), "{bytes}");
    let listed = Expression::In(Box::new(column(AGE)), Value::List(vec![Value::Null]));
    let not = Expression::unary(UnaryOperator::Not, listed);
    assert!(selected(not).starts_with("`age` NOT IN (SELECT onggi_value FROM "));
}

/// Within one table they would be looked up for each row.
#[test]
fn updates_and_deletes_of_a_list_join_it() {
    let listed = || Expression::In(Box::new(column(ID)), Value::List(vec![Value::Integer(1)]));
    let update =
        Update { filter: Some(listed()), ..Update::new(&USERS, vec![(NAME, Expression::value("x"))]) };
    let joined = text(&Statement::Update(update.clone()));
    assert!(
        joined.starts_with("UPDATE `users`, (SELECT 1) AS onggi_one SET `name` = ? WHERE `id` IN (SELECT"),
        "{joined}"
    );
    let plain = on(&Statement::Update(update), &MYSQL);
    assert!(plain.starts_with("UPDATE `users` SET `name` = ? WHERE `id` IN (SELECT"), "{plain}");
    let delete = Delete { filter: Some(listed()), ..Delete::new(&USERS) };
    let joined = text(&Statement::Delete(delete.clone()));
    assert!(joined.starts_with("DELETE `users` FROM `users` WHERE `id` IN (SELECT"), "{joined}");
    let returning = Delete { returning: vec![column(ID)], ..delete };
    let single = text(&Statement::Delete(returning.clone()));
    assert!(
        single.starts_with("DELETE FROM `users` WHERE `id` IN ") && single.ends_with(" RETURNING `id`"),
        "{single}"
    );
    assert_eq!(on(&Statement::Delete(returning), &MYSQL), "error: MySQL has no RETURNING");
}

#[test]
fn whole_numbers_are_divided_as_such_wherever_they_come_from() {
    let halved = |left| selected(binary(BinaryOperator::Divide, left, Expression::value(2)));
    assert_eq!(halved(column(AGE)), "`age` DIV ?");
    assert_eq!(halved(column(BALANCE)), "`balance` / ?");
    let length = Expression::Function(Function::Length, vec![column(NAME)]);
    assert_eq!(halved(length), "char_length(`name`) DIV ?");
    let double = Expression::Value(Value::Real(0.5));
    assert_eq!(halved(binary(BinaryOperator::Add, column(AGE), double)), "(`age` + ?) / ?");
    let raw = onggi_sql::Raw::new(["f(", ")"], vec![column(BALANCE)]);
    assert_eq!(halved(Expression::Raw(Box::new(raw.clone()))), "(f(`balance`)) / ?");
    assert_eq!(halved(Expression::Raw(Box::new(raw.with_type(Type::BIGINT)))), "(f(`balance`)) DIV ?");
    let either = |other| {
        let branches = vec![(column(NAME), Expression::value(1))];
        Expression::Case(Box::new(onggi_sql::Case { branches, otherwise: Some(other) }))
    };
    assert!(halved(either(Expression::Value(Value::Null))).ends_with(" DIV ?"));
    assert!(halved(either(Expression::Value(Value::Real(2.5)))).ends_with(" / ?"));
    // Of a column of a select that is read.
    let output = Expression::Output { source: 1, column: 0, decimal: false };
    let inner = Select::new(&USERS, vec![binary(BinaryOperator::Add, column(AGE), column(VERSION))]);
    let half = binary(BinaryOperator::Divide, output, Expression::value(2));
    let outer = Select::new(Relation::Select(Box::new(inner), 1), vec![half]);
    assert!(text(&Statement::Select(outer)).starts_with("SELECT `derived`.`c1` DIV ? FROM"));
}

#[test]
fn functions_and_operators_mean_what_they_mean_elsewhere() {
    let like = binary(BinaryOperator::Like, column(NAME), Expression::value("a%"));
    let lower =
        |text| format!("CAST(CAST(lower(CONVERT(CAST({text} AS BINARY) USING tis620)) AS BINARY) AS CHAR)");
    assert_eq!(selected(like), format!(r"{} LIKE {} ESCAPE '\'", lower("`name`"), lower("?")));
    let small = Expression::Function(Function::Lower, vec![column(NAME)]);
    assert_eq!(selected(small), lower("`name`"));
    let ends = Expression::Match(Match::EndsWith, Box::new((column(NAME), Expression::value("x"))));
    let ends = Statement::Select(Select::new(&USERS, vec![ends]));
    assert_eq!(text(&ends), "SELECT right(`name`, char_length(?)) = ? FROM `users`");
    assert_eq!(order(&ends), Some(vec![0, 0]));
    let same = |operator| selected(binary(operator, column(NAME), Expression::Value(Value::Null)));
    assert_eq!(same(BinaryOperator::Same), "`name` <=> ?");
    assert_eq!(same(BinaryOperator::Different), "NOT (`name` <=> ?)");
    let cast = |from, to| selected(Expression::Cast(Box::new(column(NAME)), Conversion { from, to }));
    assert!(
        cast(Type::Double, Type::BIGINT)
            .ends_with("THEN CAST(truncate(`name`, 0) AS SIGNED) ELSE (`name`) DIV 1 END")
    );
    assert_eq!(cast(Type::Decimal, Type::BIGINT), "((`name`) DIV 1)");
    // What a conversion would take for another number, cut off or fill up is an error or NULL.
    assert!(
        cast(Type::Text, Type::BIGINT)
            .contains(">= 9223372036854775808 THEN CAST(`name` AS DECIMAL(65, 30)) DIV 1")
    );
    assert!(
        cast(Type::Double, Type::Decimal)
            .starts_with("CASE WHEN abs(`name`) >= 1e35 THEN (`name`) DIV 1 ELSE")
    );
    assert!(
        cast(Type::Text, Type::Uuid).starts_with("CASE WHEN char_length(replace(`name`, '-', '')) = 32 THEN")
    );
    assert!(cast(Type::Decimal, Type::Text).starts_with("trim(TRAILING '.' FROM trim(TRAILING '0' FROM"));
    assert_eq!(selected(Expression::Value(Value::Blob(vec![1]))), "CAST(? AS BINARY)");
    static UPPER: Declared = Declared { name: "soundex", program: false };
    assert_eq!(selected(Expression::Call(&UPPER, vec![column(NAME)])), "soundex(`name`)");
}

/// MariaDB takes a comparison of rows for one that is never NULL.
#[test]
fn rows_are_compared_part_by_part() {
    let compared = |operator| {
        let left = Expression::Row(vec![column(AGE), column(NAME), Expression::value(1)]);
        let right = Expression::Row(vec![Expression::value(2), column(NAME), column(ID)]);
        Statement::Select(Select::new(&USERS, vec![binary(operator, left, right)]))
    };
    let text = |operator| text(&compared(operator)).replace("SELECT ", "").replace(" FROM `users`", "");
    assert_eq!(text(BinaryOperator::Equal), "(`age` = ? AND `name` = `name` AND ? = `id`)");
    assert_eq!(order(&compared(BinaryOperator::Equal)), Some(vec![1, 0]));
    assert_eq!(text(BinaryOperator::NotEqual), "(`age` <> ? OR `name` <> `name` OR ? <> `id`)");
    assert_eq!(
        text(BinaryOperator::LessOrEqual),
        "(`age` < ? OR (`age` = ? AND (`name` < `name` OR (`name` = `name` AND (? <= `id`)))))"
    );
}

#[test]
fn aggregates_are_of_the_type_that_they_are_said_to_be() {
    let aggregate = |function, arguments, ty| Aggregate { ty, ..Aggregate::new(function, arguments) };
    let of = |aggregate| selected(Expression::Aggregate(Box::new(aggregate)));
    let sum = aggregate(AggregateFunction::Sum, vec![column(AGE)], Some(Type::BIGINT));
    assert_eq!(of(sum), "(sum(`age`) DIV 1)");
    let mean = aggregate(AggregateFunction::Average, vec![column(AGE)], Some(Type::Double));
    assert_eq!(of(mean), "CAST(avg(CAST(`age` AS DOUBLE)) AS DOUBLE)");
    let count = Aggregate {
        filter: Some(binary(BinaryOperator::Less, column(AGE), Expression::value(3))),
        ..Aggregate::new(AggregateFunction::CountRows, vec![])
    };
    assert_eq!(of(count), "count(CASE WHEN `age` < ? THEN 1 END)");
    let by_age = Order { expression: column(AGE), direction: Direction::Descending, nulls: Nulls::Default };
    let join = Aggregate {
        distinct: true,
        order: vec![by_age],
        ..Aggregate::new(AggregateFunction::Join, vec![column(NAME), Expression::value(", ")])
    };
    // As long as it can be, it was cut off.
    let joined = "group_concat(DISTINCT concat(?, `name`) ORDER BY `age` DESC SEPARATOR '')";
    assert_eq!(
        of(join),
        format!(
            "substr({joined}, char_length(?) + 1 + CASE WHEN octet_length({joined}) >= \
             least(@@group_concat_max_len, @@max_allowed_packet) - 4 THEN 9223372036854775807 ELSE 0 END)"
        )
    );
}

#[test]
fn mysql_is_told_of_whole_numbers_that_are_computed_with() {
    let select = |expression| Statement::Select(Select::new(&USERS, vec![expression]));
    let binary = |operator, left, right| Expression::Binary(operator, Box::new((left, right)));
    let of =
        |expression: Expression| [&MARIADB, &MYSQL].map(|dialect| on(&select(expression.clone()), dialect));
    let negative = Expression::Unary(UnaryOperator::Negative, Box::new(Expression::value(1)));
    assert_eq!(of(negative), ["SELECT -? FROM `users`", "SELECT -CAST(? AS SIGNED) FROM `users`"]);
    let sum = binary(BinaryOperator::Add, Expression::value(1), Expression::Value(Value::Unsigned(u64::MAX)));
    let told = "SELECT CAST(? AS SIGNED) + CAST(? AS UNSIGNED) FROM `users`";
    assert_eq!(of(sum.clone()), ["SELECT ? + ? FROM `users`", told]);
    let compared = binary(BinaryOperator::Equal, Expression::value(1), sum);
    let told = "SELECT ? = (CAST(? AS SIGNED) + CAST(? AS UNSIGNED)) FROM `users`";
    assert_eq!(of(compared), ["SELECT ? = (? + ?) FROM `users`", told]);
    let absolute = Expression::Function(Function::Absolute, vec![Expression::value(1)]);
    assert_eq!(of(absolute)[1], "SELECT abs(CAST(? AS SIGNED)) FROM `users`");
}

#[test]
fn mysql_compares_what_becomes_null_as_what_it_is() {
    let null_if = Expression::Function(Function::NullIf, vec![column(NAME), Expression::value("")]);
    let select = Statement::Select(Select::new(&USERS, vec![null_if]));
    assert_eq!(on(&select, &MARIADB), "SELECT nullif(`name`, ?) FROM `users`");
    let chosen = "SELECT CASE WHEN ((`name`) = (?)) IS NOT TRUE THEN `name` END FROM `users`";
    assert_eq!(on(&select, &MYSQL), chosen);
}

#[test]
fn a_backslash_in_a_text_is_one_on_mysql_too() {
    let text = Expression::LiteralText(r"it's \ x".into());
    let select = Statement::Select(Select::new(&USERS, vec![text]));
    assert_eq!(on(&select, &MARIADB), r"SELECT 'it''s \ x' FROM `users`");
    assert_eq!(on(&select, &MYSQL), r"SELECT 'it''s \\ x' FROM `users`");
    let like = Expression::Binary(BinaryOperator::Like, Box::new((column(NAME), Expression::value("a"))));
    let select = Statement::Select(Select::new(&USERS, vec![like]));
    assert!(on(&select, &MARIADB).contains(r"ESCAPE '\'") && on(&select, &MYSQL).contains(r"ESCAPE '\\'"));
}

#[test]
fn mysql_gives_the_key_of_an_upsert_by_the_connection_and_has_keys_counted() {
    let key = Expression::column(&ONE_KEY, 0);
    let conflict = Some(Conflict::update(&ONE_KEY, vec![1], &[2]));
    let insert = Insert { returning: vec![key], conflict, ..Insert::row(&ONE_KEY, vec![1, 2]) };
    let text = on(&Statement::Insert(insert.clone()), &MYSQL);
    assert!(
        text.ends_with("`id` = CAST(LAST_INSERT_ID(`pages`.`id`) AS SIGNED)") && !text.contains("RETURNING"),
        "{text}"
    );
    let text = on(&Statement::Insert(insert), &MARIADB);
    assert!(text.ends_with("RETURNING `id`") && !text.contains("LAST_INSERT_ID"), "{text}");

    let keys = |insert: Insert, dialect| {
        let compiled = compile::compile(&Statement::Insert(insert), dialect).expect("a statement");
        compiled.keys().map(str::to_owned)
    };
    let rows = |columns| Insert { rows: Rows::Several(16), ..Insert::row(&ONE_KEY, columns) };
    let question = "SELECT count(*) FROM `pages` WHERE `id` IN (";
    assert_eq!(keys(rows(vec![1, 2]), &MYSQL).as_deref(), Some(question));
    assert_eq!(keys(rows(vec![0, 1, 2]), &MYSQL), None, "they are given by hand");
    assert_eq!(keys(rows(vec![1, 2]), &MARIADB), None, "they are given back");
}

#[test]
fn null_has_its_place_in_an_order() {
    let ordered = |direction, nulls| {
        let order = vec![Order { expression: column(BALANCE), direction, nulls }];
        let text = text(&Statement::Select(Select { order, ..users() }));
        text.split_once(" ORDER BY ").map_or(text.clone(), |(_, order)| order.to_owned())
    };
    use Direction::{Ascending, Descending};
    assert_eq!(ordered(Ascending, Nulls::Default), "`balance`");
    assert_eq!(ordered(Ascending, Nulls::First), "`balance`");
    assert_eq!(ordered(Ascending, Nulls::Last), "(`balance`) IS NULL, `balance`");
    assert_eq!(ordered(Descending, Nulls::First), "(`balance`) IS NOT NULL, `balance` DESC");
    assert_eq!(ordered(Descending, Nulls::Last), "`balance` DESC");
}

#[test]
fn windows_say_in_their_way_what_stands_for_rows_that_are_not_there() {
    let arguments = vec![column(NAME), Expression::value(2), Expression::value("none")];
    let lag =
        |frame| Window { frame, ..Window::new(Windowed::Function(WindowFunction::Lag, arguments.clone())) };
    let of = |window, dialect| {
        on(&Statement::Select(Select::new(&USERS, vec![Expression::Window(Box::new(window))])), dialect)
    };
    assert_eq!(
        of(lag(None), &MARIADB),
        "SELECT CASE WHEN lag(1, ?) OVER () IS NULL THEN ? ELSE lag(`name`, ?) OVER () END FROM `users`"
    );
    assert_eq!(of(lag(None), &MYSQL), "SELECT lag(`name`, ?, ?) OVER () FROM `users`");
    let frame = |unit, distance| {
        Some(Frame { unit, start: Bound::Preceding(distance), end: Bound::CurrentRow, exclude: None })
    };
    let sum = |frame| {
        let sum = Aggregate::new(AggregateFunction::Sum, vec![column(AGE)]);
        Window { frame, ..Window::new(Windowed::Aggregate(sum)) }
    };
    let rows = of(sum(frame(FrameUnit::Rows, Expression::Literal(2))), &MARIADB);
    assert_eq!(rows, "SELECT sum(`age`) OVER (ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM `users`");
    let bound = of(sum(frame(FrameUnit::Rows, Expression::value(2))), &MARIADB);
    assert!(bound.starts_with("error: MariaDB has no window frame whose distances"), "{bound}");
    let groups = of(sum(frame(FrameUnit::Groups, Expression::Literal(2))), &MARIADB);
    assert_eq!(groups, "error: MariaDB has no window frame that counts groups");
}

#[test]
fn selects_in_selects_have_names_and_differing_columns() {
    let counted = Select { summary: Some(Summary::Count), distinct: true, ..Select::all(&SEATS) };
    assert_eq!(
        text(&Statement::Select(counted)),
        "SELECT count(*) FROM (SELECT DISTINCT `row` AS `c1`, `number` AS `c2`, `taken` AS `c3` FROM `seats`) AS counted"
    );
    let limited =
        Select { limit: Some(Value::Integer(1)), ..Select::new(&SEATS, vec![Expression::column(&SEATS, 0)]) };
    let text = selected(Expression::in_select(column(ID), limited));
    assert!(
        text.contains(" IN (SELECT * FROM (SELECT `seats`.`row` AS `c1` FROM `seats` LIMIT ?) AS limited)"),
        "{text}"
    );
}

#[test]
fn a_recursion_is_as_wide_as_what_follows() {
    let first = Select::new(&USERS, vec![column(NAME), column(AGE)]);
    let query = Select { compound: vec![(SetOperator::UnionAll, first.clone())], ..first };
    let cte = Cte { recursive: true, ..Cte::new(1, "names", query) };
    let select = Select { with: vec![cte], ..Select::all(Relation::Cte { cte: 1, id: 2 }) };
    let text = text(&Statement::Select(select));
    let wide = "SELECT coalesce(CAST(`users`.`name` AS CHAR), CASE WHEN FALSE THEN CAST('' AS CHAR(268435455)) END) AS `c1`, CAST(`users`.`age` AS SIGNED) AS `c2` FROM `users` UNION ALL \
                SELECT `users`.`name`, `users`.`age` FROM `users`";
    assert!(text.contains(wide), "{text}");
}

/// Groups are asked for what rows are grouped by; a column alone is seen.
#[test]
fn a_condition_of_groups_sees_what_they_agree_in() {
    let half = || binary(BinaryOperator::Divide, column(AGE), Expression::value(2));
    let sum = Expression::aggregate(AggregateFunction::Sum, half());
    let having = binary(BinaryOperator::Less, half(), sum);
    let select = Select {
        group_by: vec![half(), column(NAME)],
        having: Some(having),
        ..Select::new(&USERS, vec![half()])
    };
    let grouped = Statement::Select(select);
    assert_eq!(
        text(&grouped),
        "SELECT `age` DIV ? FROM `users` GROUP BY (`age` DIV ?), `name` HAVING (min(`age` DIV ?)) < sum(`age` DIV ?)"
    );
    assert_eq!(order(&grouped), Some(vec![0, 0, 0, 0]));
}

#[test]
fn ranks_between_0_and_1_have_all_of_their_digits() {
    let by_age = Order { expression: column(AGE), direction: Direction::Ascending, nulls: Nulls::Default };
    let rank = |function| Window {
        partition: vec![binary(BinaryOperator::Remainder, column(AGE), Expression::value(2))],
        order: vec![by_age.clone()],
        ..Window::new(Windowed::Function(function, Vec::new()))
    };
    let of =
        |function| Statement::Select(Select::new(&USERS, vec![Expression::Window(Box::new(rank(function)))]));
    let spread = of(WindowFunction::CumulativeDistribution);
    assert_eq!(
        text(&spread),
        "SELECT (count(*) OVER (PARTITION BY (`age` % ?) ORDER BY `age`) * 1e0 / count(*) OVER (PARTITION BY (`age` % ?))) \
         FROM `users`"
    );
    assert_eq!(order(&spread), Some(vec![0, 0]));
    // They see all rows, whatever the frame.
    let frame =
        Frame { unit: FrameUnit::Rows, start: Bound::CurrentRow, end: Bound::CurrentRow, exclude: None };
    let framed = Window { frame: Some(frame), ..rank(WindowFunction::CumulativeDistribution) };
    let framed = Statement::Select(Select::new(&USERS, vec![Expression::Window(Box::new(framed))]));
    assert_eq!(text(&framed), text(&spread));
    assert!(on(&of(WindowFunction::PercentRank), &MYSQL).starts_with("SELECT percent_rank() OVER "));
}

#[test]
fn locks() {
    let locked = |strength, of, dialect| {
        let lock = Some(Box::new(Lock { strength, of, wait: LockWait::Skip }));
        let text = on(&Statement::Select(Select { lock, ..users() }), dialect);
        text.strip_prefix("SELECT `name` FROM `users` ").map_or(text.clone(), str::to_owned)
    };
    assert_eq!(locked(LockStrength::Update, vec![], &MARIADB), "FOR UPDATE SKIP LOCKED");
    assert_eq!(locked(LockStrength::Share, vec![], &MARIADB), "LOCK IN SHARE MODE SKIP LOCKED");
    assert_eq!(locked(LockStrength::Share, vec![], &MYSQL), "FOR SHARE SKIP LOCKED");
    let weak = locked(LockStrength::KeyShare, vec![], &MARIADB);
    assert_eq!(weak, "error: MariaDB has no lock of rows (FOR KEY SHARE)");
    let some = locked(LockStrength::Update, vec![Source::of(&USERS)], &MARIADB);
    assert_eq!(some, "error: MariaDB has no lock of the rows of some tables (OF)");
    assert_eq!(
        locked(LockStrength::Update, vec![Source::of(&USERS)], &MYSQL),
        "FOR UPDATE OF `users` SKIP LOCKED"
    );
}

#[test]
fn rows_are_inserted_together_and_alone() {
    let bound = |rows, columns| Insert { rows, ..Insert::row(&USERS, columns) };
    let several = Insert { returning: vec![column(ID)], ..bound(Rows::Several(2), vec![NAME, AGE]) };
    assert_eq!(
        text(&Statement::Insert(several)),
        "INSERT INTO `users` (`name`, `age`) VALUES (?, ?), (?, ?) RETURNING `id`"
    );
    assert_eq!(text(&Statement::Insert(bound(Rows::Bound, vec![]))), "INSERT INTO `users` () VALUES ()");
}

#[test]
fn the_one_list_of_whole_numbers_can_be_placeholders() {
    let compiled = |filter| {
        let select = Select { filter: Some(filter), ..Select::new(&USERS, vec![column(NAME)]) };
        compile::compile(&Statement::Select(select), &MARIADB).expect("a statement")
    };
    let is_in = |values: &[i64]| {
        let values = values.iter().copied().map(Value::Integer).collect();
        Expression::In(Box::new(column(AGE)), Value::List(values))
    };
    let named = |name: &str| Expression::binary(BinaryOperator::Equal, column(NAME), Expression::value(name));
    let one = compiled(named("a").and(is_in(&[1, 2])).and(named("b")));
    assert!(!one.text().contains('\0'), "{}", one.text());
    assert_eq!(one.list(), Some(1));
    assert_eq!(
        one.listing(4).as_deref(),
        Some("SELECT `name` FROM `users` WHERE `name` = ? AND `age` IN (?, ?, ?, ?) AND `name` = ?")
    );
    let two = compiled(is_in(&[1]).and(is_in(&[2])));
    assert!(!two.text().contains('\0'), "{}", two.text());
    assert_eq!((two.list(), two.listing(4)), (None, None));
    let texts = Expression::In(Box::new(column(NAME)), Value::List(vec!["a".into()]));
    assert_eq!(compiled(texts).list(), None);
}

#[test]
fn rows_are_changed_together() {
    let update = Update::by_keys(&USERS, &[NAME, BALANCE], true, 2);
    assert_eq!(
        text(&Statement::Update(update.clone())),
        concat!(
            "UPDATE `users`, (SELECT ? AS `c1`, CAST(? AS DECIMAL(65, 30)) AS `c2`, ? AS `c3`, ? AS `c4` ",
            "UNION ALL SELECT ?, CAST(? AS DECIMAL(65, 30)), ?, ?) AS `derived` ",
            "SET `users`.`name` = `derived`.`c1`, `users`.`balance` = `derived`.`c2`, ",
            "`users`.`version` = `users`.`version` + 1 ",
            "WHERE `users`.`id` = `derived`.`c3` AND `users`.`version` = `derived`.`c4`"
        )
    );
    let delete = Delete::by_keys(&USERS, true, 1);
    assert_eq!(
        text(&Statement::Delete(delete.clone())),
        concat!(
            "DELETE `users` FROM `users`, (SELECT ? AS `c1`, ? AS `c2`) AS `derived` ",
            "WHERE `users`.`id` = `derived`.`c1` AND `users`.`version` = `derived`.`c2`"
        )
    );
    let other = Update::by_keys(&USERS, &[NAME, BALANCE], true, 3);
    assert_ne!(shape::of_update(&update).0, shape::of_update(&other).0);
    let other = Delete::by_keys(&USERS, true, 2);
    assert_ne!(shape::of_delete(&delete).0, shape::of_delete(&other).0);
}

static UNIQUE_COLUMNS: [Column; 4] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("path", Type::Text),
    Column::new("visits", Type::BIGINT),
    Column::new("mark", Type::BIGINT),
];
static PATH: Index = Index { name: None, columns: &[1], unique: true };
static MARK: Index = Index { name: Some("marks"), columns: &[3], unique: true };
static ONE_KEY: Table = Table::new("pages", &UNIQUE_COLUMNS, &[0]).with_indexes(&[PATH]);
static TWO_KEYS: Table = Table::new("pages", &UNIQUE_COLUMNS, &[0]).with_indexes(&[PATH, MARK]);

fn upsert(
    table: &'static Table,
    columns: Vec<usize>,
    conflict: Conflict,
    dialect: &'static Dialect,
) -> String {
    let insert = Insert { conflict: Some(conflict), ..Insert::row(table, columns) };
    let text = on(&Statement::Insert(insert), dialect);
    text.split_once(" ON DUPLICATE KEY UPDATE ").map_or(text.clone(), |(_, update)| update.to_owned())
}

#[test]
fn a_conflict_is_solved_that_is_of_the_constraint_which_was_named() {
    let update = |table: &'static Table| Conflict::update(table, vec![1], &[2]);
    assert_eq!(upsert(&ONE_KEY, vec![1, 2], update(&ONE_KEY), &MARIADB), "`visits` = VALUES(`visits`)");
    // Where another can be, its rows make the statement fail.
    let guarded = "`path` = CASE WHEN `pages`.`path` = VALUES(`path`) THEN `pages`.`path` ELSE \
                   (SELECT `pages`.`path` FROM (SELECT 1 UNION ALL SELECT 2) AS onggi_other_key) END, `visits` = VALUES(`visits`)";
    assert_eq!(upsert(&TWO_KEYS, vec![1, 2, 3], update(&TWO_KEYS), &MARIADB), guarded);
    // A key that is given can be in the way as well.
    assert_eq!(upsert(&ONE_KEY, vec![0, 1, 2], update(&ONE_KEY), &MARIADB), guarded);
    let error = upsert(&ONE_KEY, vec![1, 2], Conflict::update(&ONE_KEY, vec![2], &[2]), &MARIADB);
    assert!(error.contains("are no key"), "{error}");
    assert_eq!(upsert(&ONE_KEY, vec![1], Conflict::nothing(vec![1]), &MARIADB), "`path` = `pages`.`path`");
    assert_eq!(upsert(&TWO_KEYS, vec![1], Conflict::nothing(vec![]), &MARIADB), "`id` = `pages`.`id`");
}

#[test]
fn the_condition_of_a_conflict_stands_at_each_column() {
    let own = |column| Expression::column(&ONE_KEY, column);
    let action = |filter| ConflictAction::Update {
        assignments: vec![(2, Expression::value(1)), (3, own(2))],
        filter: Some(binary(BinaryOperator::Less, filter, Expression::value(9))),
    };
    let conflict = |filter| Conflict { target: vec![1], condition: None, action: action(filter) };
    let written = "`visits` = CASE WHEN `pages`.`mark` < ? THEN ? ELSE `pages`.`visits` END, \
                   `mark` = CASE WHEN `pages`.`mark` < ? THEN `pages`.`visits` ELSE `pages`.`mark` END";
    assert_eq!(upsert(&ONE_KEY, vec![1], conflict(own(3)), &MARIADB), written);
    let insert = Insert { conflict: Some(conflict(own(3))), ..Insert::row(&ONE_KEY, vec![1]) };
    assert_eq!(order(&Statement::Insert(insert)), Some(vec![0, 2, 1, 2]));
    // `mark` is set first, as it reads `visits`; the condition would see what it became.
    let error = upsert(&ONE_KEY, vec![1], conflict(own(3)), &MYSQL);
    assert!(error.starts_with("error: MySQL has no condition of a conflict"), "{error}");
    let turned = "`mark` = CASE WHEN `pages`.`visits` < ? THEN `pages`.`visits` ELSE `pages`.`mark` END, \
                  `visits` = CASE WHEN `pages`.`visits` < ? THEN ? ELSE `pages`.`visits` END";
    assert_eq!(upsert(&ONE_KEY, vec![1], conflict(own(2)), &MYSQL), turned);
    let insert = Insert {
        conflict: Some(conflict(own(2))),
        returning: vec![own(0)],
        ..Insert::row(&ONE_KEY, vec![1])
    };
    let error = text(&Statement::Insert(insert));
    assert!(error.starts_with("error: MariaDB has no RETURNING of the rows alone"), "{error}");
}

#[test]
fn columns_are_set_as_if_at_once() {
    let swap = Update::new(&USERS, vec![(AGE, column(VERSION)), (VERSION, column(AGE))]);
    assert_eq!(
        text(&Statement::Update(swap.clone())),
        "UPDATE `users` SET `age` = `version`, `version` = `age`"
    );
    let error = on(&Statement::Update(swap), &MYSQL);
    assert!(error.starts_with("error: MySQL has no update of columns of which each"), "{error}");
    let shift = Update::new(&USERS, vec![(AGE, Expression::value(1)), (VERSION, column(AGE))]);
    assert_eq!(on(&Statement::Update(shift), &MYSQL), "UPDATE `users` SET `version` = `age`, `age` = ?");
}

#[test]
fn an_update_reads_other_tables_before_it_sets() {
    let seat = |column| Expression::column(&SEATS, column);
    let update = Update {
        from: Some((&SEATS).into()),
        filter: Some(binary(BinaryOperator::Equal, seat(0), column(ID))),
        ..Update::new(&USERS, vec![(AGE, seat(1)), (NAME, Expression::value("x"))])
    };
    assert_eq!(
        text(&Statement::Update(update.clone())),
        "UPDATE `users`, `seats` SET `users`.`age` = `seats`.`number`, `users`.`name` = ? WHERE `seats`.`row` = `users`.`id`"
    );
    let returning = Update { returning: vec![column(ID)], ..update };
    assert_eq!(text(&Statement::Update(returning)), "error: MariaDB has no RETURNING of an UPDATE");
}

#[test]
fn mysql_reads_a_copy_of_the_table_that_it_writes() {
    let other = Source { table: &USERS, id: 9 };
    let most = Select::new(
        other,
        vec![Expression::aggregate(AggregateFunction::Max, Expression::column(other, AGE))],
    );
    let update = Statement::Update(Update::new(&USERS, vec![(AGE, Expression::scalar(most))]));
    assert_eq!(
        text(&update),
        "UPDATE `users` SET `age` = (SELECT max(`users_2`.`age`) FROM `users` AS `users_2`)"
    );
    assert_eq!(
        on(&update, &MYSQL),
        "UPDATE `users` SET `age` = (SELECT max(`users_2`.`age`) FROM \
         (SELECT * FROM `users` LIMIT 18446744073709551615) AS `users_2`)"
    );
}

#[test]
fn full_joins_and_conversions_that_lose_bytes_are_lacking() {
    let join = Join { kind: JoinKind::Full, source: (&SEATS).into(), on: None, nested: 0 };
    let error = text(&Statement::Select(Select { joins: vec![join], ..users() }));
    assert_eq!(error, "error: MariaDB has no FULL JOIN");
    let text = Conversion { from: Type::Blob, to: Type::Text };
    assert_eq!(
        selected(Expression::Cast(Box::new(column(NAME)), text)),
        "error: MariaDB has no conversion to Text"
    );
}

static NEST_COLUMNS: [Column; 3] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("bird", Type::Text).with_reference(Some(Reference::to(|| &BIRDS))),
    Column::new("note", Type::Text).with_default(Constant::Text("new")).with_length(9),
];
static NESTS: Table = Table::new("nests", &NEST_COLUMNS, &[0]);
static BIRD_COLUMNS: [Column; 2] = [
    Column::new("name", Type::Text),
    Column::new("nest", Type::Integer { bits: 32, signed: true })
        .with_nullable(true)
        .with_reference(Some(Reference::to(|| &NESTS).with_actions(Action::SetNull, Action::NoAction))),
];
static AGES: Index = Index { name: None, columns: &[1], unique: false };
static BIRDS: Table = Table::new("birds", &BIRD_COLUMNS, &[0]).with_indexes(&[AGES]);

#[test]
fn tables_hold_long_texts_but_in_keys_and_a_foreign_key_is_of_the_type_that_it_refers_to() {
    let sorted = schema::sorted(&[&NESTS, &BIRDS]);
    let created = schema::create_all(&sorted, &MARIADB).expect("statements");
    let options = "ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";
    let collation = "CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";
    assert_eq!(
        created,
        [
            format!(
                "CREATE TABLE IF NOT EXISTS `nests` (`id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, \
                 `bird` VARCHAR(255) {collation} NOT NULL, \
                 `note` LONGTEXT {collation} NOT NULL DEFAULT ('new'), \
                 CONSTRAINT `nests_note_length` CHECK (char_length(`note`) <= 9)) \
                 {options}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS `birds` (`name` VARCHAR(255) {collation} NOT NULL, `nest` BIGINT, PRIMARY KEY (`name`), \
                 FOREIGN KEY (`nest`) REFERENCES `nests` (`id`) ON DELETE SET NULL) {options}"
            ),
            "CREATE INDEX IF NOT EXISTS `birds_nest_idx` ON `birds` (`nest`)".to_owned(),
            "ALTER TABLE `nests` ADD CONSTRAINT FOREIGN KEY IF NOT EXISTS `nests_bird_fkey` (`bird`) REFERENCES `birds` (`name`)"
                .to_owned(),
        ]
    );
    let dropped = schema::drop_all(&sorted, &MARIADB).expect("statements");
    assert_eq!(
        dropped,
        [
            "ALTER TABLE IF EXISTS `nests` DROP FOREIGN KEY IF EXISTS `nests_bird_fkey`",
            "DROP TABLE IF EXISTS `birds`, `nests`"
        ]
    );
    assert_eq!(schema::follow_keys(&NESTS, &MARIADB).expect("names"), None);
}

#[test]
fn mysql_creates_indexes_with_their_tables_and_keys_by_a_statement_that_it_makes() {
    let sorted = schema::sorted(&[&NESTS, &BIRDS]);
    let created = schema::create_all(&sorted, &MYSQL).expect("statements");
    assert!(created[1].contains(", INDEX `birds_nest_idx` (`nest`)) ENGINE=InnoDB"), "{}", created[1]);
    assert!(
        created[2].starts_with("SET @onggi = IF(EXISTS (SELECT 1 FROM information_schema."),
        "{}",
        created[2]
    );
    let add = "'DO 0', 'ALTER TABLE `nests` ADD CONSTRAINT `nests_bird_fkey` FOREIGN KEY (`bird`) REFERENCES `birds` (`name`)')";
    assert!(created[2].ends_with(add), "{}", created[2]);
    assert_eq!(created[3..], ["PREPARE onggi FROM @onggi", "EXECUTE onggi", "DEALLOCATE PREPARE onggi"]);
    assert_eq!(
        schema::drop_all(&sorted, &MYSQL).expect("statements"),
        ["DROP TABLE IF EXISTS `birds`, `nests`"]
    );
}

#[test]
fn what_a_schema_lacks_is_an_error() {
    static LEFT: Declared = Declared { name: "left", program: false };
    static PARTS: [IndexPart; 1] = [IndexPart::Call { function: &LEFT, column: 1, argument: "3" }];
    static COMPUTED: ComputedIndex = ComputedIndex { name: None, parts: &PARTS, unique: false };
    static INDEXED: Table = Table::new("pages", &UNIQUE_COLUMNS, &[0]).with_computed_indexes(&[COMPUTED]);
    let error = schema::create(&INDEXED, &MARIADB).expect_err("no index of a function");
    assert_eq!(error.to_string(), "MariaDB has no index of what a function gives");
    let created = schema::create(&INDEXED, &MYSQL).expect("statements");
    assert!(created[0].contains("INDEX `pages_path3_idx` ((left(`path`, '3')))"), "{}", created[0]);
    static COLUMNS: [Column; 1] = [Column::new("nest", Type::BIGINT)
        .with_reference(Some(Reference::to(|| &NESTS).with_actions(Action::SetDefault, Action::NoAction)))];
    static FALLS: Table = Table::new("falls", &COLUMNS, &[0]);
    let error = schema::create(&FALLS, &MARIADB).expect_err("no default");
    assert_eq!(error.to_string(), "MariaDB has no foreign key that falls back to its default");
}

#[test]
fn transactions_say_their_isolation_before_they_begin() {
    let modes = |isolation, read_only| Control::BeginWith(Modes { isolation, read_only, deferrable: false });
    let said = |control: Control| {
        let first = control.first(&MARIADB).map(std::borrow::Cow::into_owned);
        (first, control.text(&MARIADB).expect("a text").into_owned())
    };
    assert_eq!(said(Control::Begin), (None, "START TRANSACTION".to_owned()));
    let read = "START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT".to_owned();
    let level = |words: &str| Some(format!("SET TRANSACTION ISOLATION LEVEL {words}"));
    assert_eq!(said(Control::BeginRead), (level("REPEATABLE READ"), read.clone()));
    let committed = said(modes(Isolation::ReadCommitted, false));
    assert_eq!(committed, (level("READ COMMITTED"), "START TRANSACTION".to_owned()));
    assert_eq!(said(modes(Isolation::RepeatableRead, true)), (level("REPEATABLE READ"), read));
    assert!(!modes(Isolation::Serializable, true).leaves_writes(&MARIADB));
    assert_eq!(said(Control::StatementTimeout(1500)).1, "SET SESSION max_statement_time = 1500 / 1000");
}

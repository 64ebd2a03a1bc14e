//! Equal shape, equal text: what makes it safe to keep compiled statements by their shape.

mod common;
#[path = "shapes/maker.rs"]
mod maker;
#[path = "shapes/plan.rs"]
mod plan;

use common::{POOR, SEATS, USERS};
use maker::{Maker, Scoped};
use onggi_sql::{Compiled, Delete, Relation, Rows, Statement, Table, Value, compile, dialect, shape};
use plan::{Plan, part, plan};
use proptest::prelude::*;
use proptest::sample::Index;

fn statement(table: &'static Table, plan: &Plan, start: i64) -> Statement {
    Maker::new(table, start).statement(plan)
}

/// What it compiles to, or why it does not, on databases that differ in what they have.
type Outcome = [Result<Compiled, String>; 5];

fn outcome(statement: &Statement) -> Outcome {
    let on = |dialect: &'static dialect::Dialect| {
        compile::compile(statement, dialect).map_err(|error| error.to_string())
    };
    [&dialect::SQLITE, &dialect::POSTGRES, &POOR, &dialect::MARIADB, &dialect::MYSQL].map(on)
}

/// How many parameters are bound at run time, besides the values.
fn run_time_parameters(statement: &Statement) -> usize {
    match statement {
        Statement::Insert(insert) => {
            let bound = if matches!(insert.rows, Rows::Bound) { insert.columns.len() } else { 0 };
            bound + format!("{insert:?}").matches("Parameter").count()
        }
        other => format!("{other:?}").matches("Parameter").count(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_change_neither_shape_nor_text(plan in plan(), start in 0_i64..1000) {
        let (one, other) = (statement(&USERS, &plan, 0), statement(&USERS, &plan, start));
        prop_assert_eq!(shape::of(&one).0, shape::of(&other).0);
        prop_assert_eq!(outcome(&one), outcome(&other));
    }

    /// Small plans, so that many pairs of them are alike.
    #[test]
    fn different_texts_have_different_shapes(plans in prop::collection::vec(plan(), 2..8)) {
        let mut seen = std::collections::HashMap::new();
        for (plan, table) in plans.iter().flat_map(|plan| [(plan, &USERS), (plan, &SEATS)]) {
            let statement = statement(table, plan, 0);
            let outcome = outcome(&statement);
            if let Some(first) = seen.insert(shape::of(&statement).0, outcome.clone()) {
                prop_assert_eq!(first, outcome);
            }
        }
    }

    #[test]
    fn a_small_change_of_the_text_is_a_change_of_the_shape(plan in plan(), change in part(), at in any::<Index>()) {
        let one = statement(&USERS, &plan, 0);
        let mut maker = Maker::new(&USERS, 0);
        let other = match one.clone() {
            Statement::Select(mut select) => {
                let Relation::Table(source) = select.source else { unreachable!("plans read tables") };
                maker.scope.push(Scoped::Table(source));
                match at.index(5) {
                    0 => select.distinct = !select.distinct,
                    1 => select.limit = if select.limit.is_some() { None } else { Some(Value::Null) },
                    2 => select.order.reverse(),
                    3 => select.joins.reverse(),
                    _ => select.and(maker.expression(&change)),
                }
                Statement::Select(select)
            }
            Statement::Insert(mut insert) => {
                insert.columns.push(at.index(USERS.columns.len()));
                Statement::Insert(insert)
            }
            Statement::Update(mut update) => {
                update.assignments[0].0 = at.index(USERS.columns.len());
                Statement::Update(update)
            }
            Statement::Delete(delete) => {
                maker.scope.push(Scoped::Table(delete.source));
                let filter = Some(maker.expression(&change));
                Statement::Delete(Delete { filter, ..delete })
            }
            other => other,
        };
        if outcome(&one) != outcome(&other) {
            prop_assert_ne!(shape::of(&one).0, shape::of(&other).0);
        }
    }

    #[test]
    fn there_are_as_many_values_as_parameters(plan in plan()) {
        let statement = statement(&USERS, &plan, 0);
        for (mark, outcome) in ["?", "$", "$", "", ""].into_iter().zip(outcome(&statement)) {
            let Ok(compiled) = outcome else { continue };
            let (text, parameters, order) = (compiled.text(), compiled.parameters(), compiled.order());
            let (_, values) = shape::of(&statement);
            prop_assert_eq!(parameters, values.len() + run_time_parameters(&statement), "{}", text);
            if mark.is_empty() {
                let order = order.map_or_else(|| (0..parameters).collect(), <[usize]>::to_vec);
                prop_assert_eq!(text.matches('?').count(), order.len(), "{}", text);
                for place in 0..parameters {
                    prop_assert!(order.contains(&place), "no {} in {:?} of {}", place, order, text);
                }
                continue;
            }
            prop_assert_eq!(order, None);
            for number in 1..=parameters {
                let placeholder = format!("{mark}{number}");
                prop_assert!(text.contains(&placeholder), "no {} in {}", placeholder, text);
            }
        }
    }
}

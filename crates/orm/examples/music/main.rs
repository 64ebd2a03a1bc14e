//! A shop for music: eleven tables, and questions to them, from looking something up to reports.
//!
//! Run it with `cargo run --example music`; with `-- sql` it shows the statements too, and those one would write by
//! hand. Each question is a few lines of `questions/`.

mod answer;
mod data;
mod models;
mod questions;
mod shop;

use answer::Answer;
use questions::{Question, THEMES};
use shop::Shop;

/// So many rows of an answer are shown.
const SHOWN: usize = 5;

fn main() -> onggi::Result<()> {
    let with_sql = std::env::args().any(|argument| argument == "sql");
    let shop = Shop::open("sqlite::memory:")?;
    data::fill(&shop.db)?;
    for (theme, questions) in THEMES {
        println!("{theme}\n{}", "=".repeat(theme.len()));
        for question in questions {
            let (answer, statements) = shop.ask(question)?;
            println!("\n{}", question.text);
            print(&answer);
            if with_sql {
                print_sql(question, &statements);
            }
        }
        println!();
    }
    Ok(())
}

/// The first rows, in columns.
fn print(answer: &Answer) {
    let rows = &answer[..answer.len().min(SHOWN)];
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].to_string().chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        println!("    {}", cells.join("  ").trim_end());
    }
    match answer.len() - rows.len() {
        0 => {}
        more => println!("    and {more} more"),
    }
}

fn print_sql(question: &Question, statements: &[String]) {
    println!("    statements: {}", question.statements);
    for statement in statements {
        println!("    onggi:   {statement}");
    }
    println!("    by hand: {}", question.sql.split_whitespace().collect::<Vec<_>>().join(" "));
}

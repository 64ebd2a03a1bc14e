//! `cargo xtask bench`: one run measures every library and writes the table into `benches/README.md`.

mod compile;
mod machine;
mod memory;
mod peer;
mod pickle;
mod readme;
mod record;
mod speed;

use crate::Result;

/// What to measure, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) rounds: usize,
    what: What,
    print_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Speed,
    /// On a server: `postgres` or `mysql`, and the URL of an empty database.
    Server(&'static str, String),
    Memory,
    Compile,
    Pickle,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 7, what: What::Speed, print_only: false }
    }
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> std::result::Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            match argument {
                "--rounds" => options.rounds = rounds(arguments.next())?,
                "--memory" | "--compile" | "--pickle" | "--postgres" | "--mysql"
                    if options.what != What::Speed =>
                {
                    return Err(
                        "one of --postgres, --mysql, --memory, --compile and --pickle at a time".to_owned()
                    );
                }
                "--memory" => options.what = What::Memory,
                "--compile" => options.what = What::Compile,
                "--pickle" => options.what = What::Pickle,
                "--postgres" => options.what = What::Server("postgres", url(arguments.next())?),
                "--mysql" => options.what = What::Server("mysql", url(arguments.next())?),
                "--print-only" => options.print_only = true,
                unknown => return Err(format!("bench has no option {unknown:?}")),
            }
        }
        Ok(options)
    }
}

fn url(text: Option<&str>) -> std::result::Result<String, String> {
    let url = text.filter(|text| text.contains("://")).map(str::to_owned);
    url.ok_or_else(|| "a server is given by the URL of an empty database".to_owned())
}

fn rounds(text: Option<&str>) -> std::result::Result<usize, String> {
    let rounds = text.and_then(|text| text.parse().ok()).filter(|rounds| *rounds > 0);
    rounds.ok_or_else(|| "--rounds needs a number from 1".to_owned())
}

/// Measures, prints the table and, unless told otherwise, writes it into the page.
///
/// # Errors
///
/// When a program does not build, fails, or finds other data than it must; when the page cannot be written.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (section, text) = match &options.what {
        What::Speed => ("speed", speed::measure(options.rounds)?),
        What::Server(database, url) => (*database, speed::measure_server(options.rounds, database, url)?),
        What::Memory => ("memory", memory::measure()?),
        What::Compile => ("compile", compile::measure()?),
        What::Pickle => ("pickle", pickle::measure(options.rounds)?),
    };
    println!("\n{text}");
    if options.print_only { Ok(()) } else { readme::replace(section, &text) }
}

/// The middle value of `values`, or of the two in the middle their mean; 0 for none.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "halves and whole numbers are exact")]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}

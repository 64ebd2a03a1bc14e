use std::panic::{AssertUnwindSafe, catch_unwind};

use onggi::Result;

/// What is SQLite's alone.
const ELSEWHERE: [&str; 2] = ["inside::", "parts::"];

/// The cases that a database decides otherwise: the name of each or of their area (`arrays::`), words of what they fail with, and
/// why.
pub struct Otherwise(pub &'static [(&'static str, &'static str, &'static str)]);

impl Otherwise {
    /// Runs a case of this name, which must fail with its words where it is among these.
    ///
    /// # Errors
    ///
    /// Those of a case that is not among them.
    ///
    /// # Panics
    ///
    /// A case that holds against what is listed, or fails with other words.
    pub fn check(&self, name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
        let Some((_, words, why)) = self.0.iter().find(|(other, ..)| is_of(name, other)) else {
            return run();
        };
        let said = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(())) => panic!("{name} holds, against what is listed: {why}"),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => match panic.downcast::<String>() {
                Ok(said) => *said,
                Err(panic) => {
                    panic.downcast::<&str>().map_or_else(|_| String::new(), |said| (*said).to_owned())
                }
            },
        };
        assert!(said.contains(words), "{name} fails, but not with {words:?}: {said}");
        Ok(())
    }

    /// Whether a case is among these.
    pub fn lists(&self, name: &str) -> bool {
        self.0.iter().any(|(other, ..)| is_of(name, other))
    }

    /// Whether a case is of SQLite alone.
    pub fn is_elsewhere(name: &str) -> bool {
        ELSEWHERE.iter().any(|area| name.starts_with(area))
    }
}

/// Whether a case has a name, or is of the area of that name.
fn is_of(case: &str, name: &str) -> bool {
    match name.ends_with("::") {
        true => case.starts_with(name),
        false => case == name,
    }
}

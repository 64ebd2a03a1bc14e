//! The database, and a record of the statements that an answer takes.

use std::sync::{Arc, Mutex, PoisonError};

use onggi::{Database, Result, sql};

use crate::answer::Answer;
use crate::questions::{By, Question};

/// A shop that can be asked.
pub struct Shop {
    pub db: Database,
    record: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    pub fn open(url: &str) -> Result<Shop> {
        let db = Database::open(url)?;
        let record = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&record);
        db.on_statement(move |executed| {
            writer.lock().unwrap_or_else(PoisonError::into_inner).push(executed.statement.to_owned());
        });
        Ok(Shop { db, record })
    }

    /// The answer, and the statements that it took, without those that begin and end transactions. What an answer
    /// writes is undone.
    pub fn ask(&self, question: &Question) -> Result<(Answer, Vec<String>)> {
        self.take_record();
        let answer = match question.by {
            By::Connection(answer) => {
                let mut connection = self.db.connect()?;
                // A connection that is given back in a transaction is rolled back.
                sql("BEGIN").execute(&mut connection)?;
                answer(&mut connection)?
            }
            By::Session(answer) => answer(&mut self.db.session()?)?,
        };
        Ok((answer, self.take_record()))
    }

    fn take_record(&self) -> Vec<String> {
        let record = std::mem::take(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner));
        let control = ["BEGIN", "START", "SET", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"];
        record.into_iter().filter(|text| !control.iter().any(|word| text.starts_with(word))).collect()
    }
}

//! A server of MariaDB's that takes little at once: large flushes are written in parts, and a value that is too large is named.

#![cfg(all(unix, feature = "mysql"))]

use onggi::{Database, Id, Model, Result, sql};

#[path = "../../driver/tests/mariadb/mod.rs"]
mod mariadb;

/// A server of this test's own, with `max_allowed_packet` at a megabyte.
struct Server(mariadb::Server);

impl Server {
    fn start() -> Option<Server> {
        mariadb::Server::start(|_| vec!["--max-allowed-packet=1M".to_owned()]).map(Server)
    }

    fn open(&self, database: &str) -> Result<Database> {
        Database::open(&format!("mysql://root@127.0.0.1:{}/{database}", self.0.port))
    }

    fn database(&self) -> Result<Database> {
        let mut connection = self.0.opened(|| self.open("mysql").and_then(|db| db.connect()));
        sql("CREATE DATABASE packets CHARACTER SET utf8mb4").execute(&mut connection)?;
        self.open("packets")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    text: String,
    #[model(version)]
    version: i64,
}

#[test]
fn large_flushes_go_in_parts_and_a_value_that_is_too_large_is_named() -> Result<()> {
    let Some(server) = Server::start() else { return Ok(()) };
    let db = server.database()?;
    db.create_tables(onggi::models![Page])?;
    let text = |at: usize, length: usize| format!("{at:07}").repeat(length / 7);
    let mut session = db.session()?;
    // 300 rows of 20 KB, and few of them of 400 KB.
    let length = |at: usize| if at.is_multiple_of(97) { 400_000 } else { 20_000 };
    let page = |at| Page { text: text(at, length(at)), ..Default::default() };
    let pages = session.add_all((0..300).map(page));
    session.commit()?;
    let rows = Page::query().order_by(|p| p.id).all(&mut db.connect()?)?;
    assert!(rows.iter().enumerate().all(|(at, row)| row.text == text(at, length(at))));
    assert!(rows.iter().zip(&pages).all(|(row, &page)| row.id == session[page].id));

    for (at, &page) in pages.iter().enumerate() {
        session[page].text = text(at + 1, length(at));
    }
    session.commit()?;
    let rows = Page::query().order_by(|p| p.id).all(&mut db.connect()?)?;
    assert!(
        rows.iter().enumerate().all(|(at, row)| row.text == text(at + 1, length(at)) && row.version == 1)
    );

    // Plain structs.
    let mut many: Vec<Page> =
        (0..64).map(|at| Page { text: text(at, 30_000), ..Default::default() }).collect();
    db.connect()?.insert_all(&mut many)?;
    assert_eq!(Page::query().count(&mut db.connect()?)?, 364);

    // What is too large by itself, among others and alone.
    for many in [1, 40] {
        for &page in &pages[..many] {
            session[page].text.push('.');
        }
        session[pages[many - 1]].text = text(0, 2_000_000);
        let error = session.flush().expect_err("too large").to_string();
        let row = format!("updating page with id {}: page.text: ", session[pages[many - 1]].id);
        assert!(error.contains(&row) && error.contains("max_allowed_packet, 1048576 bytes"), "{error}");
        session.rollback()?;
    }
    session.add(Page { text: text(0, 1_500_000), ..Default::default() });
    let error = session.flush().expect_err("too large").to_string();
    assert!(error.contains("inserting a new row of page: page.text: "), "{error}");
    session.rollback()?;
    // The connection goes on.
    session[pages[0]].text = "short".into();
    session.commit()?;
    assert_eq!(db.connect()?.get_one::<Page>(session[pages[0]].id)?.text, "short");
    Ok(())
}

//! A server of MariaDB's that takes little at once: large flushes are written in parts, and a value that is too large is named.

#![cfg(all(unix, feature = "mysql"))]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use onggi::{Database, Id, Model, Result, sql};

/// A server of this test's own, with `max_allowed_packet` at a megabyte.
struct Server {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

/// What it is told where the system's root starts it.
const USER: &str = "--user=root";

impl Server {
    fn start() -> Option<Server> {
        let program = ["/usr/sbin/mariadbd", "/usr/bin/mariadbd", "/usr/libexec/mariadbd"];
        let Some(program) = program.into_iter().find(|program| Path::new(program).exists()) else {
            eprintln!("skipped: no MariaDB is installed that could be started");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let installed = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", USER])
            .arg(format!("--datadir={}", path("data")))
            .output()
            .expect("an installer");
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stdout));
        // Nobody takes the port before the server does.
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port").port();
        let process = Command::new(program)
            .args(["--no-defaults", "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=8M", USER])
            .arg("--max-allowed-packet=1M")
            .arg(format!("--port={port}"))
            .arg(format!("--datadir={}", path("data")))
            .arg(format!("--socket={}", path("socket")))
            .arg(format!("--pid-file={}", path("pid")))
            .stderr(Stdio::null())
            .spawn()
            .expect("a server");
        Some(Server { process, port, folder })
    }

    fn open(&self, database: &str) -> Result<Database> {
        Database::open(&format!("mysql://root@127.0.0.1:{}/{database}", self.port))
    }

    fn database(&self) -> Result<Database> {
        let mut tries = 0;
        while let Err(error) = self.open("mysql").and_then(|db| db.connect()) {
            tries += 1;
            assert!(tries < 300, "the server does not come: {error}");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        sql("CREATE DATABASE packets CHARACTER SET utf8mb4").execute(&mut self.open("mysql")?.connect()?)?;
        self.open("packets")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = &self.folder;
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

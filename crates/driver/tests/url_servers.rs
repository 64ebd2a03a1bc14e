//! URLs of servers: what is refused, and that nothing of a password is told with it.

#![cfg(any(feature = "postgres", feature = "mysql"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use onggi_driver::Pool;

const SCHEMES: &[&str] = &[
    #[cfg(feature = "postgres")]
    "postgres",
    #[cfg(feature = "mysql")]
    "mysql",
];

/// What is said of a URL that cannot be followed.
fn refusal(url: &str) -> String {
    let error = Pool::open(url).map(drop).expect_err(url);
    assert!(error.is_url(), "{url}: {error}");
    format!("{error} {error:?}")
}

#[test]
fn a_password_with_characters_that_end_it_is_refused_and_nothing_of_it_is_told() {
    for scheme in SCHEMES {
        for rest in [
            "jane:p@s3cret@h/d",
            "jane:p/s3cret@h/d",
            "jane:p?s3cret@h/d",
            "jane:p#s3cret@h/d",
            "jane:1?sslrootcert=s3cret@h/d&sslmode=verify-ca",
            "jane:1?sslmode=s3cret@h/d",
            "jane:1?pool_size=s3cret@h/d",
            "jane:1?prepared_statements=s3cret@h/d",
            "jane:1?s3cret=1@h/d",
            "jane:5432/s3cret@h/d",
            "jane:p@1/s3cret@h/d",
            "jane:p@1?s3cret@h/d",
            "s3/cret:p@h/d",
            "/s3cret@h",
            "jane@h/s3cret@d",
            "jane@h/d?application_name=s3cret@x",
        ] {
            let said = refusal(&format!("{scheme}://{rest}"));
            assert!(said.contains("%40") && said.contains("%2F"), "{rest}: {said}");
            assert!(!said.contains("s3") && !said.contains("cret") && !said.contains("jane"), "{said}");
        }
    }
}

#[test]
fn what_stands_before_an_at_sign_is_never_taken_for_a_scheme() {
    for url in ["jane:s3cret@h/d", "s3cret:@h/d"] {
        let said = refusal(url);
        assert!(!said.contains("jane") && !said.contains("s3cret"), "{said}");
        assert!(said.contains("no database is known for the URL's scheme"), "{said}");
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_number_that_the_system_would_not_take_is_refused_by_the_name_of_its_option() {
    for (option, words) in [
        ("keepalives_idle=32768", "keepalives_idle is a whole number of seconds up to 32767"),
        (
            "keepalives_interval=9223372036854775807",
            "keepalives_interval is a whole number of seconds up to 32767",
        ),
        ("keepalives_retries=128", "keepalives_retries is a whole number up to 127"),
        ("tcp_user_timeout=2147484", "tcp_user_timeout is a whole number of seconds up to 2147483"),
        ("connect_timeout=1s3cret", "connect_timeout is a whole number of seconds"),
        ("keepalives=s3cret", "keepalives is one of 0, 1"),
        ("port=0", "port is a whole number from 1 to 65535"),
        ("port=65536", "port is a whole number from 1 to 65535"),
    ] {
        let said = refusal(&format!("postgres://127.0.0.1/jars?{option}"));
        assert!(said.contains(words) && !said.contains("s3cret"), "{option}: {said}");
    }
    let said = refusal("postgres://127.0.0.1:0/jars");
    assert!(said.contains("port is a whole number from 1 to 65535"), "{said}");
}

/// The greatest numbers, and what leaves it to the system, are taken by it: what fails is the call.
#[cfg(feature = "postgres")]
#[test]
fn numbers_within_their_ranges_are_taken() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    for options in [
        "keepalives_idle=32767&keepalives_interval=32767&keepalives_retries=127&tcp_user_timeout=2147483",
        "keepalives_idle=0&keepalives_interval=0&keepalives_retries=0&tcp_user_timeout=0&connect_timeout=0",
        "keepalives_idle=-1&keepalives_interval=-1&tcp_user_timeout=-1&keepalives=0",
        "keepalives_idle=1&keepalives_interval=1&keepalives_retries=1&tcp_user_timeout=1",
    ] {
        let url = format!("postgres://jane@127.0.0.1:{port}/jars?sslmode=disable&{options}");
        let error = Pool::open(&url).map(drop).unwrap_err();
        let said = error.to_string();
        assert!(
            error.is_open() && (said.contains("has ended it") || said.contains("reset")),
            "{options}: {said}"
        );
    }
}

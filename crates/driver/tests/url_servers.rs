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

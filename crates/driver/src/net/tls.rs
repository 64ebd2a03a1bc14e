//! How connections to servers are encrypted: options of URLs, the same for each server, with the meaning that `libpq` gives them.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::Result;
use crate::url::{Url, invalid};

/// Whether a connection is encrypted, and whose certificate is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) mode: Mode,
    pub(crate) authorities: Option<Authorities>,
    /// The program's own certificate and its key.
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

/// `sslmode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing is encrypted.
    Disable,
    /// Encrypted where the server can.
    #[default]
    Prefer,
    /// Encrypted, whoever the server is.
    Require,
    /// Encrypted, to a server whose certificate an authority has signed.
    VerifyCa,
    /// The same, and the certificate is for the host of the URL.
    VerifyFull,
}

/// `sslrootcert`: the authorities whose signature on the server's certificate is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authorities {
    /// Those that the system trusts.
    System,
    /// Those of a file of certificates.
    File(PathBuf),
}

const MODES: [(&str, Mode); 5] = [
    ("disable", Mode::Disable),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

const NAMES: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

impl Tls {
    /// What the options of a URL say, and the URL without them.
    pub(crate) fn take(url: &str) -> Result<(Tls, Cow<'_, str>)> {
        let is_ours = |option: &str| NAMES.contains(&option.split_once('=').map_or(option, |(name, _)| name));
        let (ours, rest) = Url::take(url, is_ours)?;
        let mut tls = Tls::default();
        for (name, value) in &ours {
            tls.set(name, value)?;
        }
        Ok((tls.checked()?, rest))
    }

    /// Follows an option, and says whether it is one of these.
    fn set(&mut self, name: &str, value: &str) -> Result<bool> {
        match name {
            "sslmode" => self.mode = mode(value)?,
            "sslrootcert" if value == "system" => self.authorities = Some(Authorities::System),
            "sslrootcert" => self.authorities = Some(Authorities::File(value.into())),
            "sslcert" => self.certificate = Some(value.into()),
            "sslkey" => self.key = Some(value.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The options together: one that another leaves without effect is refused.
    fn checked(mut self) -> Result<Tls> {
        match (self.mode, &self.authorities) {
            (Mode::VerifyCa | Mode::VerifyFull, None) => {
                return Err(invalid(
                    "sslmode=verify-ca and verify-full want the authorities that are trusted: sslrootcert=<file of \
                     certificates>, or sslrootcert=system for those of the system",
                ));
            }
            (Mode::Disable | Mode::Prefer, Some(_)) => {
                return Err(invalid(
                    "sslrootcert names authorities, and the sslmode here asks for no certificate of theirs: write \
                     sslmode=verify-full, or verify-ca, which takes the certificate of any host",
                ));
            }
            (Mode::Require | Mode::VerifyCa, Some(Authorities::System)) => {
                return Err(invalid(
                    "sslrootcert=system trusts authorities that sign for everybody, so that the host counts: write \
                     sslmode=verify-full",
                ));
            }
            (Mode::Require, Some(Authorities::File(_))) => self.mode = Mode::VerifyCa,
            _ => {}
        }
        if self.certificate.is_some() != self.key.is_some() {
            return Err(invalid(
                "sslcert and sslkey come together: a certificate and its private key, as files",
            ));
        }
        if self.certificate.is_some() && self.mode == Mode::Disable {
            return Err(invalid("sslcert has no effect where sslmode=disable: leave one of them away"));
        }
        self.built_in()?;
        Ok(self)
    }

    #[cfg(feature = "tls")]
    fn built_in(&self) -> Result<()> {
        Ok(())
    }

    #[cfg(not(feature = "tls"))]
    fn built_in(&self) -> Result<()> {
        match (self.mode, &self.certificate) {
            (Mode::Disable | Mode::Prefer, None) => Ok(()),
            _ => Err(invalid(
                "this program is built without TLS: add the feature `tls` to onggi in Cargo.toml, or leave sslcert away and \
                 write sslmode=disable or sslmode=prefer",
            )),
        }
    }
}

fn mode(value: &str) -> Result<Mode> {
    let known = MODES.into_iter().find(|(name, _)| *name == value);
    known.map(|(_, mode)| mode).ok_or_else(|| {
        invalid(format!("the option sslmode is one of {}", MODES.map(|(name, _)| name).join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_taken_out_of_the_url() -> Result<()> {
        let (tls, rest) = Tls::take("postgres://a/b?c=d&sslmode=disable&e=%26")?;
        assert_eq!((tls.mode, &*rest), (Mode::Disable, "postgres://a/b?c=d&e=%26"));
        assert_eq!(Tls::take("postgres://a/b")?.0, Tls::default());
        Ok(())
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_file_of_authorities_is_looked_at_where_encryption_is_required() -> Result<()> {
        let (tls, rest) = Tls::take("postgres://a/b?sslmode=require&sslrootcert=a%20b.pem")?;
        assert_eq!((tls.mode, &*rest), (Mode::VerifyCa, "postgres://a/b"));
        assert_eq!(tls.authorities, Some(Authorities::File("a b.pem".into())));
        assert_eq!(Tls::take("postgres://a/b?sslmode=require")?.0.mode, Mode::Require);
        Ok(())
    }

    #[test]
    fn what_has_no_effect_or_no_meaning_is_refused() {
        for (options, words) in [
            ("sslmode=s3cret", "one of disable, prefer, require, verify-ca, verify-full"),
            ("sslmode=allow", "one of disable"),
            ("sslmode", "name=value"),
            ("sslmode=verify-full", "sslrootcert=system"),
            ("sslrootcert=s3cret", "write sslmode=verify-full"),
            ("sslmode=verify-ca&sslrootcert=system", "write sslmode=verify-full"),
            ("sslcert=s3cret", "come together"),
            ("sslkey=s3cret&sslmode=disable", "come together"),
            ("sslkey=s3cret&sslcert=s3cret&sslmode=disable", "no effect"),
        ] {
            let error = Tls::take(&format!("postgres://a/b?{options}")).map(drop).unwrap_err();
            assert!(error.is_url() && error.to_string().contains(words), "{options}: {error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn a_build_without_it_names_the_feature() {
        for options in ["sslmode=require", "sslmode=verify-full&sslrootcert=system", "sslcert=a&sslkey=b"] {
            let error = Tls::take(&format!("postgres://a/b?{options}")).map(drop).unwrap_err();
            assert!(error.is_url() && error.to_string().contains("the feature `tls`"), "{error}");
        }
    }
}

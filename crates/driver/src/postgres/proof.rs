//! Which proofs of who is there are given to a server: `require_auth`.

use super::failure::{Answer, Failure};

/// What a server may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// The password itself.
    Password,
    Md5,
    Scram,
    /// Nothing.
    None,
}

pub(super) const PROOFS: [(&str, Proof); 4] = [
    ("password", Proof::Password),
    ("md5", Proof::Md5),
    ("scram-sha-256", Proof::Scram),
    ("none", Proof::None),
];

impl Proof {
    /// Whether it is given, where those are named that may be, over a line that nobody else hears or not.
    pub(super) fn check(self, named: Option<&[Proof]>, is_private: bool) -> Answer<()> {
        match named {
            Some(named) if !named.contains(&self) => Err(Failure::strange(format!(
                "the server asks for {}, which require_auth does not take",
                match self {
                    Proof::Password => "the password in clear text",
                    Proof::Md5 => "the password hashed by MD5",
                    Proof::Scram => "the password by SCRAM-SHA-256",
                    Proof::None => "no proof of who is there",
                }
            ))),
            None if self == Proof::Password && !is_private => Err(Failure::strange(
                "the server asks for the password in clear text, and the connection is not encrypted: encrypt it \
                 (sslmode=require, with the feature tls), let the server ask by scram-sha-256, or write require_auth=password to \
                 send it all the same",
            )),
            _ => Ok(()),
        }
    }
}

//! Certificates of the test's own.

#![allow(dead_code, reason = "each test program takes what it needs")]

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// An authority that signs certificates, with its own in a file.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub certificate: rcgen::Certificate,
    pub file: PathBuf,
}

/// A certificate and its key.
pub struct Signed {
    pub certificate: rcgen::Certificate,
    pub key: KeyPair,
}

impl Authority {
    pub fn new(folder: &Path, name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).unwrap();
        Authority { issuer: Issuer::new(params, key), certificate, file }
    }

    /// A certificate for a host, good until a year.
    pub fn sign(&self, host: &str, until: i32) -> Signed {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        Signed { certificate: params.signed_by(&key, &self.issuer).unwrap(), key }
    }
}

impl Signed {
    /// Writes the certificate and its key to files.
    pub fn write(&self, folder: &Path, name: &str) -> [PathBuf; 2] {
        let files = ["pem", "key"].map(|kind| folder.join(format!("{name}.{kind}")));
        std::fs::write(&files[0], self.certificate.pem()).unwrap();
        std::fs::write(&files[1], self.key.serialize_pem()).unwrap();
        files
    }
}

//! What a connection is encrypted with, and why it could not be: `rustls` as the options of a URL want it.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::tls::{Authorities, Mode, Tls};
use crate::Result;
use crate::error::{Error, Kind};

impl Tls {
    /// What a connection is encrypted with.
    ///
    /// # Errors
    ///
    /// Files of certificates and keys that cannot be read.
    pub(crate) fn client(&self) -> Result<ClientConfig> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier {
            authorities: self.authorities.as_ref().map(authorities).transpose()?,
            names: self.mode == Mode::VerifyFull,
            algorithms: provider.signature_verification_algorithms,
        };
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder
            .map_err(|error| Error::new(Kind::Open, "no version of TLS is built in").with_source(error))?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else {
            return Ok(builder.with_no_client_auth());
        };
        let chain = certificates("sslcert", certificate)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable("sslkey", key, error))?;
        builder.with_client_auth_cert(chain, key).map_err(|error| {
            Error::new(
                Kind::Open,
                "the key of sslkey is not one of sslcert's certificate, or of a kind that is not known",
            )
            .with_source(error)
        })
    }
}

fn authorities(authorities: &Authorities) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match authorities {
        Authorities::File(path) => {
            for certificate in certificates("sslrootcert", path)? {
                store.add(certificate).map_err(|error| unreadable("sslrootcert", path, error))?;
            }
        }
        // Systems have certificates that nobody can use any more among theirs.
        Authorities::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        return Err(Error::new(
            Kind::Open,
            "the system has no file of trusted authorities in its usual place: name one with sslrootcert=<file>",
        ));
    }
    Ok(store)
}

fn certificates(option: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => Err(Error::new(
            Kind::Open,
            format!("{path:?} ({option}) has no certificate in it: it is to be a text in the form PEM"),
        )),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable(option, path, error)),
    }
}

fn unreadable(option: &str, path: &Path, error: impl StdError + Send + Sync + 'static) -> Error {
    Error::new(Kind::Open, format!("{path:?} ({option}) cannot be used: {error}")).with_source(error)
}

/// Whom to believe.
struct Verifier {
    /// Nobody's signature is asked for where there are none.
    authorities: Option<RootCertStore>,
    /// Whether the certificate must be for the host.
    names: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("names", &self.names).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let Some(authorities) = &self.authorities else { return Ok(ServerCertVerified::assertion()) };
        let certificate = ParsedCertificate::try_from(certificate)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, authorities, intermediates, now, algorithms)?;
        if self.names {
            verify_server_name(&certificate, host)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// What a failed handshake means, and what to do about it; none where an error does not come from one.
pub(crate) fn explain(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let failure =
            inner.map_or_else(|| error.downcast_ref(), |inner| inner.downcast_ref::<rustls::Error>());
        if let Some(failure) = failure {
            return Some(explanation(failure));
        }
        next = error.source();
    }
    None
}

fn explanation(failure: &rustls::Error) -> String {
    use CertificateError as Certificate;
    let (said, advice) = match failure {
        rustls::Error::InvalidCertificate(reason) => match reason {
            Certificate::UnknownIssuer => (
                "no authority of sslrootcert has signed the server's certificate",
                "name the file of the authority that has, or write sslmode=require to encrypt without knowing who is there",
            ),
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => (
                "the server's certificate is not for the host of the URL",
                "write a host that stands among the certificate's alternative names, or sslmode=verify-ca to take any that the \
                 authority has signed",
            ),
            Certificate::Expired | Certificate::ExpiredContext { .. } => (
                "the server's certificate has expired",
                "give the server a new one, and look at this system's clock",
            ),
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                ("the server's certificate is not valid yet", "look at this system's clock")
            }
            _ => (
                "the server's certificate is not one that can be trusted",
                "give the server one of version 3 that is no authority's itself, with the host among its alternative names",
            ),
        },
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::HandshakeFailure,
        ) => (
            "the server refuses this program's certificate, or misses one",
            "name one that the server trusts with sslcert and sslkey",
        ),
        _ => (
            "the connection could not be encrypted",
            "look at the versions of TLS that the server allows, 1.2 and 1.3 here",
        ),
    };
    format!("{said}: {advice} ({failure})")
}

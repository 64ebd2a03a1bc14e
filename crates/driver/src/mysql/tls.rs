//! Encrypted connections, as far as the client goes with what the options of a URL want.

use mysql::SslOpts;

use crate::Result;
use crate::tls::{Mode, Tls};

/// What the client is told; nothing where it is to encrypt nothing.
#[cfg(feature = "tls")]
pub(super) fn options(tls: &Tls) -> Result<Option<SslOpts>> {
    use mysql::ClientIdentity;
    use rustls::crypto::{CryptoProvider, ring};

    use crate::tls::Authorities;
    use crate::url::invalid;

    let is_looked_at = match tls.mode {
        Mode::Disable => return Ok(None),
        Mode::Prefer | Mode::Require => false,
        Mode::VerifyFull => true,
        Mode::VerifyCa => {
            return Err(invalid(
                "sslmode=verify-ca, and sslrootcert with sslmode=require, are for PostgreSQL: of MariaDB and MySQL the client would \
                 take what any public authority has signed for anybody; write sslmode=verify-full with a host that stands among the \
                 certificate's alternative names",
            ));
        }
    };
    // The client says little of files that it cannot use.
    tls.client()?;
    if CryptoProvider::get_default().is_none() {
        // The client takes the program's own, and would panic where there are several to choose from. A race for it is no matter.
        let _ = ring::default_provider().install_default();
    }
    let mut options = SslOpts::default().with_danger_accept_invalid_certs(!is_looked_at);
    if let Some(Authorities::File(file)) = &tls.authorities {
        options = options.with_root_cert_path(Some(file.clone()));
    }
    if let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) {
        options = options.with_client_identity(Some(ClientIdentity::new(certificate.clone(), key.clone())));
    }
    Ok(Some(options))
}

/// The same without TLS built in, where nothing else was taken from the URL.
#[cfg(not(feature = "tls"))]
pub(super) fn options(tls: &Tls) -> Result<Option<SslOpts>> {
    debug_assert!(matches!(tls.mode, Mode::Disable | Mode::Prefer));
    Ok(None)
}

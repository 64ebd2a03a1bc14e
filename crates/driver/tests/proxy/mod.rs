//! A server that encrypts, with certificates of the test's own: it passes on what it hears to the real one, in plain.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::certificates::{Authority, Signed};

/// What a server encrypts with that shows a certificate, and wants one of its caller where an authority is given.
pub fn server(shown: &Signed, of_callers: Option<&Authority>) -> ServerConfig {
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = match of_callers {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(shown.key.serialize_der()).unwrap();
    builder.with_single_cert(vec![shown.certificate.der().clone()], key).unwrap()
}

/// What a caller hears who asks for encryption.
#[derive(Clone)]
pub enum Answer {
    Encrypt(Arc<ServerConfig>),
    Refuse,
    /// It agrees, and then says what is no handshake.
    Nonsense,
}

/// Starts one before a real server, and gives its port. It lasts as long as the test.
pub fn start(server: SocketAddr, answer: Answer) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        runtime.block_on(async {
            while let Ok((caller, _)) = listener.accept().await {
                // Callers come one after another; one that leaves in the middle is none of the test's business.
                drop(serve(caller, server, &answer).await);
            }
        });
    });
    port
}

const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

async fn serve(mut caller: TcpStream, server: SocketAddr, answer: &Answer) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let mut first = [0; 8];
    caller.read_exact(&mut first).await?;
    if first != SSL_REQUEST {
        server.write_all(&first).await?;
        copy_bidirectional(&mut caller, &mut server).await?;
        return Ok(());
    }
    match answer {
        Answer::Encrypt(config) => {
            caller.write_all(b"S").await?;
            let mut caller = TlsAcceptor::from(Arc::clone(config)).accept(caller).await?;
            copy_bidirectional(&mut caller, &mut server).await?;
        }
        Answer::Refuse => {
            caller.write_all(b"N").await?;
            copy_bidirectional(&mut caller, &mut server).await?;
        }
        Answer::Nonsense => caller.write_all(b"Snonsense and no handshake").await?,
    }
    Ok(())
}

//! A server on loopback that gives prepared responses, one to each request in turn.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    connections: usize,
}

pub enum Act {
    /// Sends bytes, and keeps the connection.
    Send(String),
    /// Sends bytes, and closes the connection.
    Close(String),
    /// Says nothing, and keeps the connection.
    Silence,
}

pub fn json(status: u16, body: &str) -> Act {
    with(status, "", body)
}

pub fn with(status: u16, headers: &str, body: &str) -> Act {
    Act::Send(text(status, headers, body))
}

pub fn text(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} Text\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

impl Server {
    pub fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::with(acts, |_| {})
    }

    /// Calls a function with the number of each request, before it responds.
    pub fn with(acts: impl IntoIterator<Item = Act>, hook: impl Fn(usize) + Clone + Send + 'static) -> Self {
        Self::plain_or_tls(acts, hook, None)
    }

    /// A server with a certificate for `contacts.invalid` and `localhost` that nobody trusts, which is returned.
    pub fn tls(acts: impl IntoIterator<Item = Act>) -> (Self, contacts::reqwest::Certificate) {
        let names = ["contacts.invalid".to_owned(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let trusted = contacts::reqwest::Certificate::from_der(made.cert.der()).unwrap();
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let chain = vec![CertificateDer::from(made.cert)];
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let mut server = Self::plain_or_tls(acts, |_| {}, Some(Arc::new(config)));
        server.url = server.url.replace("http://127.0.0.1", "https://localhost");
        (server, trusted)
    }

    fn plain_or_tls(
        acts: impl IntoIterator<Item = Act>,
        hook: impl Fn(usize) + Clone + Send + 'static,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut acts: Vec<_> = acts.into_iter().collect();
        acts.reverse();
        let (acts, seen) = (Arc::new(Mutex::new(acts)), Arc::new(Mutex::new(Seen::default())));
        let for_all = seen.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (acts, seen, hook) = (acts.clone(), for_all.clone(), hook.clone());
                seen.lock().unwrap().connections += 1;
                let (tls, connection) = (tls.clone(), connection.unwrap());
                thread::spawn(move || match tls {
                    None => serve(connection, &acts, &seen, hook),
                    Some(tls) => {
                        let tls = ServerConnection::new(tls).unwrap();
                        serve(StreamOwned::new(tls, connection), &acts, &seen, hook);
                    }
                });
            }
        });
        Server { url, seen }
    }

    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

fn serve(
    mut connection: impl Read + Write,
    acts: &Mutex<Vec<Act>>,
    seen: &Mutex<Seen>,
    hook: impl Fn(usize),
) {
    while let Some((request, whole)) = read(&mut connection) {
        seen.lock().unwrap().requests.push(request);
        if !whole {
            return;
        }
        hook(seen.lock().unwrap().requests.len());
        let act = acts.lock().unwrap().pop().expect("a request that was not asked for");
        match act {
            Act::Send(text) => _ = connection.write_all(text.as_bytes()).and_then(|()| connection.flush()),
            Act::Close(text) => {
                _ = connection.write_all(text.as_bytes()).and_then(|()| connection.flush());
                return;
            }
            Act::Silence => thread::park(),
        }
    }
}

/// Reads one request, of the length that it names, or as much as there is of it.
fn read(connection: &mut impl Read) -> Option<(String, bool)> {
    let mut request = Vec::new();
    let mut chunk = [0; 65536];
    loop {
        let end = request.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if request.len() - end >= length.map_or(0, |n| n.parse().unwrap()) {
                return Some((String::from_utf8_lossy(&request).into_owned(), true));
            }
        }
        match connection.read(&mut chunk) {
            Ok(0) | Err(_) if request.is_empty() => return None,
            Ok(0) | Err(_) => return Some((String::from_utf8_lossy(&request).into_owned(), false)),
            Ok(n) => request.extend_from_slice(&chunk[..n]),
        }
    }
}

//! Connections that do not come about: proxies and TLS. Nothing is sent, and the error says whose fault it was.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use contacts::{CallOptions, Client, ClientBuilder, Error, Outcome};

use support::server::{Act, Server, json, text};
use support::*;

mod support;

/// A client of a server that only a proxy can reach.
fn beyond() -> ClientBuilder {
    let options = CallOptions::new().timeout(Duration::from_secs(1)).retries(0);
    Client::builder("IRx", TOKEN).base_url("https://contacts.invalid").options(options)
}

async fn create(builder: ClientBuilder) -> Result<(), Error> {
    builder.build().unwrap().create_contact(1, &wile()).await.map(drop)
}

/// A server on loopback that does one thing with each connection.
fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (serve, connection) = (serve.clone(), connection.unwrap());
            thread::spawn(move || serve(connection));
        }
    });
    address
}

/// Copies both ways between two connections.
fn relay(one: TcpStream, server: &str) {
    let other = TcpStream::connect(server).unwrap();
    let (mut from, mut to) = (one.try_clone().unwrap(), other.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut from, &mut to));
    let (mut from, mut to) = (other, one);
    _ = std::io::copy(&mut from, &mut to);
}

#[tokio::test]
async fn error_tells_its_causes() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::builder("IRx", TOKEN)
        .base_url(format!("http://{closed}"))
        .options(CallOptions::new().retries(0))
        .build()
        .unwrap();
    let error = client.create_contact(1, &wile()).await.unwrap_err();
    assert_eq!((error.outcome(), error.operation()), (Outcome::NotSent, "createContact"));
    assert!(why(&error).contains("refused") && why(&error).contains(&closed.to_string()), "{}", why(&error));
    assert_no_secret(error);
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent_before_the_time_is_over() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap()); // the handshake of TLS never ends
    let client = Client::builder("IRx", TOKEN).base_url(url).build().unwrap();
    let hurried = client.with(within(Duration::from_millis(300))).unwrap();
    let error = hurried.create_contact(1, &wile()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
}

#[tokio::test]
async fn whatever_fails_at_a_proxy_is_not_sent() {
    let close = |text: &str| Act::Close(text.to_owned());
    for act in [
        close("HTTP/1.1 403 Forbidden\r\n\r\n"),
        close("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
        close("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        close("no HTTP"),
        close(""),
        Act::Silence,
    ] {
        let proxy = Server::start([act]);
        let http = contacts::reqwest::Client::builder();
        let http = http.proxy(contacts::reqwest::Proxy::all(&proxy.url).unwrap().basic_auth("user", TOKEN));
        let options = CallOptions::new().timeout(Duration::from_secs(1)).retries(0);
        let client = Client::builder("IRx", TOKEN).base_url("https://contacts.invalid").http(http);
        let client = client.options(options).build().unwrap();
        let error = client.create_contact(1, &wile()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent, "{}", why(&error));
        assert_no_secret(error);
        assert!(proxy.requests()[0].starts_with("CONNECT contacts.invalid:443 "));
    }
}

#[tokio::test]
async fn proxy_that_fails_is_not_sent_and_named() {
    let close = |text: &str| Act::Close(text.to_owned());
    for act in [
        close("HTTP/1.1 403 Forbidden\r\n\r\n"),
        close("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
        close("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n{}"),
        close("HTTP/1.1 200 OK\r\n\r\nno TLS"),
        close("no HTTP"),
        close(""),
        Act::Silence,
    ] {
        let proxy = Server::start([act]);
        let url = proxy.url.replace("//", "//user:p4ssw0rd@");
        let error = create(beyond().proxy(url)).await.unwrap_err();
        let text = why(&error);
        assert_eq!(error.outcome(), Outcome::NotSent, "{text}");
        assert!(
            text.contains(&format!(
                "no connection to https://contacts.invalid through the proxy {}",
                proxy.url
            )),
            "{text}"
        );
        assert!(!text.contains("p4ssw0rd") && !format!("{error:?}").contains("p4ssw0rd"));
        let request = &proxy.requests()[0];
        assert!(request.starts_with("CONNECT contacts.invalid:443 HTTP/1.1\r\n"), "{request}");
        assert!(
            request.to_lowercase().contains("proxy-authorization: basic dxnlcjpwnhnzdzbyza=="),
            "{request}"
        );
        assert!(!request.contains(CREDENTIALS));
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for scheme in ["http", "https", "socks5", "socks5h"] {
        let error = create(beyond().proxy(format!("{scheme}://{closed}"))).await.unwrap_err();
        let text = why(&error);
        assert_eq!(error.outcome(), Outcome::NotSent, "{text}");
        let shown = scheme.replace("socks5h", "socks5").replace("socks5", "socks5h"); // both are the same
        assert!(text.contains(&format!("through the proxy {shown}://{closed}")), "{text}");
    }
}

#[tokio::test]
async fn socks_proxy_that_fails_is_not_sent() {
    for said in
        [&b""[..], b"\x05\xff", b"\x05\x00\x05\x01\x00\x01\0\0\0\0\0\0", b"HTTP/1.1 400 Bad Request\r\n\r\n"]
    {
        let address = listen(move |mut connection| {
            let mut greeting = [0; 3];
            connection.read_exact(&mut greeting).unwrap();
            assert_eq!(greeting[0], 5);
            connection.write_all(said).unwrap();
        });
        let error = create(beyond().proxy(format!("socks5h://{address}"))).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent, "{said:?}: {}", why(&error));
    }
}

#[tokio::test]
async fn request_goes_through_a_proxy_of_each_kind() {
    let connect = |server: String| {
        listen(move |mut connection| {
            let mut head = [0; 4096];
            let length = connection.read(&mut head).unwrap();
            assert!(head[..length].starts_with(b"CONNECT contacts.invalid:443 "));
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            relay(connection, &server);
        })
    };
    let socks = |server: String| {
        listen(move |mut connection| {
            let mut greeting = [0; 3];
            connection.read_exact(&mut greeting).unwrap();
            connection.write_all(b"\x05\x00").unwrap();
            let mut request = [0; 5 + 16 + 2]; // the host, by its name, and the port
            connection.read_exact(&mut request).unwrap();
            assert_eq!(&request[..], b"\x05\x01\x00\x03\x10contacts.invalid\x01\xbb");
            connection.write_all(b"\x05\x00\x00\x01\0\0\0\0\0\0").unwrap();
            relay(connection, &server);
        })
    };
    for scheme in ["", "http://", "socks5h://"] {
        let (server, trusted) = Server::tls([json(200, CREATED)]);
        let address = server.url.replace("https://localhost", "127.0.0.1");
        let proxy = if scheme == "socks5h://" { socks(address) } else { connect(address) };
        let http = contacts::reqwest::Client::builder().tls_certs_merge([trusted]);
        let builder = beyond().options(CallOptions::new()).http(http).proxy(format!("{scheme}{proxy}"));
        create(builder).await.unwrap();
        assert!(server.requests()[0].contains(CREDENTIALS));
    }
}

/// A client that had a connection knows by reqwest alone that it has none now.
#[tokio::test]
async fn connection_that_fails_after_another_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut connection = listener.accept().unwrap().0;
        _ = connection.read(&mut [0; 4096]).unwrap();
        connection.write_all(text(200, "Connection: close\r\n", CREATED).as_bytes()).unwrap();
    });
    let options = CallOptions::new().retries(0);
    let client = Client::builder("IRx", TOKEN).base_url(url).options(options.clone()).build().unwrap();
    client.create_contact(1, &wile()).await.unwrap();
    server.join().unwrap();
    assert_eq!(client.create_contact(1, &wile()).await.unwrap_err().outcome(), Outcome::NotSent);

    let (server, trusted) = Server::tls([Act::Close(text(200, "Connection: close\r\n", CREATED))]);
    let address = server.url.replace("https://localhost", "127.0.0.1");
    let asked = Arc::new(AtomicUsize::new(0));
    let proxy = listen(move |mut connection| {
        _ = connection.read(&mut [0; 4096]).unwrap();
        if asked.fetch_add(1, Ordering::SeqCst) == 0 {
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            relay(connection, &address);
        } else {
            connection.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
        }
    });
    let http = contacts::reqwest::Client::builder().tls_certs_merge([trusted]);
    let client = beyond().options(options).http(http).proxy(proxy).build().unwrap();
    client.create_contact(1, &wile()).await.unwrap();
    let error = client.create_contact(1, &wile()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{}", why(&error));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn certificate_that_is_not_trusted_is_not_sent() {
    let (server, trusted) = Server::tls([json(200, CREATED)]);
    let builder =
        || Client::builder("IRx", TOKEN).base_url(&server.url).options(CallOptions::new().retries(0));
    let error = create(builder()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{}", why(&error));
    assert!(why(&error).contains("ertificate"), "{}", why(&error));
    assert!(server.requests().is_empty());
    let http = contacts::reqwest::Client::builder().tls_certs_merge([trusted.clone()]);
    create(builder().http(http)).await.unwrap();

    let wrong_name = server.url.replace("localhost", "127.0.0.1");
    let http = contacts::reqwest::Client::builder().tls_certs_merge([trusted]);
    let error = create(builder().base_url(wrong_name).http(http)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{}", why(&error));
}

#[tokio::test]
async fn handshake_that_fails_is_not_sent() {
    for said in [
        &b""[..],
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x16\x03\x03\x00\x01\xff",
    ] {
        let address = listen(move |mut connection| {
            _ = connection.read(&mut [0; 4096]);
            _ = connection.write_all(said);
        });
        let options = CallOptions::new().retries(0);
        let builder = Client::builder("IRx", TOKEN).base_url(format!("https://{address}")).options(options);
        let error = create(builder).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent, "{said:?}: {}", why(&error));
    }
}

#[test]
fn proxy_of_the_environment_is_found() {
    let found = |url: &str, variables: &[(&str, &str)]| {
        let printed = run("client_of_the_environment", &[variables, &[("URL", url)]].concat());
        let (_, rest) = printed.split_once("proxy: ").unwrap_or_else(|| panic!("{variables:?}: {printed}"));
        !rest.starts_with("None")
    };
    let proxy = ("HTTPS_PROXY", "http://user:p4ssw0rd@127.0.0.1:1");
    let server = "https://api.example.com";
    assert!(found(server, &[proxy]));
    assert!(found(server, &[("https_proxy", "127.0.0.1:1")]));
    assert!(found(server, &[("HTTPS_PROXY", ""), ("https_proxy", "socks5://127.0.0.1")]));
    for variable in ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
        assert!(!found(server, &[(variable, "http://127.0.0.1:1")]), "{variable}");
    }
    for loopback in [
        "http://localhost:1",
        "https://LOCALHOST",
        "http://127.1.2.3",
        "https://[::1]",
        "https://127.1",
        "https://[::ffff:127.0.0.1]",
    ] {
        assert!(!found(loopback, &[proxy]), "{loopback}");
        assert!(!found(loopback, &[("HTTPS_PROXY", "ftp://unreadable")]), "{loopback}");
    }
    for (url, excepted, others) in [
        (
            server,
            &[
                "*",
                "api.example.com",
                "example.com",
                "EXAMPLE.com",
                ".example.com",
                "*.example.com",
                "x, com ,y",
                "com:443",
                "api.example.com:443",
                ".com:443",
            ][..],
            &[
                "",
                "xample.com",
                "api.example.co",
                "api.example.com.x",
                ".api.example.com",
                "*.api.example.com",
                "com:80",
                "api.example.com:8443",
                "10.0.0.0/8",
                ":443",
                ",",
                "*:443x",
            ][..],
        ),
        ("https://api.example.com:8443", &["com:8443"], &["com:443"]),
        (
            "https://10.1.2.3",
            &["10.1.2.3", "10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "10.1.2.3:443", "10.1.2.2/31"],
            &["10.1.2.4", "11.0.0.0/8", "10.1.2.3:80", "::/0", "10.0.0.0/x", "2.3", ".3", "10.1.2.0/33/8"],
        ),
        (
            "https://[2001:db8::1]",
            &["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443", "2001:db8::/32", "2001:DB8:0::1"],
            &["2001:db8::2", "[2001:db8::1]:80", "2001:db9::/32", "0.0.0.0/0"],
        ),
    ] {
        for list in excepted {
            assert!(!found(url, &[proxy, ("NO_PROXY", list)]), "{url} {list}");
        }
        for list in others {
            assert!(found(url, &[proxy, ("NO_PROXY", list)]), "{url} {list}");
        }
    }
    assert!(!found(server, &[proxy, ("NO_PROXY", ""), ("no_proxy", "example.com")]));
    assert!(found(server, &[proxy, ("NO_PROXY", "x"), ("no_proxy", "example.com")]));

    for unreadable in [
        "http://",
        "://x",
        "ftp://p4ssw0rd",
        "socks4://h",
        "http://h/p4ssw0rd",
        "http://h:99999",
        "http://a b",
        "http://h?x",
        "socks5://",
    ] {
        for variable in ["HTTPS_PROXY", "https_proxy"] {
            let said = run("client_of_the_environment", &[(variable, unreadable), ("URL", server)]);
            let error = format!(
                "the environment variable {variable} must be the URL of a proxy: http, https, socks5 or socks5h, host and port"
            );
            assert!(said.contains(&error) && !said.contains("p4ssw0rd"), "{unreadable}: {said}");
        }
    }
    let refused = beyond().proxy("ftp://p4ssw0rd").build().unwrap_err().to_string();
    assert!(
        refused.starts_with("proxy must be the URL of a proxy") && !refused.contains("p4ssw0rd"),
        "{refused}"
    );
}

#[test]
#[ignore = "for proxy_of_the_environment_is_found"]
fn client_of_the_environment() {
    match Client::builder("IRx", TOKEN).base_url(std::env::var("URL").unwrap()).build() {
        Ok(client) => println!("{client:?}"),
        Err(error) => println!("{error}"),
    }
}

#[test]
fn proxy_of_the_environment_is_asked() {
    let proxy = Server::start([Act::Close("HTTP/1.1 403 Forbidden\r\n\r\n".to_owned())]);
    let printed = run("create_in_the_environment", &[("HTTPS_PROXY", &proxy.url)]);
    assert!(printed.contains("not sent"), "{printed}");
    assert!(proxy.requests()[0].starts_with("CONNECT contacts.invalid:443 "));
    let others = Server::start([]);
    let excepted = [("HTTPS_PROXY", &*others.url), ("ALL_PROXY", &*others.url), ("NO_PROXY", "*.invalid")];
    assert!(run("create_in_the_environment", &excepted).contains("not sent"));
    assert!(run("create_in_the_environment", &[("ALL_PROXY", &others.url)]).contains("not sent"));
    assert_eq!(others.connections(), 0);
}

#[tokio::test]
#[ignore = "for proxy_of_the_environment_is_asked"]
async fn create_in_the_environment() {
    println!("{}", create(beyond()).await.unwrap_err());
}

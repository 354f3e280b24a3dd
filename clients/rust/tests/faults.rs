//! After a send there is an outcome, whatever happens; and a response belongs to its request.

use std::time::{Duration, Instant};

use contacts::{CallOptions, Error, Outcome};

use support::server::{Act, Server, json, text, with};
use support::*;

mod support;

#[tokio::test]
async fn response_that_does_not_tell_is_in_doubt() {
    let head = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n{CREATED}");
    let long = "X: ".to_owned() + &"x".repeat(70_000) + "\r\n";
    for response in [
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n".to_owned(),
        head("Content-Length: abc\r\n"),
        head("Content-Length: 63, 63\r\n"),
        head("Content-Length: 9223372036854775808\r\n"),
        text(200, &long, CREATED),
        text(200, "", "\u{feff}{}"),
    ] {
        let server = Server::start([Act::Close(response.clone())]);
        let error = client(&server).create_contact(1, &wile()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::InDoubt, "{response:.80}: {error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn surplus_bytes_are_no_response_to_the_next_request() {
    let surplus = text(200, "", r#"{"Status":"OK","Uri":"/a/666"}"#);
    for pause in [0, 100] {
        let server = Server::start([
            Act::Send(text(200, "", CREATED) + &surplus),
            json(200, r#"{"Status":"OK","Uri":"/a/8"}"#),
        ]);
        let client = client(&server);
        client.create_contact(1, &wile()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let second = client.create_contact(1, &wile()).await.unwrap();
        assert_eq!(second.contact_id.as_deref(), Some("8"));
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn delete_that_was_in_doubt_and_finds_nothing_is_done() {
    let server = Server::start([Act::Close(String::new()), json(404, "{}"), json(404, "{}")]);
    let client = client(&server);
    assert_eq!(client.delete_contact(1, "7").await.unwrap().outcome, Outcome::Deleted);
    assert_eq!(client.delete_contact(1, "7").await.unwrap_err().outcome(), Outcome::Refused);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn deadline_cuts_an_attempt_short() {
    let server = Server::start([Act::Silence]);
    let hurried = client(&server).with(within(Duration::from_millis(300))).unwrap();
    let error = hurried.create_contact(1, &wile()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt, "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn wait_that_does_not_fit_is_not_begun() {
    let server = Server::start([with(429, "Retry-After: 20\r\n", "{}")]);
    let hurried = client(&server).with(within(Duration::from_secs(10))).unwrap();
    let Error::Refused(refused) = hurried.create_contact(1, &wile()).await.unwrap_err() else { panic!() };
    assert_eq!(refused.retry_after, Some(Duration::from_secs(20)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn timeout_holds_for_content() {
    let server = Server::start([Act::Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxxx".into())]);
    let client = client(&server).with(CallOptions::new().timeout(Duration::from_millis(300))).unwrap();
    let begin = Instant::now();
    let content = client.get_profile_image(1, "7").await.unwrap();
    assert_eq!(content.value.bytes().await.unwrap_err().outcome(), Outcome::InDoubt);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn chunks_that_are_none_are_in_doubt() {
    let length = CREATED.len();
    for body in [
        format!("{length:x}\r\n{CREATED}\r\n0\r\n"),
        format!("{length:x}\r\n{CREATED}\r\n"),
        format!("{length:x}\r\n{CREATED}X0\r\n\r\n"),
        format!("{length:x}\n{CREATED}\n0\n\n"),
        format!("zz\r\n{CREATED}\r\n0\r\n\r\n"),
        format!("-1\r\n{CREATED}\r\n0\r\n\r\n"),
        format!("ffffffffffffffff\r\n{CREATED}\r\n0\r\n\r\n"),
        format!("fffffffffffffffff\r\n{CREATED}\r\n0\r\n\r\n"),
        format!("{length:x};{}\r\n{CREATED}\r\n0\r\n\r\n", "x".repeat(100_000)),
        format!("{length:x}\r\n{CREATED}\r\n0\r\n{}\r\n", "X: y\r\n".repeat(100_000)),
        format!("{length:x}\r\n{CREATED}\r\n0\r\n{TOKEN}\r\n\r\n"),
        "\r\n".to_owned(),
        String::new(),
    ] {
        let response = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        let server = Server::start([Act::Close(response)]);
        let error = client(&server).create_contact(1, &wile()).await.unwrap_err();
        assert_eq!((error.outcome(), error.status()), (Outcome::InDoubt, Some(200)), "{body:.80}");
        assert!(!why(&error).contains(TOKEN));
    }
}

#[tokio::test]
async fn header_of_64_kib_and_1000_fields_is_read() {
    let filled = |bytes: usize| {
        let fields = bytes - (text(200, "", CREATED).len() - CREATED.len());
        let field = |length: usize| format!("{:x<width$}\r\n", "A: ", width = length - 2);
        text(200, &(field(64).repeat(999) + &field(fields - 64 * 999)), CREATED)
    };
    let server = Server::start([Act::Send(filled(65_536))]);
    client(&server).create_contact(1, &wile()).await.unwrap();
    let server = Server::start([Act::Send(filled(65_537))]);
    let error = client(&server).create_contact(1, &wile()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt);
    assert!(why(&error).ends_with("the header of the response is longer than 64 KiB"), "{}", why(&error));
}

#[tokio::test]
async fn numbers_of_a_response_are_exact() {
    let page =
        |number: &str| json(200, &format!(r#"{{"@page":"1","@numpages":"1","Contacts":[],"x":{number}}}"#));
    let numbers = ["9007199254740993", "5", "5.0", "1e400", "123456789012345678901234567890", "-0"];
    let server = Server::start(numbers.map(page));
    let client = client(&server);
    for number in numbers {
        let page = client.list_contacts_page(1, &contacts::ListContactsInput::new()).await.unwrap();
        let body = String::from_utf8(page.info.body().to_vec()).unwrap();
        assert!(body.ends_with(&format!("\"x\":{number}}}")), "{body}");
    }
}

#[tokio::test]
async fn bytes_that_nobody_asked_for_are_no_response() {
    let forged = text(200, "", r#"{"Status":"OK","Uri":"/a/666"}"#);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{CREATED}\r\n0\r\n\r\n",
        CREATED.len()
    );
    let second = || json(200, r#"{"Status":"OK","Uri":"/a/8"}"#);
    let firsts = [
        text(200, "", CREATED),
        chunked,
        text(400, "", "{}"),
        text(429, "Retry-After: 3600\r\n", "{}"),
        text(503, "", "no"),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        text(304, "", ""),
    ];
    for surplus in
        [forged.clone(), "x".to_owned(), "\r\n".to_owned(), forged[..40].to_owned(), text(408, "", "")]
    {
        for first in &firsts {
            for pause in [0, 20] {
                let server = Server::start([Act::Send(first.clone() + &surplus), second()]);
                let client = client(&server);
                _ = client.create_contact(1, &wile()).await;
                tokio::time::sleep(Duration::from_millis(pause)).await;
                let created = client.create_contact(1, &wile()).await.unwrap();
                assert_eq!(created.contact_id.as_deref(), Some("8"), "{first:.40} {surplus:.40}");
            }
        }
    }
}

#[cfg(feature = "tracing")]
#[test]
fn attempts_outcomes_and_warnings_are_reported() {
    let printed = run("report_in_a_process_of_its_own", &[]);
    assert!(printed.contains("1 passed"), "{printed}");
}

#[cfg(feature = "tracing")]
#[tokio::test]
#[ignore = "for attempts_outcomes_and_warnings_are_reported"]
async fn report_in_a_process_of_its_own() {
    let log = subscriber::Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = Server::start([with(429, "Retry-After: 1\r\n", "{}"), json(200, CREATED)]);
    let warns = CallOptions::new().retries(1).rules(contacts::Rules::Warn);
    let input = wile().work_phone_number("8051234567");
    builder(&server).options(warns).build().unwrap().create_contact(1, &input).await.unwrap();
    let text = log.text();
    let reported = |line: &&str| line.starts_with("contacts::runtime");
    let lines: Vec<_> = text.lines().filter(reported).collect();
    let expected = [
        r#"message=WorkPhoneNumberCountry is required when WorkPhoneNumber is given. operation="createContact" field="WorkPhoneNumberCountry" rule=RequiredWith"#,
        r#"message=attempt operation="createContact" number=1 outcome="refused" status=429"#,
        r#"message=attempt operation="createContact" number=2 outcome="created" status=200"#,
        r#"message=outcome operation="createContact" outcome="created" status=200 attempts=2"#,
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "{line}");
    }
}

#[cfg(feature = "tracing")]
#[test]
fn subscriber_that_panics_takes_no_outcome_away() {
    let printed = run("subscriber_in_a_process_of_its_own", &[]);
    assert!(printed.contains("1 passed"), "{printed}");
}

#[cfg(feature = "tracing")]
#[tokio::test]
#[ignore = "for subscriber_that_panics_takes_no_outcome_away"]
async fn subscriber_in_a_process_of_its_own() {
    for panics_at in ["contacts", "hyper", "hyper_util", "reqwest", ""] {
        let server = Server::start([json(200, CREATED), json(200, CREATED)]);
        let client = client(&server);
        client.create_contact(1, &wile()).await.unwrap();
        let _guard = tracing::subscriber::set_default(subscriber::Log::that_panics_at(panics_at));
        let result = client.create_contact(1, &wile()).await;
        match result {
            Ok(created) => assert_eq!(created.contact_id.as_deref(), Some("7")),
            Err(error) => assert_eq!(error.outcome(), Outcome::InDoubt, "{panics_at}: {error}"),
        }
    }
}

#[tokio::test]
async fn settings_of_an_http_client_of_ones_own_cannot_break_the_rules() {
    let http = || {
        contacts::reqwest::Client::builder()
            .redirect(contacts::reqwest::redirect::Policy::limited(5))
            .retry(contacts::reqwest::retry::for_host("127.0.0.1").classify_fn(|r| r.retryable()))
            .http09_responses()
            .referer(true)
            .user_agent("another")
            .pool_idle_timeout(None)
    };
    let elsewhere = Server::start([]);
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start([with(status, &format!("Location: {}/x\r\n", elsewhere.url), "")]);
        let error =
            builder(&server).http(http()).build().unwrap().create_contact(1, &wile()).await.unwrap_err();
        assert_eq!((error.outcome(), error.status()), (Outcome::InDoubt, Some(status)));
        let request = server.requests()[0].to_lowercase();
        assert!(
            request.contains("http/1.1\r\n") && request.contains("user-agent: contacts-rust/"),
            "{request}"
        );
        assert!(!request.contains("referer") && !request.contains("accept-encoding"), "{request}");
    }
    assert_eq!(elsewhere.connections(), 0);

    let server = Server::start([json(503, "{}"), json(503, "{}")]);
    let client = builder(&server).http(http()).options(CallOptions::new().retries(0)).build().unwrap();
    client.get_contact(1, "7").await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

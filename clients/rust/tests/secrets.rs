//! The token is in nothing that is printed or logged.

use contacts::{Client, Error};

use support::server::{Server, json};
use support::*;

mod support;

#[tokio::test]
async fn token_is_in_nothing_that_is_printed() {
    assert_no_secret(Client::builder("IRx", TOKEN));
    assert_no_secret(Client::new("IRx", TOKEN).unwrap());

    let echo = format!(
        r#"{{"Status":"ERROR","Message":"{TOKEN}","Errors":[{{"Field":"{TOKEN}","Message":"Basic {CREDENTIALS}"}}]}}"#
    );
    let queued = format!(r#"{{"Status":"QUEUED","QueuedUri":"/queue/{TOKEN}"}}"#);
    let server = Server::start([json(400, &echo), json(200, &queued)]);
    let error = client(&server).create_contact(1, &wile()).await.unwrap_err();
    assert_no_secret(&error);
    assert_eq!(
        error.to_string(),
        "createContact: refused with status 400: [redacted] [[redacted]: Basic [redacted]]"
    );
    assert!(server.requests()[0].contains(&format!("authorization: Basic {CREDENTIALS}\r\n")));

    let error = client(&server).create_contact(1, &wile()).await.unwrap_err();
    assert_no_secret(&error);
    assert!(!error.to_string().contains(TOKEN), "{error}");
    let Error::Queued(queued) = error else { panic!("{error}") };
    assert_eq!(queued.body["QueuedUri"], format!("/queue/{TOKEN}"));
}

#[tokio::test]
async fn short_token_is_not_taken_for_a_word() {
    let said = r#"{"Status":"ERROR","Message":"missing or wrong, Basic SVJ4Ondyb25n"}"#;
    let server = Server::start([json(400, said)]);
    let client = Client::builder("IRx", "wrong").base_url(&server.url).build().unwrap();
    let error = client.create_contact(1, &wile()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "createContact: refused with status 400: missing or wrong, Basic [redacted]"
    );
}

#[tokio::test]
async fn response_prints_no_token() {
    let uri = format!(r#"{{"Status":"OK","Uri":"/{TOKEN}/7"}}"#);
    let server = Server::start([json(200, &uri)]);
    let created = client(&server).create_contact(1, &wile()).await.unwrap();
    assert_eq!(created.uri, Some(format!("/{TOKEN}/7")));
    assert_no_secret(&created);
    assert_no_secret(created.info.clone());
}

#[tokio::test]
async fn token_is_found_in_each_of_its_spellings() {
    let token = "pa\"ss\\w\u{f6}rd\u{1f600} %";
    let queued = serde_json::json!({"Status": "QUEUED", "QueuedUri": format!("/queue/{token}")}).to_string();
    let escaped = r#"{"Status":"QUEUED","QueuedUri":"/queue/pa%22ss%5Cw%C3%B6rd%F0%9F%98%80%20%25"}"#;
    let said = serde_json::json!({"Status": "ERROR", "Message": token}).to_string();
    let uri = serde_json::json!({"Status": "OK", "Uri": format!("/{token}/7")}).to_string();
    let server = Server::start([json(200, &queued), json(200, escaped), json(400, &said), json(200, &uri)]);
    let client = Client::builder("IRx", token).base_url(&server.url).build().unwrap();
    let mut printed = Vec::new();
    for _ in 0..3 {
        let error = client.create_contact(1, &wile()).await.unwrap_err();
        printed.extend([error.to_string(), format!("{error:?}"), format!("{error:#?}")]);
    }
    printed.push(format!("{:?}", client.create_contact(1, &wile()).await.unwrap()));
    for text in printed {
        assert!(text.contains("[redacted]") && !text.contains("rd"), "{text}");
    }
}

#[cfg(feature = "tracing")]
#[test]
fn no_log_of_any_level_holds_the_token() {
    let printed = run("log_in_a_process_of_its_own", &[]);
    assert!(printed.contains("1 passed"), "{printed}");
}

#[cfg(feature = "tracing")]
#[tokio::test]
#[ignore = "for no_log_of_any_level_holds_the_token"]
async fn log_in_a_process_of_its_own() {
    let log = subscriber::Log::default();
    log::set_boxed_logger(Box::new(log.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = Server::start([json(200, CREATED), json(400, &format!(r#"{{"Message":"{TOKEN}"}}"#))]);
    let http = contacts::reqwest::Client::builder().connection_verbose(true);
    let client = builder(&server).http(http).build().unwrap();
    client.create_contact(1, &wile()).await.unwrap();
    client.create_contact(1, &wile().title("TheTitle")).await.unwrap_err();
    let text = log.text();
    assert!(text.contains("outcome") && text.contains("hyper") && text.contains("reqwest"), "{text}");
    assert!(!text.contains(TOKEN) && !text.contains(CREDENTIALS) && !text.contains("TheTitle"), "{text}");
}

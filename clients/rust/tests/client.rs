//! What the conformance vectors cannot reach. How a client behaves on the wire is theirs to test.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use contacts::{Client, Contact, CountryCode, Draft, Error, GetError, Image, ImageFile, Invalid, Rule};

use server::{Answer, Server};

#[path = "support/server.rs"]
mod server;

const TOKEN: &str = "s3cr3t-t0k3n";
const CREDENTIALS: &str = "SVJ4OnMzY3IzdC10MGszbg==";
const CREATED: &str = r#"{"Status":"OK","Uri":"/Advertisers/IRx/Campaigns/1/Contacts/7"}"#;

fn wile() -> Contact {
    Contact {
        first_name: "Wile".into(),
        last_name: "Coyote".into(),
        email_address: "wile.coyote@example.com".into(),
        accounts: vec!["10000".into()],
        ..Default::default()
    }
}

fn with(image: ImageFile) -> Contact {
    Contact { profile_image: Some(Image::File(image)), ..wile() }
}

fn client(server: &Server) -> Client {
    Client::builder("IRx", TOKEN).base_url(&server.url).max_retries(1).build().unwrap()
}

fn broken(error: &Invalid) -> Vec<(&str, Rule)> {
    error.violations.iter().map(|v| (v.field, v.rule)).collect()
}

#[track_caller]
fn assert_no_secret(value: impl Debug) {
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!printed.contains(TOKEN) && !printed.contains(CREDENTIALS), "{printed}");
    }
}

#[tokio::test]
async fn the_token_is_in_nothing_that_is_printed() {
    let builder = Client::builder("IRx", TOKEN);
    assert_no_secret(&builder);
    assert_no_secret(builder.build().unwrap());

    let echo = format!(
        r#"{{"Status":"ERROR","Message":"{TOKEN}","Errors":[{{"Field":"{TOKEN}","Message":"Basic {CREDENTIALS}"}}]}}"#
    );
    let server = Server::start([Answer::json(400, &echo)]).await;
    let error = client(&server).create_contact(1, &wile()).await.unwrap_err();
    assert_no_secret(&error);
    assert_eq!(error.to_string(), "refused with status 400: [redacted] [[redacted]: Basic [redacted]]");
    assert!(server.requests()[0].contains(&format!("authorization: Basic {CREDENTIALS}\r\n")));
}

#[tokio::test]
async fn an_error_says_why() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = Client::builder("IRx", TOKEN).base_url(format!("http://{closed}")).max_retries(0);
    let error = client.build().unwrap().create_contact(1, &wile()).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
    assert_no_secret(error);
}

#[test]
fn arguments_that_cannot_be_used_are_refused() {
    for url in ["http://example.com", "https://u@h", "https://h?q", "https://h#f", "ftp://h", "/path", ""] {
        let error = Client::builder("IRx", TOKEN).base_url(url).build().unwrap_err();
        assert!(error.to_string().contains("base URL"), "{url}: {error}");
    }
    for url in ["https://example.com/base/", "http://localhost:1", "http://127.8.9.1", "http://[::1]:8080/x"]
    {
        Client::builder("IRx", TOKEN).base_url(url).build().unwrap();
    }
    for sid in ["", "a:b", "a\n"] {
        assert!(Client::new(sid, TOKEN).unwrap_err().to_string().contains("AccountSID"));
    }
    for token in ["", "a\r\nX: y"] {
        assert!(Client::new("IRx", token).unwrap_err().to_string().contains("AuthToken"));
    }
    let error = Client::builder("IRx", TOKEN).timeout(Duration::ZERO).build().unwrap_err();
    assert!(error.to_string().contains("timeout"));
}

#[tokio::test]
async fn a_deadline_cuts_an_attempt_short() {
    let server = Server::start([Answer::Silence]).await;
    let hurried = client(&server).until(Instant::now() + Duration::from_millis(300));
    let error = hurried.create_contact(1, &wile()).await.unwrap_err();
    assert!(matches!(error, Error::InDoubt(_)), "{error}");
    let error = hurried.create_contact(1, &wile()).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert!(matches!(
        hurried.get_contact("/Advertisers/IRx/Campaigns/1/Contacts/7").await,
        Err(GetError::NotSent(_))
    ));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_timeout_may_be_without_end() {
    let server = Server::start([Answer::json(200, CREATED), Answer::json(200, CREATED)]).await;
    let patient = Client::builder("IRx", TOKEN).base_url(&server.url).timeout(Duration::MAX).build().unwrap();
    patient.create_contact(1, &wile()).await.unwrap();
    patient.create_contact(1, &with(ImageFile::from_bytes(vec![0; 1 << 18]))).await.unwrap();
}

#[tokio::test]
async fn a_wait_that_the_deadline_leaves_no_time_for_is_not_begun() {
    let limited = || Answer::with(429, "{}", "Retry-After: 20\r\n");
    let server = Server::start([limited(), Answer::json(200, CREATED)]).await;
    let hurried = client(&server).until(Instant::now() + Duration::from_secs(10));
    let Error::Refused(refused) = hurried.create_contact(1, &wile()).await.unwrap_err() else { panic!() };
    assert_eq!(refused.retry_after, Some(Duration::from_secs(20)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_file_that_is_gone_before_the_second_attempt_is_not_sent() {
    let path = std::env::temp_dir().join(format!("contacts-gone-{}", std::process::id()));
    std::fs::write(&path, "an image").unwrap();
    let gone = path.clone();
    let limited =
        Answer::with(429, "{}", "Retry-After: 1\r\n").then(move || std::fs::remove_file(&gone).unwrap());
    let server = Server::start([limited]).await;
    let error = client(&server).create_contact(1, &with(ImageFile::from_path(path))).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_image_in_memory_is_sent() {
    let server = Server::start([Answer::json(200, CREATED)]).await;
    let image = ImageFile::from_bytes(*b"GIF89a and more");
    assert_eq!(format!("{image:?}"), r#"ImageFile { bytes: 15, name: "" }"#);
    let created = client(&server).create_contact(1, &with(image)).await.unwrap();
    assert_eq!(created.id, "7");
    let request = &server.requests()[0];
    assert!(request.contains("name=\"profile-image.gif\"; filename=\"profile-image.gif\"\r\nContent-Type: image/gif\r\n\r\nGIF89a and more\r\n--"));
    assert!(!request.contains("transfer-encoding"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_image_and_does_not_block() {
    let path = std::env::temp_dir().join(format!("contacts-pipe-{}", std::process::id()));
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let invalid = with(ImageFile::from_path(&path)).validate().unwrap_err();
    std::fs::remove_file(path).unwrap();
    assert_eq!(broken(&invalid), [("ProfileImageFile", Rule::NeedsFile)]);
    assert_eq!(invalid.cause.unwrap().to_string(), "not a regular file");
}

#[test]
fn a_draft_becomes_a_contact_or_tells_all_violations() {
    let sound = Draft {
        first_name: "Wile".into(),
        last_name: "Coyote".into(),
        email_address: "wile.coyote@example.com".into(),
        accounts: vec!["10000".into()],
        work_phone_number_country: "US".into(),
        profile_image_url: "https://example.com/wile.png".into(),
        ..Default::default()
    };
    let contact = Contact::try_from(sound.clone()).unwrap();
    assert_eq!(contact.work_phone_number_country, Some(CountryCode::US));
    assert!(matches!(contact.profile_image, Some(Image::Url(url)) if url == "https://example.com/wile.png"));

    let image = Some(ImageFile::from_bytes(*b"an image"));
    let unsound = Draft { profile_image_file: image, cellphone_number_country: "UK".into(), ..sound };
    let invalid = Contact::try_from(unsound).unwrap_err();
    let expected = [("ProfileImageUrl", Rule::Exclusive), ("CellphoneNumberCountry", Rule::OneOf)];
    assert_eq!(broken(&invalid), expected);
}

#[test]
fn a_country_is_written_as_the_contract_has_it() {
    for country in CountryCode::ALL {
        assert_eq!(CountryCode::from_text(country.as_str()), Some(country));
    }
    assert_eq!(CountryCode::from_text("uk"), None);
}

#[tokio::test]
async fn what_is_no_uri_of_a_contact_is_not_asked_for() {
    let server = Server::start([]).await;
    for uri in [
        "",
        "/Contacts/7",
        "/Advertisers/IRx/Campaigns/x/Contacts/7",
        "/Advertisers/IRx/Campaigns/1/Contacts/7?x",
    ] {
        assert!(matches!(client(&server).get_contact(uri).await, Err(GetError::BadUri(_))), "{uri}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn half_a_pair_of_surrogates_is_read_as_a_replacement() {
    let said = r#"{"Status":"ERROR","Message":"\ud83d\ude00 \ud83d \\ud83d \ude00\ud83d"}"#;
    let server = Server::start([Answer::json(400, said)]).await;
    let Error::Refused(refused) = client(&server).create_contact(1, &wile()).await.unwrap_err() else {
        panic!()
    };
    assert_eq!(refused.reply.message, "😀 \u{fffd} \\ud83d \u{fffd}\u{fffd}");
}

#[tokio::test]
async fn a_contact_is_read() {
    let stored =
        r#"{"Id":"7","Labels":null,"Editable":true,"Accounts":[{"Id":"1","Name":"Acme"}],"New":1e999}"#;
    let server = Server::start([Answer::json(200, stored)]).await;
    let uri = "/Advertisers/IRx/Campaigns/1/Contacts/7";
    let contact = client(&server).get_contact(uri).await.unwrap();
    assert_eq!((contact.id.as_str(), contact.uri.as_str(), contact.editable), ("7", uri, Some(true)));
    assert_eq!(contact.accounts.unwrap()[0].name.as_deref(), Some("Acme"));
    assert!(server.requests()[0].starts_with(&format!("GET {uri} HTTP/1.1\r\n")));
}

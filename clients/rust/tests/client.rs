//! What the conformance vectors cannot reach. How a client behaves on the wire is theirs to test.

use std::error::Error as _;
use std::fmt::Debug;
use std::future::poll_fn;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contacts::{
    CallError, CallOptions, Client, ClientBuilder, CountryCode, CreateContactInput, Draft, Error, File,
    ListContactsInput, Outcome, RuleKind, Rules, UpdateContactInput, Violation,
};
use futures_core::Stream;
use serde_json::{Map, Value};

use server::{Act, Server, json, text, with};

#[path = "support/server.rs"]
mod server;

const TOKEN: &str = "s3cr3t-t0k3n";
const CREDENTIALS: &str = "SVJ4OnMzY3IzdC10MGszbg==";
const CREATED: &str = r#"{"Status":"OK","Uri":"/Advertisers/IRx/Campaigns/1/Contacts/7"}"#;

fn wile() -> CreateContactInput {
    CreateContactInput::new("Wile", "Coyote", "wile.coyote@example.com", ["10000"])
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder("IRx", TOKEN).base_url(&server.url).options(CallOptions::new().retries(1))
}

fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

fn total(timeout: Duration) -> CallOptions {
    CallOptions::new().total_timeout(timeout)
}

fn broken(violations: &[Violation]) -> Vec<(&str, RuleKind)> {
    violations.iter().map(|v| (&*v.field, v.rule)).collect()
}

fn object(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// An error with all its causes.
fn why(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A path that no other test uses.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("client-{}-{name}", std::process::id()))
}

#[track_caller]
fn assert_no_secret(value: impl Debug) {
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!printed.contains(TOKEN) && !printed.contains(CREDENTIALS), "{printed}");
    }
}

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

#[test]
fn arguments_that_cannot_be_used_are_refused() {
    for url in [
        "http://example.com",
        "https://u@h",
        "https://h?q",
        "https://h#f",
        "ftp://h",
        "/path",
        "",
        "https://h/a/../b",
        "https://h/%2e%2E/b",
    ] {
        let error = Client::builder("IRx", TOKEN).base_url(url).build().unwrap_err();
        assert!(error.to_string().contains("base URL"), "{url}: {error}");
    }
    for url in ["https://example.com/base/", "http://localhost:1", "http://127.8.9.1", "http://[::1]:8080/x"]
    {
        Client::builder("IRx", TOKEN).base_url(url).build().unwrap();
    }
    for account in ["", "a:b", "a\n", ".."] {
        assert!(Client::new(account, TOKEN).unwrap_err().to_string().contains("account"));
    }
    for token in ["", "a\r\nX: y"] {
        assert!(Client::new("IRx", token).unwrap_err().to_string().contains("token"));
    }
    let zero = CallOptions::new().timeout(Duration::ZERO);
    let error = Client::builder("IRx", TOKEN).options(zero).build().unwrap_err();
    assert!(error.to_string().starts_with("timeout"));
    let error = Client::new("IRx", TOKEN).unwrap().with(total(Duration::ZERO)).unwrap_err();
    assert!(error.to_string().starts_with("total_timeout"));
}

#[tokio::test]
async fn total_timeout_cuts_an_attempt_short() {
    let server = Server::start([Act::Silence]);
    let hurried = client(&server).with(total(Duration::from_millis(300))).unwrap();
    let error = hurried.create_contact(1, &wile()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt, "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent_before_the_time_is_over() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap()); // the handshake of TLS never ends
    let client = Client::builder("IRx", TOKEN).base_url(url).build().unwrap();
    let hurried = client.with(total(Duration::from_millis(300))).unwrap();
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
async fn timeout_may_be_without_end() {
    let server = Server::start([json(200, CREATED), json(200, CREATED)]);
    let patient = CallOptions::new().timeout(Duration::MAX).total_timeout(Duration::MAX);
    let patient = client(&server).with(patient).unwrap();
    patient.create_contact(1, &wile()).await.unwrap();
    let image = File::from_bytes(vec![0; 1 << 18]);
    patient.create_contact(1, &wile().profile_image_file(image)).await.unwrap();
}

#[tokio::test]
async fn wait_that_does_not_fit_is_not_begun() {
    let server = Server::start([with(429, "Retry-After: 20\r\n", "{}")]);
    let hurried = client(&server).with(total(Duration::from_secs(10))).unwrap();
    let Error::Refused(refused) = hurried.create_contact(1, &wile()).await.unwrap_err() else { panic!() };
    assert_eq!(refused.retry_after, Some(Duration::from_secs(20)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn file_that_is_gone_before_the_second_attempt_is_not_sent() {
    let path = path("gone");
    std::fs::write(&path, "an image").unwrap();
    let gone = path.clone();
    let hook = move |_| std::fs::remove_file(&gone).unwrap();
    let server = Server::with([with(429, "Retry-After: 1\r\n", "{}")], hook);
    let input = wile().profile_image_file(File::from_path(path));
    let error = client(&server).create_contact(1, &input).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn file_that_shrinks_is_cut_before_its_boundary() {
    // It has what was announced when it is checked and opened, and less when it is read.
    let reads = Arc::new(AtomicUsize::new(0));
    let image = File::from_reader(1 << 20, move || {
        let length = if reads.fetch_add(1, Ordering::SeqCst) == 0 { 1 << 20 } else { 1 << 19 };
        Ok(io::repeat(7).take(length))
    });
    let server = Server::start([]);
    let error = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt, "{error}");
    assert!(why(&error).contains("shorter"), "{}", why(&error));
    let request = wait_for(&server);
    let boundary = request.split("boundary=").nth(1).unwrap().lines().next().unwrap();
    assert!(!request.contains(&format!("--{boundary}--")));
}

#[tokio::test]
async fn file_that_grows_is_sent_as_it_was_announced() {
    let image = File::from_reader(5, || Ok(&b"GIF89a and more"[..]));
    let server = Server::start([json(200, CREATED)]);
    client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap();
    assert!(server.requests()[0].contains("\r\n\r\nGIF89\r\n--"));
}

#[tokio::test]
async fn reader_that_panics_leaves_a_create_in_doubt() {
    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            assert!(self.0 < 3, "a bug of the caller");
            buffer[0] = 1;
            Ok(1)
        }
    }
    let server = Server::start([]);
    let image = File::from_reader(14, || Ok(Broken(0)));
    let error = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap_err();
    let Error::Invalid(invalid) = error else { panic!("{error}") }; // the first look panics as well
    assert_eq!(broken(&invalid.violations), [("ProfileImageFile", RuleKind::NeedsFile)]);

    let reads = Arc::new(AtomicUsize::new(0));
    let image = File::from_reader(1 << 20, move || {
        let first = reads.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(if first { Box::new(io::repeat(1)) as Box<dyn Read + Send> } else { Box::new(Broken(0)) })
    });
    let error = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt, "{error}");
}

#[tokio::test]
async fn file_in_memory_is_sent() {
    let server = Server::start([json(200, CREATED)]);
    let image = File::from_bytes(&b"GIF89a and more"[..]);
    assert_eq!(format!("{image:?}"), r#"File { length: 15, name: "" }"#);
    let created = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap();
    assert_eq!(created.contact_id.as_deref(), Some("7"));
    let request = &server.requests()[0];
    assert!(request.contains("name=\"profile-image.gif\"; filename=\"profile-image.gif\"\r\nContent-Type: image/gif\r\n\r\nGIF89a and more\r\n--"));
    assert!(!request.to_lowercase().contains("transfer-encoding"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn special_files_are_refused_and_do_not_block() {
    let fifo = path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // The last one has no size and yields bytes.
    for (path, why) in [
        (fifo.clone(), "not a regular file"),
        ("/dev/zero".into(), "not a regular file"),
        ("/proc/self/status".into(), "the file is empty"),
    ] {
        let input = wile().profile_image_file(File::from_path(&path));
        assert_eq!(broken(&input.validate()), [("ProfileImageFile", RuleKind::NeedsFile)], "{path:?}");
        let error = Client::new("IRx", TOKEN).unwrap().create_contact(1, &input).await.unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), why, "{path:?}");
    }
    std::fs::remove_file(fifo).unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "current_thread")]
async fn file_that_blocks_does_not_block_other_tasks() {
    let image = File::from_reader(1, || {
        std::thread::sleep(Duration::from_millis(500));
        Ok(io::repeat(1))
    });
    let server = Server::start([json(200, CREATED)]);
    let (client, input) = (client(&server), wile().profile_image_file(image));
    let call = tokio::spawn(async move { client.create_contact(1, &input).await });
    let mut ticks = 0;
    while !call.is_finished() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        ticks += 1;
    }
    assert!(ticks > 20, "{ticks}");
    call.await.unwrap().unwrap();
}

#[test]
fn inputs_are_values() {
    let one = wile().title("Manager").labels(["a", "b"]);
    let other =
        CreateContactInput { title: "Manager".into(), labels: vec!["a".into(), "b".into()], ..wile() };
    assert_eq!(one, other);
    assert_ne!(one, wile());
    assert_eq!(
        CreateContactInput::default(),
        CreateContactInput { first_name: String::new(), ..Default::default() }
    );
    let country = wile().work_phone_number("1").work_phone_number_country(CountryCode::US);
    assert_eq!(country, wile().work_phone_number("1").work_phone_number_country("US"));
    assert!(country.validate().is_empty());
}

#[test]
fn draft_becomes_an_input_or_tells_all_violations() {
    let sound = r#"{"FirstName":"Wile","LastName":"Coyote","EmailAddress":"wile.coyote@example.com","Accounts":["10000"],"Title":null}"#;
    assert_eq!(serde_json::from_str::<CreateContactInput>(sound).unwrap(), wile());
    let image = File::from_bytes(&b"an image"[..]);
    let draft = Draft::new(object(sound)).file("ProfileImageFile", image.clone());
    assert_eq!(CreateContactInput::try_from(draft).unwrap(), wile().profile_image_file(image.clone()));

    let unsound = r#"{"FirstName":5,"Accounts":"1","ProfileImageFile":"/etc/passwd","Zzz":1,"EmailAddress":"a@b","CampaignId":1}"#;
    let invalid = CreateContactInput::try_from(Draft::new(object(unsound))).unwrap_err();
    let expected = [
        ("FirstName", RuleKind::Type),
        ("LastName", RuleKind::Required),
        ("Accounts", RuleKind::Type),
        ("ProfileImageFile", RuleKind::Type),
        ("CampaignId", RuleKind::Unknown),
        ("Zzz", RuleKind::Unknown),
    ];
    assert_eq!(broken(&invalid.violations), expected);
    assert!(
        serde_json::from_str::<CreateContactInput>(unsound)
            .unwrap_err()
            .to_string()
            .contains("FirstName must be text.")
    );

    let two =
        Draft::new(object(sound)).file("ProfileImageFile", image.clone()).file("ProfileImageFile", image);
    let invalid = CreateContactInput::try_from(two).unwrap_err();
    assert_eq!(broken(&invalid.violations), [("ProfileImageFile", RuleKind::Type)]);
    let page = |json| ListContactsInput::try_from(Draft::new(object(json)));
    assert_eq!(page(r#"{"Page":5.0}"#).unwrap().page, Some(5));
    assert!(
        page(r#"{"Page":5.5}"#).is_err()
            && page(r#"{"Page":"5"}"#).is_err()
            && page(r#"{"Page":1e300}"#).is_err()
    );
}

#[tokio::test]
async fn operation_is_called_by_its_name() {
    let server = Server::start([json(200, r#"{"Status":"OK","Uri":"/a/7"}"#)]);
    let client = client(&server);
    let (path, draft) = (object(r#"{"CampaignId":1,"ContactId":"7"}"#), object(r#"{"Title":"x"}"#));
    let response = client.call("updateContact", path.clone(), draft.clone()).await.unwrap();
    assert_eq!(response.outcome, Outcome::Updated);
    assert!(server.requests()[0].starts_with("PUT /Advertisers/IRx/Campaigns/1/Contacts/7 HTTP/1.1\r\n"));

    let error = client.call("updateContact", Map::new(), draft.clone()).await.unwrap_err();
    let CallError::Failed(Error::Invalid(invalid)) = error else { panic!("{error}") };
    assert_eq!(
        broken(&invalid.violations),
        [("CampaignId", RuleKind::Required), ("ContactId", RuleKind::Required)]
    );
    client.check("updateContact", draft.clone()).await.unwrap();
    assert!(matches!(
        client.check("updateContact", Map::new()).await,
        Err(CallError::Failed(Error::Invalid(_)))
    ));
    assert!(matches!(client.call("nothing", path, draft).await, Err(CallError::Usage(_))));
}

#[tokio::test]
async fn rules_may_warn_or_be_off() {
    let server = Server::start([json(200, CREATED), json(200, CREATED)]);
    let warnings = Arc::new(Mutex::new(Vec::new()));
    let heard = warnings.clone();
    let client = builder(&server)
        .on_warning(move |operation, violations| {
            heard.lock().unwrap().push((operation.to_owned(), violations[0].rule));
        })
        .build()
        .unwrap();
    let long = wile().title("x".repeat(256));
    assert_eq!(client.create_contact(1, &long).await.unwrap_err().outcome(), Outcome::Invalid);
    for rules in [Rules::Warn, Rules::Off] {
        let lenient = client.with(CallOptions::new().rules(rules)).unwrap();
        lenient.create_contact(1, &long).await.unwrap();
        assert!(lenient.create_contact(1, &wile().labels(["a,b"])).await.is_err());
    }
    assert_eq!(*warnings.lock().unwrap(), [("createContact".to_owned(), RuleKind::TooLong)]);
}

#[tokio::test]
async fn hooks_hear_of_attempts_and_outcomes_and_may_panic() {
    let server = Server::start([with(429, "Retry-After: 1\r\n", "{}"), json(200, CREATED)]);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (attempts, outcomes) = (heard.clone(), heard.clone());
    let client = builder(&server)
        .on_attempt(move |attempt| {
            attempts.lock().unwrap().push((attempt.number, attempt.outcome, attempt.status));
            panic!("a bug of the caller");
        })
        .on_outcome(move |done| outcomes.lock().unwrap().push((done.attempts, done.outcome, done.status)))
        .build()
        .unwrap();
    client.create_contact(1, &wile()).await.unwrap();
    let (refused, created) = (Outcome::Refused, Outcome::Created);
    let expected = [(1, refused, Some(429)), (2, created, Some(200)), (2, created, Some(200))];
    assert_eq!(*heard.lock().unwrap(), expected);
}

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
    let many = text(200, &"A: b\r\n".repeat(5000), CREATED);
    let server = Server::start([Act::Send(many)]);
    client(&server).create_contact(1, &wile()).await.unwrap();
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
async fn pages_are_a_stream() {
    let page = |pages, id| json(200, &format!(r#"{{"@numpages":"{pages}","Contacts":[{{"Id":"{id}"}}]}}"#));
    let server = Server::start([page(2, 1), page(2, 2), page(3, 1), json(404, "{}")]);
    let client = client(&server);
    let input = ListContactsInput::new().title("x");
    let mut pages = Box::pin(client.list_contacts(1, &input));
    let mut ids = Vec::new();
    while let Some(contact) = poll_fn(|context| pages.as_mut().poll_next(context)).await {
        ids.push(contact.unwrap().id);
    }
    assert_eq!(ids, ["1", "2"]);
    assert!(server.requests()[0].contains("?Title=x&Page=1 ") && server.requests()[1].contains("Page=2 "));

    let mut pages = client.list_contacts(1, &input);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap_err().outcome(), Outcome::Refused);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn content_is_streamed() {
    let image = "x".repeat(3 << 20);
    let server = Server::start([
        with(200, "Content-Type: image/png\r\n", &image),
        with(200, "", &image),
        Act::Close("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxxx".into()),
    ]);
    let client = client(&server);
    let content = client.get_profile_image(1, "7").await.unwrap();
    assert_eq!((content.content_type(), content.length()), (Some("image/png"), Some(3 << 20)));
    assert_eq!(content.value.bytes().await.unwrap().len(), 3 << 20);

    let target = path("saved");
    assert_eq!(client.get_profile_image(1, "7").await.unwrap().value.save(&target).await.unwrap(), 3 << 20);
    assert_eq!(std::fs::metadata(&target).unwrap().len(), 3 << 20);
    let cut = client.get_profile_image(1, "7").await.unwrap().value.save(&target).await.unwrap_err();
    let cut = cut.into_inner().unwrap().downcast::<Error>().unwrap();
    assert_eq!(cut.outcome(), Outcome::InDoubt);
    assert!(!target.exists());
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
async fn response_tells_status_headers_and_rate_limit() {
    let headers =
        "X-RateLimit-Limit: 1000\r\nRateLimit-Remaining: 998\r\nX-RateLimit-Reset: 60\r\nX-Id: 1\r\n";
    let server = Server::start([with(200, headers, CREATED)]);
    let created = client(&server).create_contact(1, &wile()).await.unwrap();
    let (info, rate) = (&created.info, created.info.rate_limit());
    assert_eq!(
        (info.status(), &info.body()[..], &info.headers()["x-id"]),
        (200, CREATED.as_bytes(), &"1".parse().unwrap())
    );
    assert_eq!(
        (rate.limit, rate.remaining, rate.reset),
        (Some(1000), Some(998), Some(Duration::from_secs(60)))
    );
    assert_eq!(format!("{info:?}").find("x-id"), None);
}

#[tokio::test]
async fn half_a_surrogate_pair_is_read_as_a_replacement() {
    let said = r#"{"Status":"ERROR","Message":"\ud83d\ude00 \ud83d \\ud83d \ude00\ud83d"}"#;
    let server = Server::start([json(400, said)]);
    let error =
        client(&server).update_contact(1, "7", &UpdateContactInput::new().title("x")).await.unwrap_err();
    let Error::Refused(refused) = error else { panic!("{error}") };
    assert_eq!(refused.message, "😀 \u{fffd} \\ud83d \u{fffd}\u{fffd}");
}

#[tokio::test]
async fn contact_is_read() {
    let stored =
        r#"{"Id":"7","Labels":null,"Editable":"true","Accounts":[{"Id":"1","Name":"Acme"}],"New":1e999}"#;
    let server = Server::start([json(200, stored)]);
    let contact = client(&server).get_contact(1, "7").await.unwrap();
    assert_eq!((contact.id.as_str(), contact.labels.as_ref(), contact.editable), ("7", None, Some(true)));
    assert_eq!(contact.accounts.as_ref().unwrap()[0].name.as_deref(), Some("Acme"));
}

#[test]
fn environment_is_read() {
    let run = |variables: &[(&str, &str)]| {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "environment_is_read_in_a_process_of_its_own", "--nocapture", "--ignored"]);
        let child =
            child.env_remove("CONTACTS_ACCOUNT").env_remove("CONTACTS_TOKEN").env_remove("CONTACTS_BASE_URL");
        let output = child.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (account, token) = (("CONTACTS_ACCOUNT", "IRx"), ("CONTACTS_TOKEN", TOKEN));
    assert!(run(&[]).contains("the environment variable CONTACTS_ACCOUNT is not set"));
    assert!(run(&[account]).contains("the environment variable CONTACTS_TOKEN is not set"));
    assert!(run(&[account, token]).contains("base_url: \"https://api.impact.com/\""));
    let loopback = ("CONTACTS_BASE_URL", "http://127.0.0.1:1/x");
    assert!(run(&[account, token, loopback]).contains("base_url: \"http://127.0.0.1:1/x\""));
    // Without certificates only what needs them fails, and says so.
    let none = ("SSL_CERT_FILE", "/nonexistent");
    let no_dir = ("SSL_CERT_DIR", "/nonexistent");
    assert!(run(&[account, token, loopback, none, no_dir]).contains("base_url"));
    if cfg!(target_os = "linux") && !cfg!(feature = "native-tls") {
        let printed = run(&[account, token, none, no_dir]);
        assert!(printed.contains("http cannot be used: ") && printed.contains("ertificate"), "{printed}");
    }
}

#[test]
#[ignore = "for environment_is_read"]
fn environment_is_read_in_a_process_of_its_own() {
    match Client::from_env() {
        Ok(client) => println!("{client:?}"),
        Err(error) => println!("{error}"),
    }
}

#[cfg(feature = "blocking")]
#[test]
fn client_can_block() {
    let page = r#"{"@numpages":"1","Contacts":[{"Id":"1"}]}"#;
    let server = Server::start([json(200, CREATED), json(200, page), with(200, "", "an image")]);
    let client = contacts::blocking::Client::build(builder(&server)).unwrap();
    assert_eq!(client.create_contact(1, &wile()).unwrap().contact_id.as_deref(), Some("7"));
    let ids: Vec<_> = client.list_contacts(1, &ListContactsInput::new()).map(|c| c.unwrap().id).collect();
    assert_eq!(ids, ["1"]);
    let mut image = String::new();
    client.get_profile_image(1, "7").unwrap().value.read_to_string(&mut image).unwrap();
    assert_eq!(image, "an image");
    assert_no_secret(client);
}

/// The first request, when the server has read what there is of it.
fn wait_for(server: &Server) -> String {
    let begin = Instant::now();
    while server.requests().is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    server.requests()[0].clone()
}

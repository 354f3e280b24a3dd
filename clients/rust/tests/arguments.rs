//! What a caller gives wrongly is said at once, by name, and nothing is sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use contacts::{CallError, CallOptions, Client, Error, RuleKind, Rules};
use serde_json::Map;

use support::server::{Server, json};
use support::*;

mod support;

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
}

#[test]
fn environment_is_read() {
    let run = |variables: &[_]| run("environment_is_read_in_a_process_of_its_own", variables);
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

#[test]
fn options_beyond_their_bounds_are_refused_by_name() {
    let built = |options| Client::builder("IRx", TOKEN).options(options).build().map(drop);
    let changed = |options| Client::new("IRx", TOKEN).unwrap().with(options).map(drop);
    let day = Duration::from_secs(24 * 3600);
    for timeout in [Duration::ZERO, day + Duration::from_nanos(1), Duration::MAX] {
        for refused in
            [built(CallOptions::new().timeout(timeout)), changed(CallOptions::new().timeout(timeout))]
        {
            let text = refused.unwrap_err().to_string();
            assert_eq!(text, "timeout must be more than 0 and at most 24 hours", "{timeout:?}");
        }
    }
    for retries in [101, u32::MAX] {
        for refused in
            [built(CallOptions::new().retries(retries)), changed(CallOptions::new().retries(retries))]
        {
            assert_eq!(refused.unwrap_err().to_string(), "retries must be from 0 to 100");
        }
    }
    for options in [
        CallOptions::new().timeout(Duration::from_nanos(1)),
        CallOptions::new().timeout(day),
        CallOptions::new().retries(100),
    ] {
        built(options.clone()).unwrap();
        changed(options).unwrap();
    }
}

#[tokio::test]
async fn longest_timeout_holds_for_an_upload() {
    let server = Server::start([json(200, CREATED)]);
    let day = CallOptions::new().timeout(Duration::from_secs(24 * 3600));
    let image = contacts::File::from_bytes(vec![0; 1 << 18]);
    client(&server).with(day).unwrap().create_contact(1, &wile().profile_image_file(image)).await.unwrap();
}

#[tokio::test]
async fn deadline_that_is_over_leaves_nothing_sent() {
    let server = Server::start([]);
    let late = client(&server).with(CallOptions::new().deadline(Instant::now())).unwrap();
    assert_eq!(late.create_contact(1, &wile()).await.unwrap_err().outcome(), contacts::Outcome::NotSent);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn values_of_the_path_lead_nowhere_else() {
    let server = Server::start([]);
    let client = client(&server);
    for id in ["", ".", "..", "abc/../x", "a b", "é", "%2e%2e", "7?x=1", "7#x", "7/", "7\r\nX: y", "\0"] {
        let Error::Invalid(invalid) = client.get_contact(1, id).await.unwrap_err() else { panic!("{id:?}") };
        assert_eq!(invalid.violations[0].field, "ContactId", "{id:?}");
    }
    let off = client.with(CallOptions::new().rules(Rules::Off)).unwrap();
    for id in ["", ".", ".."] {
        assert!(matches!(off.get_contact(1, id).await, Err(Error::Invalid(_))), "{id:?}");
    }
    assert_eq!(server.connections(), 0);

    let server = Server::start([json(404, "{}")]);
    let off = support::client(&server).with(CallOptions::new().rules(Rules::Off)).unwrap();
    off.get_contact(1, "abc/../x?y=é").await.unwrap_err();
    let line = "GET /Advertisers/IRx/Campaigns/1/Contacts/abc%2F..%2Fx%3Fy%3D%C3%A9 HTTP/1.1\r\n";
    assert!(server.requests()[0].starts_with(line), "{}", server.requests()[0]);
}

#[tokio::test]
async fn values_of_the_path_of_another_type_are_violations() {
    let server = Server::start([]);
    let client = client(&server);
    for id in [
        "null",
        "true",
        "1.5",
        "\"1\"",
        "\"abc/../x\"",
        "1e30",
        "18446744073709551616",
        "[1]",
        "{}",
        "-9223372036854775809",
    ] {
        let path = object(&format!(r#"{{"CampaignId":{id},"ContactId":"7"}}"#));
        let error = client.call("getContact", path, Map::new()).await.unwrap_err();
        let CallError::Failed(Error::Invalid(invalid)) = error else { panic!("{id}: {error}") };
        let rule = if id == "null" { RuleKind::Required } else { RuleKind::Type };
        assert_eq!(broken(&invalid.violations), [("CampaignId", rule)], "{id}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn call_without_a_runtime_panics_before_it_sends() {
    let server = Server::start([]);
    let client = client(&server);
    let without = |timers: bool| {
        let input = wile();
        let mut call = Box::pin(client.create_contact(1, &input));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = timers.then(|| runtime.enter());
        catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context).map(drop))).is_err()
    };
    assert!(without(false), "no runtime");
    assert!(without(true), "a runtime without drivers");
    assert_eq!(server.connections(), 0);
}

#[test]
fn client_may_be_used_by_one_runtime_after_another() {
    let server = Server::start((0..6).map(|_| json(200, CREATED)));
    let client = client(&server);
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for _ in 0..2 {
            runtime.block_on(client.create_contact(1, &wile())).unwrap();
        }
    }
    assert_eq!(server.requests().len(), 6);
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_call_in_asynchronous_code_panics_before_it_sends() {
    let server = Server::start([json(200, CREATED)]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = contacts::blocking::Client::build(builder(&server)).unwrap();
        let call = || client.create_contact(1, &wile()).map(drop);
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
        assert_eq!(server.connections(), 0);
        let allowed = client.clone();
        tokio::task::spawn_blocking(move || allowed.create_contact(1, &wile()).map(drop))
            .await
            .unwrap()
            .unwrap();
    });
}

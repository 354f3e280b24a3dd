//! What the tests share; each uses a part of it.
#![allow(dead_code)]

use std::error::Error as _;
use std::fmt::Debug;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use contacts::{CallOptions, Client, ClientBuilder, CreateContactInput, Error, RuleKind, Violation};
use serde_json::{Map, Value};

use server::Server;

pub mod server;
#[cfg(feature = "tracing")]
pub mod subscriber;

pub const TOKEN: &str = "s3cr3t-t0k3n";
pub const CREDENTIALS: &str = "SVJ4OnMzY3IzdC10MGszbg==";
pub const CREATED: &str = r#"{"Status":"OK","Uri":"/Advertisers/IRx/Campaigns/1/Contacts/7"}"#;

pub fn wile() -> CreateContactInput {
    CreateContactInput::new("Wile", "Coyote", "wile.coyote@example.com", ["10000"])
}

pub fn builder(server: &Server) -> ClientBuilder {
    Client::builder("IRx", TOKEN).base_url(&server.url).options(CallOptions::new().retries(1))
}

pub fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

pub fn within(time: Duration) -> CallOptions {
    CallOptions::new().deadline(Instant::now() + time)
}

pub fn broken(violations: &[Violation]) -> Vec<(&str, RuleKind)> {
    violations.iter().map(|v| (&*v.field, v.rule)).collect()
}

pub fn object(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// An error with all its causes.
pub fn why(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A path that no other test uses.
pub fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("client-{}-{name}", std::process::id()))
}

#[track_caller]
pub fn assert_no_secret(value: impl Debug) {
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!printed.contains(TOKEN) && !printed.contains(CREDENTIALS), "{printed}");
    }
}

/// Runs a test that is ignored in a process of its own, with these variables, and returns what it prints.
pub fn run(test: &str, variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture", "--ignored"]);
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        child.env_remove(name).env_remove(name.to_lowercase());
    }
    for name in ["CONTACTS_ACCOUNT", "CONTACTS_TOKEN", "CONTACTS_BASE_URL"] {
        child.env_remove(name);
    }
    let output = child.envs(variables.iter().copied()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

//! Speaks the protocol of the conformance runner. It names no operation and no parameter.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use contacts as api;

use api::{CallError, CallOptions, Client, Content, Draft, Error, FieldError, File, Kind, Outcome, Response};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    id: String,
    call: String,
    #[serde(default)]
    validate: bool,
    #[serde(default)]
    pages: bool,
    cancel_ms: Option<f64>,
    base_url: String,
    account: String,
    token: String,
    options: Options,
    path: Map<String, Value>,
    input: Map<String, Value>,
}

#[derive(Clone, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "camelCase")]
struct Options {
    retries: u32,
    timeout_ms: u64,
    rules: String,
}

type Key = (String, String, String, Options);

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let mut clients = HashMap::new();
    for line in stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let id = request.id.clone();
        let mut report = report(&mut clients, request).await;
        report["id"] = id.into();
        println!("{report}");
        stdout().flush()?;
    }
    Ok(())
}

async fn report(clients: &mut HashMap<Key, Client>, request: Request) -> Value {
    let Request { base_url, account, token, options, .. } = &request;
    let key = (base_url.clone(), account.clone(), token.clone(), options.clone());
    if !clients.contains_key(&key) {
        let rules = match &*options.rules {
            "off" => api::Rules::Off,
            "warn" => api::Rules::Warn,
            _ => api::Rules::Enforce,
        };
        let timeout = Duration::from_millis(options.timeout_ms);
        let call_options = CallOptions::new().retries(options.retries).timeout(timeout).rules(rules);
        let builder = Client::builder(account, token).base_url(base_url).options(call_options);
        let printed = format!("{builder:?}");
        match builder.build() {
            Ok(client) => clients.insert(key.clone(), client),
            Err(error) => return misconfigured(&error, &printed),
        };
    }
    let client = &clients[&key];
    let draft = draft(&request.call, request.input);
    let printed = format!("{client:?} {client:#?} {draft:?}");
    let path = path(&request.call, request.path);
    let call = async {
        if request.validate {
            client.check(&request.call, draft).await.map(|()| json!({"outcome": "valid"}))
        } else if request.pages {
            pages(client, &request.call, path, draft).await
        } else {
            match client.call(&request.call, path, draft).await {
                Ok(response) => done(response).await.map_err(CallError::from),
                Err(error) => Err(error),
            }
        }
    };
    // A call is cancelled by dropping its future.
    let result = match request.cancel_ms {
        Some(ms) => match timeout(Duration::from_secs_f64(ms / 1000.0), call).await {
            Ok(result) => result,
            Err(_) => return with_printed(json!({"outcome": "cancelled"}), printed),
        },
        None => call.await,
    };
    match result {
        Ok(report) => with_printed(report, printed),
        Err(CallError::Failed(error)) => with_printed(failed(&error), format!("{printed} {}", print(&error))),
        Err(error) => misconfigured(&error, &printed),
    }
}

/// A whole number beyond 2^53 comes as text.
fn path(operation: &str, mut path: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &mut path {
        if kind(operation, name) == Some(Kind::Integer)
            && let Some(text) = value.as_str().filter(|text| !text.starts_with('+'))
            && let Ok(number) = text.parse::<i64>()
        {
            *value = number.into();
        }
    }
    path
}

/// Takes the files out of an input: a draft has them apart.
fn draft(operation: &str, mut input: Map<String, Value>) -> Draft {
    let mut files = Vec::new();
    for (name, value) in &mut input {
        if kind(operation, name) == Some(Kind::File)
            && let Some(found) = all_files(value, is_list(operation, name))
        {
            files.extend(found.into_iter().map(|file| (name.clone(), file)));
            *value = Value::Null;
        }
    }
    files.into_iter().fold(Draft::new(input), |draft, (name, file)| draft.file(name, file))
}

fn all_files(value: &Value, is_list: bool) -> Option<Vec<File>> {
    match value {
        Value::Array(items) if is_list => items.iter().map(file).collect(),
        value if !is_list => file(value).map(|file| vec![file]),
        _ => None,
    }
}

fn file(value: &Value) -> Option<File> {
    let file = File::from_path(value.get("Path")?.as_str()?);
    Some(match value.get("Name").and_then(Value::as_str) {
        Some(name) => file.named(name),
        None => file,
    })
}

fn field(operation: &str, name: &str) -> Option<&'static api::Field> {
    let operation = api::operations().iter().find(|known| known.id == operation)?;
    operation.fields.iter().find(|field| field.name == name)
}

fn kind(operation: &str, name: &str) -> Option<Kind> {
    field(operation, name).map(|field| field.kind)
}

fn is_list(operation: &str, name: &str) -> bool {
    field(operation, name).is_some_and(api::Field::is_list)
}

async fn done(response: Response<Content>) -> Result<Value, Error> {
    let (outcome, info) = (response.outcome, response.info);
    let rate = info.rate_limit();
    let mut report = json!({"outcome": outcome.as_str(), "info": {
        "status": info.status(), "limit": rate.limit, "remaining": rate.remaining,
        "resetSeconds": rate.reset.map(|reset| reset.as_secs()),
    }});
    match response.value {
        Content::Object(object) => report["response"] = object,
        Content::Bytes(stream) => {
            let content_type = stream.content_type().map(str::to_owned);
            let bytes = stream.bytes().await?;
            let (sha256, length) = (hex(&Sha256::digest(&bytes)), bytes.len());
            report["bytes"] = json!({"sha256": sha256, "length": length, "contentType": content_type});
        }
        _ => {}
    }
    Ok(report)
}

async fn pages(
    client: &Client,
    operation: &str,
    path: Map<String, Value>,
    draft: Draft,
) -> Result<Value, CallError> {
    let items = client.call_pages(operation, path, draft).await?.collect().await?;
    Ok(json!({"outcome": Outcome::Found.as_str(), "items": items}))
}

fn failed(error: &Error) -> Value {
    let words = |message: &str, errors: &[FieldError]| json!({"message": message, "errors": errors});
    let mut report = match error {
        Error::Invalid(error) => json!({"violations": error.violations}),
        Error::Refused(error) => {
            let mut report = words(&error.message, &error.errors);
            report["waitMs"] = json!(error.retry_after.map(|wait| wait.as_millis() as u64));
            report["status"] = json!(error.status);
            report
        }
        Error::Queued(error) => json!({"response": error.body}),
        Error::InDoubt(error) => {
            let mut report = words(&error.message, &error.errors);
            report["status"] = json!(error.status);
            report
        }
        _ => json!({}),
    };
    report["outcome"] = error.outcome().as_str().into();
    report
}

fn misconfigured(error: &impl StdError, printed: &str) -> Value {
    json!({"outcome": "misconfigured", "printed": format!("{printed} {error} {error:?}")})
}

fn with_printed(mut report: Value, printed: String) -> Value {
    report["printed"] = printed.into();
    report
}

/// All that an error can be made to print.
fn print(error: &Error) -> String {
    let mut printed = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        printed += &format!(" {error} {error:?}");
        cause = error.source();
    }
    printed
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Speaks the protocol of the conformance runner; see tests/vectors/README.md at the root.

use std::collections::HashMap;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::Duration;

use contacts::{Client, Contact, Draft, Error, GetError, ImageFile, InDoubt, Invalid, Refused, Reply};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    id: String,
    call: String,
    #[serde(default)]
    base_url: String,
    #[serde(default)]
    account_sid: String,
    #[serde(default)]
    auth_token: String,
    #[serde(default)]
    campaign_id: String,
    #[serde(default)]
    options: Options,
    #[serde(default)]
    contact: Parameters,
    #[serde(default)]
    uri: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Options {
    max_retries: u32,
    timeout_ms: u64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Parameters {
    first_name: String,
    last_name: String,
    email_address: String,
    accounts: Vec<String>,
    title: String,
    profile_image_url: String,
    profile_image_file: Option<File>,
    work_phone_number: String,
    work_phone_number_country: String,
    cellphone_number: String,
    cellphone_number_country: String,
    labels: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct File {
    path: String,
    #[serde(default)]
    name: String,
}

impl From<Parameters> for Draft {
    fn from(p: Parameters) -> Self {
        Draft {
            first_name: p.first_name,
            last_name: p.last_name,
            email_address: p.email_address,
            accounts: p.accounts,
            title: p.title,
            profile_image_url: p.profile_image_url,
            profile_image_file: p.profile_image_file.map(|f| ImageFile::from_path(f.path).named(f.name)),
            work_phone_number: p.work_phone_number,
            work_phone_number_country: p.work_phone_number_country,
            cellphone_number: p.cellphone_number,
            cellphone_number_country: p.cellphone_number_country,
            labels: p.labels,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut clients = HashMap::new();
    for line in stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let id = request.id.clone();
        let mut answer = answer(&mut clients, request).await;
        answer["id"] = id.into();
        println!("{answer}");
        stdout().flush()?;
    }
    Ok(())
}

type Key = (String, String, String, u32, u64);

async fn answer(clients: &mut HashMap<Key, Client>, request: Request) -> Value {
    let options = &request.options;
    let key = (
        request.base_url.clone(),
        request.account_sid.clone(),
        request.auth_token.clone(),
        options.max_retries,
        options.timeout_ms,
    );
    if !clients.contains_key(&key) {
        let builder = Client::builder(&request.account_sid, &request.auth_token)
            .base_url(&request.base_url)
            .max_retries(options.max_retries)
            .timeout(Duration::from_millis(options.timeout_ms));
        let printed = format!("{builder:?}");
        match builder.build() {
            Ok(client) => clients.insert(key.clone(), client),
            Err(error) => {
                return json!({"outcome": "misconfigured", "printed": format!("{printed} {error} {error:?}")});
            }
        };
    }
    let client = &clients[&key];
    let Ok(campaign_id) = request.campaign_id.parse() else {
        return json!({"outcome": "misconfigured", "printed": format!("{client:?}")});
    };
    let (mut answer, printed) = match request.call.as_str() {
        "validate" => validate(request.contact.into()),
        "get" => get(client, &request.uri).await,
        _ => create(client, campaign_id, request.contact.into()).await,
    };
    answer["printed"] = format!("{client:?} {client:#?} {printed}").into();
    answer
}

fn validate(draft: Draft) -> (Value, String) {
    match Contact::try_from(draft) {
        Err(error) => invalid(error),
        Ok(contact) => match contact.validate() {
            Err(error) => invalid(error),
            Ok(()) => (json!({"outcome": "valid"}), String::new()),
        },
    }
}

async fn create(client: &Client, campaign_id: i64, draft: Draft) -> (Value, String) {
    let contact = match Contact::try_from(draft) {
        Ok(contact) => contact,
        Err(error) => return invalid(error),
    };
    let error = match client.create_contact(campaign_id, &contact).await {
        Ok(created) => {
            let answer = json!({"outcome": "created", "uri": created.uri, "contactId": created.id});
            return (answer, format!("{created:?}"));
        }
        Err(error) => error,
    };
    let printed = print(&error);
    let answer = match error {
        Error::Invalid(error) => return invalid(error),
        Error::NotSent(_) => json!({"outcome": "not_sent"}),
        Error::Refused(error) => refused(&error),
        Error::Queued(error) => json!({"outcome": "queued", "uri": error.uri}),
        Error::InDoubt(error) => no_word("in_doubt", &error),
    };
    (answer, printed)
}

async fn get(client: &Client, uri: &str) -> (Value, String) {
    let error = match client.get_contact(uri).await {
        Ok(contact) => return (json!({"outcome": "found", "contact": contact}), format!("{contact:?}")),
        Err(error) => error,
    };
    let printed = print(&error);
    let answer = match error {
        GetError::BadUri(_) => json!({"outcome": "misconfigured"}),
        GetError::NotSent(_) => json!({"outcome": "not_sent"}),
        GetError::Refused(error) => refused(&error),
        GetError::Unavailable(error) => no_word("failed", &error),
    };
    (answer, printed)
}

fn invalid(error: Invalid) -> (Value, String) {
    (json!({"outcome": "invalid", "violations": error.violations}), print(&error))
}

fn refused(error: &Refused) -> Value {
    let mut answer = reply("refused", &error.reply);
    if let Some(wait) = error.retry_after {
        answer["waitMs"] = (wait.as_millis() as u64).into();
    }
    answer
}

fn no_word(outcome: &str, error: &InDoubt) -> Value {
    error.reply.as_ref().map_or(json!({"outcome": outcome}), |said| reply(outcome, said))
}

fn reply(outcome: &str, reply: &Reply) -> Value {
    let error =
        |e: &contacts::FieldError| json!({"Field": e.field.as_deref().unwrap_or(""), "Message": e.message});
    let errors: Vec<_> = reply.errors.iter().map(error).collect();
    json!({"outcome": outcome, "status": reply.status, "message": reply.message, "errors": errors})
}

/// All that an error can be made to print.
fn print(error: &impl std::error::Error) -> String {
    format!("{error} {error:?} {error:#?}")
}

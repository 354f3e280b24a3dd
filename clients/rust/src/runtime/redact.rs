use std::sync::Arc;

use super::encode::escaped;

/// Takes the credentials out of what a server said. It has no `Debug`, as it holds them.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Redactor(Arc<[String]>);

impl Redactor {
    /// `credentials` are the account and the token in base64.
    pub(crate) fn new(token: &str, credentials: &str) -> Self {
        const WORD: usize = 8; // a shorter token cannot be told from words
        let mut secrets = vec![credentials.to_owned()];
        if token.chars().count() >= WORD {
            let debug = format!("{token:?}");
            let json = serde_json::Value::from(token).to_string();
            let inside = |quoted: &str| quoted[1..quoted.len() - 1].to_owned();
            secrets.extend([token.to_owned(), inside(&debug), inside(&json), escaped(token)]);
            secrets.sort();
            secrets.dedup();
        }
        Redactor(secrets.into())
    }

    pub(crate) fn text(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            if text.contains(secret) { text.replace(secret, "[redacted]") } else { text }
        })
    }
}

/// Takes the credentials out of what a server said. It has no `Debug`, as it holds them.
pub(crate) struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// `credentials` are the account and the token in base64.
    pub(crate) fn new(token: String, credentials: String) -> Self {
        const WORD: usize = 8; // a shorter token cannot be told from words
        let token = Some(token).filter(|token| token.chars().count() >= WORD);
        let credentials = Some(credentials).filter(|credentials| !credentials.is_empty());
        Redactor { secrets: token.into_iter().chain(credentials).collect() }
    }

    pub(crate) fn text(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| {
            if text.contains(secret) { text.replace(secret, "[redacted]") } else { text }
        })
    }
}

use crate::models::CreateContactAnswer;
use crate::{FieldError, Reply};

/// Takes the credentials out of what a server said. It has no `Debug`, as it holds them.
pub(crate) struct Redactor {
    pub(crate) token: String,
    pub(crate) credentials: String,
}

impl Redactor {
    pub(crate) fn reply(&self, status: u16, said: CreateContactAnswer) -> Reply {
        let error = |e: FieldError| FieldError {
            field: e.field.map(|field| self.text(field)),
            message: self.text(e.message),
        };
        Reply {
            status,
            message: self.text(said.message.unwrap_or_default()),
            errors: said.errors.into_iter().flatten().map(error).collect(),
        }
    }

    fn text(&self, text: String) -> String {
        [&self.token, &self.credentials]
            .into_iter()
            .fold(text, |text, secret| text.replace(secret, "[redacted]"))
    }
}

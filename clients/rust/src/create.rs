use std::time::Duration;

use reqwest::header::CONTENT_TYPE;

use crate::answer::id_of;
use crate::encode::Encoding;
use crate::exchange::{Answer, exchange};
use crate::generated::apis::contacts_api;
use crate::{Client, Contact, Error, InDoubt, NotSent, Queued, Refused};

/// A contact that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The contact, as a path without a host (F2); [`Client::get_contact`] takes it.
    pub uri: String,
    /// The last segment of `uri`.
    pub id: String,
}

/// A longer wait is for the caller to decide about.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Client {
    /// Checks a contact, and creates it if it breaks no rule. `Ok` means that the contact was created, and
    /// nothing else does.
    ///
    /// A request that was not sent, or was refused with 429, is sent again as
    /// [`Builder::max_retries`](crate::Builder::max_retries) says, in the time that the deadline leaves.
    pub async fn create_contact(&self, campaign_id: i64, contact: &Contact) -> Result<Created, Error> {
        let body = contact.parameters().check(Encoding::of)?;
        let mut backoff = Duration::from_millis(250);
        let mut retries = self.shared.max_retries;
        loop {
            let error = match self.attempt(campaign_id, &body).await {
                Ok(created) => return Ok(created),
                Err(error) => error,
            };
            let wait = match &error {
                Error::NotSent(_) => {
                    let wait = backoff.mul_f64(rand::random_range(0.5..1.5));
                    backoff = LONGEST_WAIT.min(backoff * 2);
                    wait
                }
                // A little later than asked, so that many callers do not come back at once.
                Error::Refused(Refused { retry_after: Some(wait), .. }) if *wait <= LONGEST_WAIT => {
                    wait.mul_f64(rand::random_range(1.0..1.1))
                }
                _ => return Err(error),
            };
            if retries == 0 || self.at_most(wait) < wait {
                return Err(error);
            }
            retries -= 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, campaign_id: i64, body: &Encoding) -> Result<Created, Error> {
        let not_sent = |cause| Error::NotSent(NotSent { cause });
        let configuration = &self.shared.configuration;
        let timeout =
            self.at_most(self.shared.timeout.saturating_add(Duration::from_secs(body.file_size() >> 17)));
        if timeout.is_zero() {
            return Err(not_sent("the deadline is over".into()));
        }
        let (content, seal) = body.open().map_err(|error| not_sent(error.into()))?;
        let request = contacts_api::create_contact(configuration, &configuration.basic_auth.0, campaign_id)
            .header(CONTENT_TYPE, body.content_type.clone())
            .body(reqwest::Body::wrap(content));
        match exchange(request, timeout).await {
            Ok(answer) => self.judge(answer),
            Err(error) if seal.not_sent() => Err(not_sent(error)),
            Err(error) => Err(Error::InDoubt(InDoubt { reply: None, cause: Some(error) })),
        }
    }

    /// Tells from an answer what became of a create.
    fn judge(&self, answer: Answer) -> Result<Created, Error> {
        let (said, cause) = answer.read();
        let success = (200..300).contains(&answer.status);
        let id = said.uri.as_deref().and_then(id_of).map(str::to_owned);
        match (said.status.as_str(), id) {
            ("OK", Some(id)) if success => {
                return Ok(Created { uri: said.uri.unwrap_or_default(), id });
            }
            ("QUEUED", _) if success => {
                return Err(Error::Queued(Queued { uri: said.queued_uri.unwrap_or_default() }));
            }
            _ => {}
        }
        let refused = success && said.status == "ERROR" || is_refusal(answer.status);
        let reply = self.shared.redactor.reply(answer.status, said);
        Err(if refused {
            Error::Refused(Refused::new(reply, &answer.headers))
        } else {
            Error::InDoubt(InDoubt { reply: Some(reply), cause })
        })
    }
}

/// Tells whether a status says that the server did not act. 402 does not (D9), and 408 may come from a
/// gateway that has passed the request on.
fn is_refusal(status: u16) -> bool {
    matches!(status, 400..500) && status != 402 && status != 408
}

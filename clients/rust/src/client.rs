use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};

use crate::Misconfigured;
use crate::base_url::BaseUrl;
use crate::generated::apis::configuration::Configuration;
use crate::get::is_segment;
use crate::redact::Redactor;

/// Creates contacts for one account. Clones share their connections; any number of tasks may use one.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    deadline: Option<Instant>,
}

pub(crate) struct Shared {
    pub(crate) configuration: Configuration,
    pub(crate) redactor: Redactor,
    pub(crate) timeout: Duration,
    pub(crate) max_retries: u32,
}

impl Client {
    /// The API's own host (F1).
    pub const DEFAULT_BASE_URL: &'static str = "https://api.impact.com";

    /// Makes a client of an account. The AccountSID and the AuthToken are those of the account's settings
    /// (F1).
    pub fn new(account_sid: impl Into<String>, auth_token: impl Into<String>) -> Result<Self, Misconfigured> {
        Self::builder(account_sid, auth_token).build()
    }

    /// The same, with something else than the defaults.
    pub fn builder(account_sid: impl Into<String>, auth_token: impl Into<String>) -> Builder {
        Builder {
            account_sid: account_sid.into(),
            auth_token: auth_token.into(),
            base_url: Self::DEFAULT_BASE_URL.to_owned(),
            timeout: Duration::from_secs(60),
            max_retries: 2,
        }
    }

    /// The same client, for calls that must end by `deadline`. It cuts attempts short, and there is no
    /// retry that it leaves no time for.
    ///
    /// To drop the future of a call in its stead, as a timeout of tokio does, loses what is known after it.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        Client { deadline: Some(deadline), ..self.clone() }
    }

    /// How long something may take that would like to take `time`.
    pub(crate) fn at_most(&self, time: Duration) -> Duration {
        self.deadline.map_or(time, |d| time.min(d.saturating_duration_since(Instant::now())))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.configuration.base_url.as_str())
            .field("account_sid", &self.shared.configuration.basic_auth.0)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A [`Client`] in the making.
#[must_use]
pub struct Builder {
    account_sid: String,
    auth_token: String,
    base_url: String,
    timeout: Duration,
    max_retries: u32,
}

impl Builder {
    /// Another server than [`Client::DEFAULT_BASE_URL`]; a path in it is kept. It must be https, unless the
    /// host is a loopback address, and hold no user, query or fragment.
    pub fn base_url(self, url: impl Into<String>) -> Self {
        Builder { base_url: url.into(), ..self }
    }

    /// How long one attempt may take, to the end of the answer: 60 s by default. An upload has one second
    /// more for each 128 KiB.
    pub fn timeout(self, timeout: Duration) -> Self {
        Builder { timeout, ..self }
    }

    /// How often a request is sent again if it was not sent, or if it was refused with 429 and a wait of at
    /// most 30 s: 2 times by default; 0 is never. What is in doubt is never sent again.
    pub fn max_retries(self, retries: u32) -> Self {
        Builder { max_retries: retries, ..self }
    }

    /// Makes the client.
    pub fn build(self) -> Result<Client, Misconfigured> {
        let has_control = |text: &str| text.contains(|c: char| c < ' ' || c == '\x7f');
        if !is_segment(&self.account_sid) || self.account_sid.contains(':') || has_control(&self.account_sid)
        {
            let rule =
                "the AccountSID must not be empty or dots, and must hold no colon or control character";
            return Err(Misconfigured(rule.into()));
        }
        if self.auth_token.is_empty() || has_control(&self.auth_token) {
            return Err(Misconfigured(
                "the AuthToken must not be empty, and must hold no control character".into(),
            ));
        }
        if self.timeout.is_zero() {
            return Err(Misconfigured("the timeout must be more than 0".into()));
        }
        let base_url = BaseUrl::parse(&self.base_url)?;
        let configuration = Configuration {
            client: http(base_url.is_loopback)?,
            base_url: base_url.url,
            basic_auth: (self.account_sid, self.auth_token.clone()),
        };
        let redactor = Redactor { credentials: credentials(&configuration)?, token: self.auth_token };
        let (timeout, max_retries) = (self.timeout, self.max_retries);
        let shared = Shared { configuration, redactor, timeout, max_retries };
        Ok(Client { shared: Arc::new(shared), deadline: None })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("account_sid", &self.account_sid)
            .field("timeout", &self.timeout)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

fn http(is_loopback: bool) -> Result<reqwest::Client, Misconfigured> {
    // Without Accept the API answers in XML (F3).
    let accept = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let mut http = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent("contacts-rust")
        .default_headers(accept);
    if is_loopback {
        http = http.no_proxy(); // the token would reach it in clear
    }
    http.build().map_err(|error| Misconfigured(format!("TLS is not to be had: {error}")))
}

/// The credentials as a request carries them, in base64.
fn credentials(configuration: &Configuration) -> Result<String, Misconfigured> {
    let request = crate::generated::apis::contacts_api::create_contact(configuration, "", 0).build();
    let request = request.map_err(|error| Misconfigured(error.without_url().to_string()))?;
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    Ok(header.and_then(|value| value.strip_prefix("Basic ")).unwrap_or_default().to_owned())
}

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::base_url::BaseUrl;
use super::connections::Connections;
use super::environment::{self, parse_proxy};
use super::error::UsageError;
use super::operation::Api;
use super::redact::Redactor;

/// The client of an account. Clones share their connections; any number of tasks may use one. Connections
/// close when the last clone is dropped.
///
/// # Panics
///
/// A call panics before it sends anything where there is no tokio runtime with its I/O and time drivers
/// enabled.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
}

pub(crate) struct Shared {
    pub(crate) api: &'static Api,
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    /// The proxy, as it may be printed.
    pub(crate) proxy: Option<String>,
    pub(crate) account: String,
    pub(crate) authorization: HeaderValue,
    pub(crate) redactor: Redactor,
    pub(crate) connections: Connections,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Instant>,
    pub(crate) retries: u32,
    pub(crate) rules: Rules,
}

const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 3600);
const MOST_RETRIES: u32 = 100;

/// What becomes of violations of the rules. What cannot be sent at all is always refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rules {
    /// They are refused.
    #[default]
    Enforce,
    /// They are reported to `tracing`, as warnings, and sent.
    Warn,
    /// They are not looked for.
    Off,
}

/// What differs in some calls from the client's own options; see [`Client::with`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CallOptions {
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    retries: Option<u32>,
    rules: Option<Rules>,
}

impl CallOptions {
    /// Nothing differs.
    pub fn new() -> Self {
        CallOptions::default()
    }

    /// How long one attempt may take, to the end of the response: 60 s by default, and at most 24 hours. An
    /// upload has one second more for each 128 KiB.
    pub fn timeout(self, timeout: Duration) -> Self {
        CallOptions { timeout: Some(timeout), ..self }
    }

    /// The moment when a call with all its attempts ends at the latest; without end by default. It cuts
    /// attempts short, and there is no retry that it leaves no time for.
    ///
    /// To drop the future of a call in its stead, as a timeout of tokio does, loses what is known after it.
    pub fn deadline(self, deadline: Instant) -> Self {
        CallOptions { deadline: Some(deadline), ..self }
    }

    /// How often a request is sent again: 2 times by default, at most 100; 0 is never. It is sent again if it
    /// was not sent; if it was refused with 429 and a wait of at most 30 s; and if it is in doubt, but only
    /// where the operation can be repeated (GET, PUT, DELETE).
    pub fn retries(self, retries: u32) -> Self {
        CallOptions { retries: Some(retries), ..self }
    }

    /// What becomes of violations of the rules: [`Rules::Enforce`] by default.
    pub fn rules(self, rules: Rules) -> Self {
        CallOptions { rules: Some(rules), ..self }
    }

    fn over(self, settings: &Settings) -> Result<Settings, UsageError> {
        if self.timeout.is_some_and(|timeout| timeout.is_zero() || timeout > LONGEST_TIMEOUT) {
            return Err(UsageError::new("timeout must be more than 0 and at most 24 hours"));
        }
        if self.retries.is_some_and(|retries| retries > MOST_RETRIES) {
            return Err(UsageError::new("retries must be from 0 to 100"));
        }
        Ok(Settings {
            timeout: self.timeout.unwrap_or(settings.timeout),
            deadline: self.deadline.or(settings.deadline),
            retries: self.retries.unwrap_or(settings.retries),
            rules: self.rules.unwrap_or(settings.rules),
        })
    }
}

impl Client {
    /// The same client, with other options for the calls that are made with what is returned.
    pub fn with(&self, options: CallOptions) -> Result<Self, UsageError> {
        Ok(Client { shared: self.shared.clone(), settings: options.over(&self.settings)? })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base_url.url.as_str())
            .field("proxy", &self.shared.proxy)
            .field("account", &self.shared.account)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// A [`Client`] in the making.
#[must_use]
pub struct ClientBuilder {
    api: &'static Api,
    account: String,
    token: String,
    base_url: String,
    options: CallOptions,
    proxy: Option<String>,
    http: reqwest::ClientBuilder,
}

impl ClientBuilder {
    pub(crate) fn new(api: &'static Api, account: String, token: String) -> Self {
        ClientBuilder {
            api,
            account,
            token,
            base_url: api.server.to_owned(),
            options: CallOptions::default(),
            proxy: None,
            http: reqwest::Client::builder(),
        }
    }

    pub(crate) fn from_env(api: &'static Api) -> Result<Self, UsageError> {
        let prefix = api.package.to_uppercase().replace('-', "_");
        let read = |name| environment::variable(&format!("{prefix}_{name}"));
        let needed = |name| {
            let missing = || UsageError::new(format!("the environment variable {prefix}_{name} is not set"));
            read(name)?.ok_or_else(missing)
        };
        let builder = Self::new(api, needed("ACCOUNT")?, needed("TOKEN")?);
        Ok(match read("BASE_URL")? {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }

    /// Another server than the contract's; a path in the URL is kept. It must be https, unless the host is a
    /// loopback address, and hold no user, query or fragment.
    pub fn base_url(self, url: impl Into<String>) -> Self {
        ClientBuilder { base_url: url.into(), ..self }
    }

    /// Options for all calls; see [`CallOptions`].
    pub fn options(self, options: CallOptions) -> Self {
        ClientBuilder { options, ..self }
    }

    /// The URL of a proxy, in place of the one that the environment names; empty is none. Its scheme is `http`,
    /// `https`, `socks5` or `socks5h`, and a user and a password may stand before the host.
    ///
    /// A loopback address is never reached by a proxy.
    pub fn proxy(self, url: impl Into<String>) -> Self {
        ClientBuilder { proxy: Some(url.into()), ..self }
    }

    /// TLS, addresses and the like. Redirects, retries, HTTP/2 and decompression are turned off in it, and idle
    /// connections are dropped after 30 s. A proxy that it has comes before any other.
    pub fn http(self, http: reqwest::ClientBuilder) -> Self {
        ClientBuilder { http, ..self }
    }

    /// Makes the client.
    pub fn build(self) -> Result<Client, UsageError> {
        let has_control = |text: &str| text.contains(|c: char| c < ' ' || c == '\x7f');
        let account = self.account;
        if matches!(&*account, "" | "." | "..") || account.contains(':') || has_control(&account) {
            let rule = "the account must not be empty or dots, and must hold no colon or control character";
            return Err(UsageError::new(rule));
        }
        if self.token.is_empty() || has_control(&self.token) {
            let rule = "the token must not be empty, and must hold no control character";
            return Err(UsageError::new(rule));
        }
        let defaults =
            Settings { timeout: Duration::from_secs(60), deadline: None, retries: 2, rules: Rules::Enforce };
        let settings = self.options.over(&defaults)?;
        if self.base_url.is_empty() {
            return Err(UsageError::new("the base URL must be given"));
        }
        let base_url = BaseUrl::parse(&self.base_url)?;
        let proxy = match self.proxy.as_deref() {
            Some("") => None,
            Some(url) => Some(parse_proxy("proxy", url)?),
            None => environment::proxy(&base_url)?,
        };
        let connections = Connections::default();
        let user_agent = format!("{}-rust/{}", self.api.package, self.api.version);
        let http = self.http.connector_layer(connections.clone()).user_agent(user_agent);
        let http = configure(http, &base_url, proxy.clone(), settings.timeout).build();
        let http =
            http.map_err(|error| UsageError::new(format!("http cannot be used: {}", chain(&error))))?;

        let probe = http.get(base_url.url.clone()).basic_auth(&account, Some(&self.token)).build();
        let authorization = probe.ok().and_then(|mut probe| probe.headers_mut().remove(AUTHORIZATION));
        let authorization =
            authorization.ok_or_else(|| UsageError::new("account and token cannot be sent"))?;
        let credentials = authorization.to_str().unwrap_or_default().replacen("Basic ", "", 1);
        let redactor = Redactor::new(&self.token, &credentials);
        let shared = Shared {
            api: self.api,
            http,
            base_url,
            proxy: proxy.map(environment::without_user),
            account,
            authorization,
            redactor,
            connections,
        };
        Ok(Client { shared: Arc::new(shared), settings })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("account", &self.account)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

fn configure(
    http: reqwest::ClientBuilder,
    base_url: &BaseUrl,
    proxy: Option<Url>,
    timeout: Duration,
) -> reqwest::ClientBuilder {
    // hyper makes room for all of them with each response. For 16,384, as many as fit into 64 KiB, that takes
    // longer than all the rest of a call.
    const MOST_FIELDS: usize = 1024;
    let mut http = http
        .http1_only()
        .http1_max_headers(MOST_FIELDS)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connection_verbose(false) // it logs credentials
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        // Half of the timeout: to have no connection is then known before the attempt ends.
        .connect_timeout((timeout / 2).min(Duration::from_secs(10)))
        .pool_idle_timeout(Duration::from_secs(30))
        .proxy(reqwest::Proxy::custom(move |_| proxy.clone())); // without it reqwest reads the environment
    if base_url.is_loopback {
        http = http.no_proxy(); // the token would reach it in clear
    }
    #[cfg(any(feature = "rustls-tls", feature = "native-tls"))]
    if !base_url.is_https() {
        http = http.tls_certs_only([]); // a machine without certificates can do without TLS
    }
    http
}

/// What went wrong, and why.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

use std::net::IpAddr;

use reqwest::Url;

use crate::Misconfigured;

/// A server that requests may be sent to.
pub(crate) struct BaseUrl {
    /// Without a slash at the end.
    pub(crate) text: String,
    pub(crate) is_loopback: bool,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Misconfigured> {
        // What is wrong is not quoted: it may hold a password.
        let form = "the base URL must have the form https://host or https://host/path, without user, query and fragment";
        let url = Url::parse(text).map_err(|_| Misconfigured(form.into()))?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || !url.has_host() || url.query().is_some() || url.fragment().is_some() {
            return Err(Misconfigured(form.into()));
        }
        let is_loopback = is_loopback(url.host_str().unwrap_or_default());
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
            let scheme = "the base URL must begin with https:// (F1); http:// is for loopback addresses only";
            return Err(Misconfigured(scheme.into()));
        }
        Ok(BaseUrl { text: url.as_str().trim_end_matches('/').to_owned(), is_loopback })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

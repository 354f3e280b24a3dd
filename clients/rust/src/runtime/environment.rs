//! What is read from the environment.

use std::env::{self, VarError};
use std::net::IpAddr;

use reqwest::Url;

use super::base_url::BaseUrl;
use super::error::UsageError;

/// A variable. An empty one is not set.
pub(crate) fn variable(name: &str) -> Result<Option<String>, UsageError> {
    match env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(UsageError::new(format!("the environment variable {name} is not UTF-8")))
        }
    }
}

/// The proxy that leads to a server.
pub(crate) fn proxy(base_url: &BaseUrl) -> Result<Option<Url>, UsageError> {
    if base_url.is_loopback {
        return Ok(None);
    }
    for name in ["HTTPS_PROXY", "https_proxy"] {
        if let Some(text) = variable(name)? {
            return match is_excepted(&base_url.url)? {
                true => Ok(None),
                false => parse_proxy(&format!("the environment variable {name}"), &text).map(Some),
            };
        }
    }
    Ok(None)
}

/// Reads the URL of a proxy; without a scheme it is one of http. It is not quoted, as it may hold a password.
pub(crate) fn parse_proxy(name: &str, text: &str) -> Result<Url, UsageError> {
    let is_proxy = |url: &Url| {
        matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
    };
    // reqwest looks up the address itself for `socks5`; in all languages it is the proxy that does.
    let text = text.replacen("socks5://", "socks5h://", 1);
    let url = if text.contains("://") { Url::parse(&text) } else { Url::parse(&format!("http://{text}")) };
    let form = "must be the URL of a proxy: http, https, socks5 or socks5h, host and port";
    url.ok().filter(is_proxy).ok_or_else(|| UsageError::new(format!("{name} {form}")))
}

/// A proxy as it may be printed.
pub(crate) fn without_user(mut proxy: Url) -> String {
    let removed = proxy.set_username("").and_then(|()| proxy.set_password(None));
    removed.map_or(String::new(), |()| proxy.into())
}

fn is_excepted(url: &Url) -> Result<bool, UsageError> {
    let exceptions = match variable("NO_PROXY")? {
        Some(list) => list,
        None => variable("no_proxy")?.unwrap_or_default(),
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    Ok(exceptions.to_ascii_lowercase().split(',').any(|entry| names(entry.trim(), host, port)))
}

/// Whether an exception names a host: as a name with all below it, as `.name` or `*.name`, which is all below
/// it, as an address, each with a port if need be, or as a range of addresses; `*` names all.
fn names(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let (name, only) = match entry.rsplit_once(':') {
        Some((name, number)) if !name.contains(':') || name.ends_with(']') => (name, Some(number)),
        _ => (entry, None),
    };
    let name = name.trim_matches(['[', ']']);
    if name.is_empty() || only.is_some_and(|number| number.parse() != Ok(port)) {
        return false;
    }
    if let Ok(address) = host.parse() {
        return is_in_range(name, address).unwrap_or(false);
    }
    let above = name.trim_start_matches('*');
    let is_below = |name| host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    match above.strip_prefix('.') {
        Some(above) => is_below(above),
        None => host == name || is_below(name),
    }
}

fn is_in_range(range: &str, address: IpAddr) -> Option<bool> {
    let bits = |address| match address {
        IpAddr::V4(address) => (32, u128::from(address.to_bits()) << 96),
        IpAddr::V6(address) => (128, address.to_bits()),
    };
    let (network, length) = range.split_once('/').unwrap_or((range, "128"));
    let (width, address) = bits(address);
    let (width_of_network, network) = bits(network.parse().ok()?);
    let length: u32 = length.parse().ok()?;
    Some(width == width_of_network && (address ^ network).leading_zeros() >= length.min(width))
}

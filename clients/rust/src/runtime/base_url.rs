use std::net::{IpAddr, Ipv4Addr};

use reqwest::Url;

use super::error::UsageError;

/// A server that requests may be sent to.
pub(crate) struct BaseUrl {
    pub(crate) url: Url,
    /// In whatever spelling.
    pub(crate) is_loopback: bool,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, UsageError> {
        // What is wrong is not quoted: it may hold a password.
        let form = "the base URL must have the form https://host or https://host/path, without user, query, \
                    fragment and segments of dots";
        let (scheme, host) = split(text).ok_or_else(|| UsageError::new(form))?;
        let url = Url::parse(text).map_err(|_| UsageError::new(form))?;
        let is_plain_loopback = is_plain_loopback(host);
        if !scheme.eq_ignore_ascii_case("https") && !is_plain_loopback {
            let scheme = "the base URL must begin with https://; http:// is for loopback addresses only";
            return Err(UsageError::new(scheme));
        }
        let address = url.host_str().map(|host| host.trim_matches(['[', ']']).parse::<IpAddr>());
        let is_loopback = matches!(address, Some(Ok(address)) if address.to_canonical().is_loopback());
        Ok(BaseUrl { url, is_loopback: is_loopback || is_plain_loopback })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// Takes the scheme and the host from a URL, if it is plain: parsers do not agree on what else a URL may be.
fn split(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, port),
        _ => (authority, "0"),
    };
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let is_port = port.bytes().all(|b| b.is_ascii_digit()) && port.len() <= 5 && port.parse::<u16>().is_ok();
    (is_web && is_host(host) && is_port && is_path(path)).then_some((scheme, host))
}

fn is_host(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let (text, others, letters): (_, _, fn(&u8) -> bool) = match v6 {
        Some(address) => (address, ":.", u8::is_ascii_hexdigit),
        None => (host, ".-", u8::is_ascii_alphanumeric),
    };
    !text.is_empty() && text.bytes().all(|b| letters(&b) || others.as_bytes().contains(&b))
}

fn is_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => bytes.by_ref().take(2).filter(u8::is_ascii_hexdigit).count() == 2,
            _ => byte.is_ascii_alphanumeric() || b"._~!$&'()*+,;=:@/-".contains(&byte),
        };
        if !fits {
            return false;
        }
    }
    // A parser of URLs resolves them, in whatever spelling, to another path.
    let dots = |segment: &str| matches!(&*segment.replace("%2e", ".").replace("%2E", "."), "." | "..");
    !path.split('/').any(dots)
}

fn is_plain_loopback(host: &str) -> bool {
    let is_v4 = || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
    host.eq_ignore_ascii_case("localhost") || host == "[::1]" || is_v4()
}

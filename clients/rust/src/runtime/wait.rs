//! What headers say of waits and limits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;

use super::response::RateLimit;

/// How long a 429 asks to wait: 1 s to 3,660 s, or 60 s if it does not say. FACTS F4 lists the spellings.
pub(crate) fn retry_after(headers: &HeaderMap) -> Duration {
    let date = || until_date(value(headers, "retry-after")?);
    let wait = find(headers, &["retry-after"], time).or_else(date).or_else(|| reset(headers));
    wait.unwrap_or(Duration::from_secs(60)).clamp(Duration::from_secs(1), Duration::from_secs(3660))
}

pub(crate) fn rate_limit(headers: &HeaderMap) -> RateLimit {
    let count = |names: &[&str]| find(headers, names, digits);
    RateLimit {
        limit: count(&["x-ratelimit-limit", "x-ratelimit-limit-hour", "ratelimit-limit"]),
        remaining: count(&["x-ratelimit-remaining", "x-ratelimit-remaining-hour", "ratelimit-remaining"]),
        reset: reset(headers),
    }
}

fn reset(headers: &HeaderMap) -> Option<Duration> {
    find(headers, &["x-ratelimit-reset", "x-ratelimit-reset-hour", "ratelimit-reset"], time)
}

/// The first usable value of several headers.
fn find<T>(headers: &HeaderMap, names: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<T> {
    names.iter().find_map(|name| read(value(headers, name)?))
}

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    Some(headers.get(name)?.to_str().ok()?.trim_matches([' ', '\t']))
}

fn digits(value: &str) -> Option<u64> {
    let fits = (1..=15).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|_| fits)
}

/// Reads seconds, or a Unix time in seconds or milliseconds.
fn time(value: &str) -> Option<Duration> {
    Some(match digits(value)? {
        n @ 1_000_000_000_000.. => until(UNIX_EPOCH + Duration::from_millis(n)),
        n @ 1_000_000_000.. => until(UNIX_EPOCH + Duration::from_secs(n)),
        n => Duration::from_secs(n),
    })
}

/// Reads a date of the form `Sun, 06 Nov 1994 08:49:37 GMT`, the one of HTTP's three that is not obsolete.
fn until_date(value: &str) -> Option<Duration> {
    httpdate::parse_http_date(value).ok().filter(|_| value.len() == 29).map(until)
}

/// What is left until a time; nothing if it is over.
fn until(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::now()).unwrap_or_default()
}

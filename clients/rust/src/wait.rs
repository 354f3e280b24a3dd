use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;

/// The headers that name a wait, in the order in which they are believed (F4).
const HEADERS: [&str; 4] = ["retry-after", "x-ratelimit-reset", "x-ratelimit-reset-hour", "ratelimit-reset"];

/// How long a 429 asks to wait: 1 s to 3,660 s, or 60 s if it does not say.
pub(crate) fn retry_after(headers: &HeaderMap) -> Duration {
    let wait = |name: &&str| {
        let value = headers.get(*name)?.to_str().ok()?.trim_matches([' ', '\t']);
        seconds(value).or_else(|| if *name == "retry-after" { until_date(value) } else { None })
    };
    let wait = HEADERS.iter().find_map(wait).unwrap_or(Duration::from_secs(60));
    wait.clamp(Duration::from_secs(1), Duration::from_secs(3660))
}

/// Reads 1 to 15 digits: seconds, or a Unix time in seconds or milliseconds.
fn seconds(value: &str) -> Option<Duration> {
    if !(1..=15).contains(&value.len()) || !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(match value.parse().ok()? {
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

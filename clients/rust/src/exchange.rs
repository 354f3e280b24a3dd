use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use tokio::time::timeout;

use crate::error::Cause;

/// What a server sent back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body, or why it cannot be read.
    pub(crate) body: Result<String, String>,
}

/// Sends one request and reads what comes back. The error says why there is no answer.
pub(crate) async fn exchange(request: RequestBuilder, limit: Duration) -> Result<Answer, Cause> {
    let begin = Instant::now();
    let mut response = timeout(limit, request.send()).await?.map_err(reqwest::Error::without_url)?;
    let left = limit.saturating_sub(begin.elapsed());
    Ok(Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body: timeout(left, read(response)).await.unwrap_or_else(|elapsed| Err(elapsed.to_string())),
    })
}

const LONGEST: usize = 1 << 20;

async fn read(mut response: reqwest::Response) -> Result<String, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Err(error) => return Err(error.without_url().to_string()),
            Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST => {
                return Err("the answer is longer than 1 MiB".to_owned());
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return String::from_utf8(body).map_err(|_| "the answer is not UTF-8".to_owned()),
        }
    }
}

//! A server on loopback that gives prepared answers, one to each connection's request in turn.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub enum Answer {
    Said(String, Box<dyn FnOnce() + Send>),
    Silence,
}

impl Answer {
    pub fn json(status: u16, body: &str) -> Self {
        Self::with(status, body, "")
    }

    pub fn with(status: u16, body: &str, headers: &str) -> Self {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
        Answer::Said(head + body, Box::new(|| {}))
    }

    /// Does something before it answers.
    pub fn then(self, act: impl FnOnce() + Send + 'static) -> Self {
        match self {
            Answer::Said(text, _) => Answer::Said(text, Box::new(act)),
            Answer::Silence => Answer::Silence,
        }
    }
}

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let answers: Vec<_> = answers.into_iter().collect();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let request = read(&mut connection).await;
                seen.lock().unwrap().push(request);
                match answer {
                    Answer::Said(text, act) => {
                        act();
                        connection.write_all(text.as_bytes()).await.unwrap();
                    }
                    Answer::Silence => silent.push(connection),
                }
            }
            std::future::pending::<()>().await;
        });
        Server { url, requests }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads one request, of the length that it names.
async fn read(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |n| n.parse().unwrap()) {
                return text.into_owned();
            }
        }
        assert_ne!(connection.read_buf(&mut request).await.unwrap(), 0, "the request was cut");
    }
}

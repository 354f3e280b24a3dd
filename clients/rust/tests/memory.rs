//! A file is streamed: in a process of its own, as the peak of memory is a process's.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write;

use contacts::{Client, CreateContactInput, File as Upload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SIZE: u64 = 512 << 20;
const MIB: u64 = 1 << 20;

#[tokio::test]
async fn an_upload_takes_little_memory() {
    let path = std::env::temp_dir().join(format!("client-upload-{}", std::process::id()));
    let mut file = File::create(&path).unwrap();
    file.write_all(b"\xff\xd8\xff").unwrap();
    file.set_len(SIZE).unwrap(); // sparse

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 64 << 10];
        let mut received = 0;
        while received <= SIZE {
            received += connection.read(&mut buffer).await.unwrap() as u64;
        }
        let said = r#"{"Status":"OK","Uri":"/Contacts/7"}"#;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", said.len());
        connection.write_all((head + said).as_bytes()).await.unwrap();
        while connection.read(&mut buffer).await.unwrap_or(0) > 0 {}
    });

    let client = Client::builder("IRx", "t").base_url(url).build().unwrap();
    let input = CreateContactInput::new("Wile", "Coyote", "wile.coyote@example.com", ["10000"])
        .profile_image_file(Upload::from_path(&path));
    let idle = memory("VmHWM");
    let created = client.create_contact(1, &input).await;
    let peak = memory("VmHWM") - idle;
    fs::remove_file(path).unwrap();
    assert_eq!(created.unwrap().contact_id.as_deref(), Some("7"));
    assert!(peak <= 64 * MIB, "{} MiB above idle", peak / MIB);
    drop(client);
    server.await.unwrap();
}

fn memory(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

//! Files: what was announced is what is sent, and none of them makes other tasks wait.

use std::error::Error as _;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contacts::{Client, Error, File, Outcome, RuleKind, UpdateContactInput};

use support::server::{Server, json, with};
use support::*;

mod support;

#[tokio::test]
async fn file_that_is_gone_before_the_second_attempt_is_not_sent() {
    let path = path("gone");
    std::fs::write(&path, "an image").unwrap();
    let gone = path.clone();
    let hook = move |_| std::fs::remove_file(&gone).unwrap();
    let server = Server::with([with(429, "Retry-After: 1\r\n", "{}")], hook);
    let input = wile().profile_image_file(File::from_path(path));
    let error = client(&server).create_contact(1, &input).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn file_that_shrinks_is_cut_before_its_boundary() {
    // It has what was announced when it is checked and opened, and less when it is read.
    let reads = Arc::new(AtomicUsize::new(0));
    let image = File::from_reader(1 << 20, move || {
        let length = if reads.fetch_add(1, Ordering::SeqCst) == 0 { 1 << 20 } else { 1 << 19 };
        Ok(io::repeat(7).take(length))
    });
    let server = Server::start([]);
    let error = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt, "{error}");
    assert!(why(&error).contains("shorter"), "{}", why(&error));
    let request = wait_for(&server);
    let boundary = request.split("boundary=").nth(1).unwrap().lines().next().unwrap();
    assert!(!request.contains(&format!("--{boundary}--")));
}

#[tokio::test]
async fn file_that_grows_is_sent_as_it_was_announced() {
    let image = File::from_reader(5, || Ok(&b"GIF89a and more"[..]));
    let server = Server::start([json(200, CREATED)]);
    client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap();
    assert!(server.requests()[0].contains("\r\n\r\nGIF89\r\n--"));
}

#[tokio::test]
async fn reader_that_panics_leaves_a_create_in_doubt() {
    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            assert!(self.0 < 3, "a bug of the caller");
            buffer[0] = 1;
            Ok(1)
        }
    }
    let server = Server::start([]);
    let image = File::from_reader(14, || Ok(Broken(0)));
    let error = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap_err();
    let Error::Invalid(invalid) = error else { panic!("{error}") }; // the first look panics as well
    assert_eq!(broken(&invalid.violations), [("ProfileImageFile", RuleKind::NeedsFile)]);

    let reads = Arc::new(AtomicUsize::new(0));
    let image = File::from_reader(1 << 20, move || {
        let first = reads.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(if first { Box::new(io::repeat(1)) as Box<dyn Read + Send> } else { Box::new(Broken(0)) })
    });
    let error = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt, "{error}");
}

#[tokio::test]
async fn file_in_memory_is_sent() {
    let server = Server::start([json(200, CREATED)]);
    let image = File::from_bytes(&b"GIF89a and more"[..]);
    assert_eq!(format!("{image:?}"), r#"File { length: 15, name: "" }"#);
    let created = client(&server).create_contact(1, &wile().profile_image_file(image)).await.unwrap();
    assert_eq!(created.contact_id.as_deref(), Some("7"));
    let request = &server.requests()[0];
    assert!(request.contains("name=\"profile-image.gif\"; filename=\"profile-image.gif\"\r\nContent-Type: image/gif\r\n\r\nGIF89a and more\r\n--"));
    assert!(!request.to_lowercase().contains("transfer-encoding"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn special_files_are_refused_and_do_not_block() {
    let fifo = path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // The last one has no size and yields bytes.
    for (path, why) in [
        (fifo.clone(), "not a regular file"),
        ("/dev/zero".into(), "not a regular file"),
        ("/proc/self/status".into(), "the file is empty"),
    ] {
        let input = wile().profile_image_file(File::from_path(&path));
        assert_eq!(broken(&input.validate()), [("ProfileImageFile", RuleKind::NeedsFile)], "{path:?}");
        let error = Client::new("IRx", TOKEN).unwrap().create_contact(1, &input).await.unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), why, "{path:?}");
    }
    std::fs::remove_file(fifo).unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "current_thread")]
async fn file_that_blocks_does_not_block_other_tasks() {
    let image = File::from_reader(1, || {
        std::thread::sleep(Duration::from_millis(500));
        Ok(io::repeat(1))
    });
    let server = Server::start([json(200, CREATED)]);
    let (client, input) = (client(&server), wile().profile_image_file(image));
    let call = tokio::spawn(async move { client.create_contact(1, &input).await });
    let mut ticks = 0;
    while !call.is_finished() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        ticks += 1;
    }
    assert!(ticks > 20, "{ticks}");
    call.await.unwrap().unwrap();
}

/// The first request, when the server has read what there is of it.
fn wait_for(server: &Server) -> String {
    let begin = Instant::now();
    while server.requests().is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    server.requests()[0].clone()
}

/// Sends a file that changes after half of it was read, more than waits to be written.
async fn send_while(name: &str, change: fn(&Path)) -> (Result<(), Error>, Server) {
    const LENGTH: usize = 2 << 20;
    struct Changing(std::fs::File, usize, Option<Box<dyn FnOnce() + Send>>);
    impl Read for Changing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.read(buffer)?;
            self.1 += length;
            if let Some(change) = self.2.take_if(|_| self.1 >= LENGTH / 2) {
                change();
            }
            Ok(length)
        }
    }
    let path = path(name);
    std::fs::write(&path, vec![7; LENGTH]).unwrap();
    let (changed, opened) = (path.clone(), AtomicUsize::new(0));
    // The first opening is for the look, the second for the request.
    let image = File::from_reader(LENGTH as u64, move || {
        let path = changed.clone();
        let is_request = opened.fetch_add(1, Ordering::SeqCst) == 1;
        let change = is_request.then(|| Box::new(move || change(&path)) as _);
        Ok(Changing(std::fs::File::open(&changed)?, 0, change))
    });
    let server = Server::start([json(200, CREATED)]);
    let result = client(&server).create_contact(1, &wile().profile_image_file(image)).await;
    std::fs::remove_file(path).unwrap();
    (result.map(drop), server)
}

#[tokio::test]
async fn file_that_shrinks_while_it_is_sent_is_in_doubt_and_never_whole() {
    let cut = |path: &Path| std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(9).unwrap();
    let (result, server) = send_while("shrinks", cut).await;
    assert_eq!(result.unwrap_err().outcome(), Outcome::InDoubt);
    assert!(!wait_for(&server).ends_with("--\r\n"));
}

#[tokio::test]
async fn file_that_grows_while_it_is_sent_is_sent_as_it_was_announced() {
    let grow = |path: &Path| {
        std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(&[8; 1 << 20]).unwrap();
    };
    let (result, server) = send_while("grows", grow).await;
    result.unwrap();
    let request = &server.requests()[0];
    assert!(request.ends_with("--\r\n") && !request.contains('\u{8}'));
}

#[tokio::test]
async fn reader_that_fails_leaves_a_create_in_doubt_and_an_update_is_sent_again() {
    struct Fails(usize);
    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            if self.0 > 1 {
                return Err(io::Error::other("a bug of the caller"));
            }
            buffer.fill(1);
            Ok(buffer.len())
        }
    }
    // It opens for the look, fails at the first request, and is whole at the second.
    let image = || {
        let opened = AtomicUsize::new(0);
        File::from_reader(1 << 20, move || {
            let fails = opened.fetch_add(1, Ordering::SeqCst) == 1;
            Ok(if fails { Box::new(Fails(0)) as Box<dyn Read + Send> } else { Box::new(io::repeat(1)) })
        })
    };
    let server = Server::start([json(200, r#"{"Status":"OK","Uri":"/a/7"}"#)]);
    let client = client(&server);
    let error = client.create_contact(1, &wile().profile_image_file(image())).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt);
    assert!(why(&error).ends_with("a bug of the caller"), "{}", why(&error));
    let update = UpdateContactInput::new().profile_image_file(image());
    client.update_contact(1, "7", &update).await.unwrap();
    assert!(server.requests().last().unwrap().starts_with("PUT ") && server.connections() == 3);
}

#[tokio::test]
async fn reader_that_panics_when_it_is_dropped_takes_no_outcome_away() {
    struct Bomb(bool);
    impl Read for Bomb {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(1);
            Ok(buffer.len())
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.0, "a bug of the caller");
        }
    }
    let opened = AtomicUsize::new(0);
    let image = File::from_reader(1 << 20, move || Ok(Bomb(opened.fetch_add(1, Ordering::SeqCst) > 0)));
    let server = Server::start([json(200, CREATED)]);
    let result = client(&server).create_contact(1, &wile().profile_image_file(image)).await;
    assert!(matches!(result, Ok(_) | Err(Error::InDoubt(_))), "{result:?}");
}

#[tokio::test]
async fn file_of_a_length_that_no_request_has_is_refused() {
    for length in [u64::MAX, 1 << 63] {
        let image = File::from_reader(length, || Ok(io::repeat(1)));
        let error =
            Client::new("IRx", TOKEN).unwrap().create_contact(1, &wile().profile_image_file(image)).await;
        let Err(Error::Invalid(invalid)) = error else { panic!("{error:?}") };
        assert_eq!(broken(&invalid.violations), [("ProfileImageFile", RuleKind::NeedsFile)]);
        assert_eq!(invalid.source().unwrap().to_string(), "the file is too long");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn reader_that_blocks_does_not_block_other_tasks() {
    struct Slow;
    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            std::thread::sleep(Duration::from_millis(700));
            buffer.fill(1);
            Ok(buffer.len())
        }
    }
    let server = Server::start([json(200, CREATED)]);
    let (client, input) = (client(&server), wile().profile_image_file(File::from_reader(1, || Ok(Slow))));
    let unsound = contacts::Draft::new(object(r#"{"Nickname":"x"}"#));
    let draft = unsound.file("ProfileImageFile", File::from_reader(1, || Ok(Slow)));
    let call = tokio::spawn(async move {
        client.create_contact(1, &input).await.unwrap();
        client.call("createContact", object(r#"{"CampaignId":1}"#), draft).await.unwrap_err();
    });
    let (mut longest, mut last) = (Duration::ZERO, Instant::now());
    while !call.is_finished() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        longest = longest.max(last.elapsed());
        last = Instant::now();
    }
    call.await.unwrap();
    assert!(longest < Duration::from_millis(500), "{longest:?}");
}

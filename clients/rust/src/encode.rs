//! A checked contact as the bytes of a request body.

use std::io;

use bytes::Bytes;
use rand::distr::{Alphanumeric, SampleString};
use reqwest::header::HeaderValue;

use crate::ImageFile;
use crate::body::{Body, Seal};
use crate::check::Checked;
use crate::generated::rules::ContactUpload;
use crate::image::Part;

/// The body of a request, which can be sent more than once.
pub(crate) struct Encoding {
    pub(crate) content_type: HeaderValue,
    head: Bytes,
    file: Option<(ImageFile, u64)>,
    tail: Bytes,
}

impl Encoding {
    pub(crate) fn of(contact: Checked<'_>) -> Self {
        match contact {
            Checked::Form(form) => Encoding {
                content_type: HeaderValue::from_static("application/x-www-form-urlencoded"),
                head: urlencoded(form.fields()).into(),
                file: None,
                tail: Bytes::new(),
            },
            Checked::Upload(upload, part, file) => multipart(upload, part, file),
        }
    }

    /// The size of what is uploaded, in bytes; 0 if nothing is.
    pub(crate) fn file_size(&self) -> u64 {
        self.file.as_ref().map_or(0, |(_, size)| *size)
    }

    /// Opens the body to be sent once.
    pub(crate) fn open(&self) -> io::Result<(Body, Seal)> {
        let file = match &self.file {
            None => None,
            Some((file, size)) => Some((file.open()?, *size)),
        };
        Ok(Body::new(self.head.clone(), file, self.tail.clone()))
    }
}

/// Writes fields as a form does, in their order. Names are the contract's and need no escaping.
fn urlencoded<'a>(fields: impl Iterator<Item = (&'static str, &'a str)>) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut body = Vec::with_capacity(512);
    for (name, value) in fields {
        if !body.is_empty() {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        let mut rest = value.as_bytes();
        while let Some(plain) = rest.iter().position(|byte| !PLAIN[usize::from(*byte)]) {
            body.extend_from_slice(&rest[..plain]);
            match rest[plain] {
                b' ' => body.push(b'+'),
                byte => body.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
            }
            rest = &rest[plain + 1..];
        }
        body.extend_from_slice(rest);
    }
    body
}

/// The bytes that a form holds as they are.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        plain[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    plain
};

/// Writes the fields, and then the file, as RFC 7578 says. Nothing needs escaping: the names of the fields
/// are the contract's, and that of the part has been checked.
fn multipart(upload: ContactUpload<'_>, part: Part, file: &ImageFile) -> Encoding {
    let boundary = Alphanumeric.sample_string(&mut rand::rng(), 48);
    let mut head = String::with_capacity(2048);
    let mut begin = |disposition: String| {
        head.extend(["--", &boundary, "\r\nContent-Disposition: form-data; ", &disposition, "\r\n"]);
    };
    for (name, value) in upload.fields() {
        begin(format!("name=\"{name}\"\r\n\r\n{value}"));
    }
    let Part { name, content_type, size } = part;
    begin(format!("name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n"));
    Encoding {
        content_type: HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .expect("a boundary of letters and digits"),
        head: head.into(),
        file: Some((file.clone(), size)),
        tail: format!("\r\n--{boundary}--\r\n").into(),
    }
}

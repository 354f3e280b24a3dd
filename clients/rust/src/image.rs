use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use bytes::Bytes;

use crate::Rule;
use crate::generated::rules::{ContactUpload, FILE_NAME, NEEDS_FILE};

/// An image to upload with a contact.
///
/// It goes under the name `profile-image.` and the type of its content: `png`, `jpg`, `gif`, `webp`, or
/// `bin` for any other, which is for the server to judge (D3). Its local name never leaves the machine.
#[derive(Clone)]
pub struct ImageFile {
    source: Source,
    name: String,
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
}

impl ImageFile {
    /// The regular file at a path. It is opened anew for each attempt to send it, read as it is sent, and
    /// never held in memory.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        ImageFile { source: Source::Path(path.into()), name: String::new() }
    }

    /// An image that is in memory.
    pub fn from_bytes(content: impl Into<Vec<u8>>) -> Self {
        ImageFile { source: Source::Bytes(Bytes::from(content.into())), name: String::new() }
    }

    /// The same image, sent under another name. It must match `^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$` and must
    /// not be the name of a parameter in any case (D3).
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        ImageFile { name: name.into(), ..self }
    }

    /// Chooses the part's name and type, and finds at most one flaw.
    pub(crate) fn inspect(&self) -> (Part, Option<Flaw>) {
        let mut part = Part { name: self.name.clone(), content_type: "application/octet-stream", size: 0 };
        let mut flaw = None;
        let mut extension = "bin";
        if !self.name.is_empty() && !is_part_name(&self.name) {
            flaw = Some(Flaw { rule: Rule::FileName, predicate: FILE_NAME, cause: None });
        } else {
            match self.peek() {
                Ok((size, beginning)) => {
                    part.size = size;
                    (extension, part.content_type) = kind(&beginning);
                }
                Err(cause) => {
                    flaw = Some(Flaw { rule: Rule::NeedsFile, predicate: NEEDS_FILE, cause: Some(cause) });
                }
            }
        }
        if part.name.is_empty() {
            part.name = format!("profile-image.{extension}");
        }
        (part, flaw)
    }

    /// Opens the image to be read from its beginning.
    pub(crate) fn open(&self) -> io::Result<Content> {
        Ok(match &self.source {
            Source::Path(path) => {
                // Asked before it is opened: to open a pipe may take forever.
                if !path.metadata()?.is_file() {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
                }
                Content::File(File::open(path)?)
            }
            Source::Bytes(bytes) => Content::Bytes(bytes.clone()),
        })
    }

    /// The size, and the first bytes, as many as tell the type.
    fn peek(&self) -> io::Result<(u64, Vec<u8>)> {
        let mut beginning = Vec::new();
        let size = match self.open()? {
            Content::File(file) => {
                let size = file.metadata()?.len();
                file.take(LONGEST_SIGNATURE).read_to_end(&mut beginning)?;
                size
            }
            Content::Bytes(bytes) => {
                let size = bytes.len() as u64;
                bytes.as_ref().take(LONGEST_SIGNATURE).read_to_end(&mut beginning)?;
                size
            }
        };
        if beginning.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is empty"));
        }
        Ok((size, beginning))
    }
}

impl fmt::Debug for ImageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ImageFile");
        match &self.source {
            Source::Path(path) => out.field("path", path),
            Source::Bytes(bytes) => out.field("bytes", &bytes.len()),
        };
        out.field("name", &self.name).finish()
    }
}

/// An image that is open.
pub(crate) enum Content {
    File(File),
    Bytes(Bytes),
}

/// What a multipart body says of its file.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
    pub(crate) size: u64,
}

/// Why an image cannot be sent.
pub(crate) struct Flaw {
    pub(crate) rule: Rule,
    pub(crate) predicate: &'static str,
    pub(crate) cause: Option<io::Error>,
}

fn is_part_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && !ContactUpload::FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name))
}

const LONGEST_SIGNATURE: u64 = 14;

/// The extension and the content type of an image that begins so.
fn kind(beginning: &[u8]) -> (&'static str, &'static str) {
    match beginning {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => ("png", "image/png"),
        [0xff, 0xd8, 0xff, ..] => ("jpg", "image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => ("gif", "image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', b'V', b'P', ..] => {
            ("webp", "image/webp")
        }
        _ => ("bin", "application/octet-stream"),
    }
}

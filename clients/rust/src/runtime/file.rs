use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Buf, Bytes};

/// A file to upload. It is opened anew for each attempt to send it, read as it is sent, and never held in
/// memory. Its local name is not sent.
#[derive(Clone)]
pub struct File {
    source: Source,
    pub(crate) name: String,
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    Opener(u64, Arc<Opener>),
}

type Opener = dyn Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync;

impl File {
    /// The regular file at a path.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        File { source: Source::Path(path.into()), name: String::new() }
    }

    /// Content that is in memory.
    pub fn from_bytes(content: impl Into<Bytes>) -> Self {
        File { source: Source::Bytes(content.into()), name: String::new() }
    }

    /// Content of a known length from a reader. `open` is called to find out the type, and for each attempt;
    /// each time the reader must begin at the beginning. `open` and the reader may block.
    pub fn from_reader<R: Read + Send + 'static>(
        length: u64,
        open: impl Fn() -> io::Result<R> + Send + Sync + 'static,
    ) -> Self {
        let open = move || open().map(|reader| Box::new(reader) as Box<dyn Read + Send>);
        File { source: Source::Opener(length, Arc::new(open)), name: String::new() }
    }

    /// The same file, sent under a name. It must match `^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`. Without one, the
    /// contract's name and the type of the content make the name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        File { name: name.into(), ..self }
    }

    /// Whether to open it cannot block.
    pub(crate) fn is_in_memory(&self) -> bool {
        matches!(self.source, Source::Bytes(_))
    }

    /// Opens the content at its beginning. It may block.
    pub(crate) fn open(&self) -> io::Result<Content> {
        match &self.source {
            Source::Path(path) => {
                let regular = |metadata: fs::Metadata| match metadata.is_file() {
                    true => Ok(metadata.len()),
                    false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
                };
                regular(path.metadata()?)?; // asked before: to open a FIFO may take forever
                let file = fs::File::open(path)?;
                Ok(Content { length: regular(file.metadata()?)?, reader: Box::new(file) })
            }
            Source::Bytes(bytes) => {
                Ok(Content { length: bytes.len() as u64, reader: Box::new(bytes.clone().reader()) })
            }
            Source::Opener(length, open) => Ok(Content { length: *length, reader: open()? }),
        }
    }

    /// Finds out the length and the type. It may block.
    pub(crate) fn look(&self) -> io::Result<Look> {
        let content = self.open()?;
        if content.length > LONGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too long"));
        }
        let mut beginning = Vec::new();
        content.reader.take(LONGEST_SIGNATURE).read_to_end(&mut beginning)?;
        if beginning.is_empty() || content.length == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is empty"));
        }
        let (extension, content_type) = sniff(&beginning);
        Ok(Look { length: content.length, extension, content_type })
    }
}

/// Two files are equal if they have the same name and come from the same path, the same bytes, or the same
/// opener.
impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && match (&self.source, &other.source) {
                (Source::Path(a), Source::Path(b)) => a == b,
                (Source::Bytes(a), Source::Bytes(b)) => a == b,
                (Source::Opener(a, f), Source::Opener(b, g)) => a == b && Arc::ptr_eq(f, g),
                _ => false,
            }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("File");
        match &self.source {
            Source::Path(path) => out.field("path", path),
            Source::Bytes(bytes) => out.field("length", &bytes.len()),
            Source::Opener(length, _) => out.field("length", length),
        };
        out.field("name", &self.name).finish()
    }
}

/// A file that is open.
pub(crate) struct Content {
    pub(crate) length: u64,
    pub(crate) reader: Box<dyn Read + Send>,
}

/// What a file is like.
pub(crate) struct Look {
    pub(crate) length: u64,
    pub(crate) extension: &'static str,
    pub(crate) content_type: &'static str,
}

const LONGEST_SIGNATURE: u64 = 14;
/// The sum of some of them has 64 bits.
const LONGEST: u64 = 1 << 56;

/// The extension and the content type of a file that begins so.
fn sniff(beginning: &[u8]) -> (&'static str, &'static str) {
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

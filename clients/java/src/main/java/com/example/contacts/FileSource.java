package com.example.contacts;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file to upload. It is opened anew for each attempt, and never held in memory. */
public final class FileSource {
  private static final int TELLS_THE_TYPE = 14; // bytes
  private static final long LARGEST = 1L << 53; // so that lengths can be added

  private final String name;
  private final Source source;

  private FileSource(String name, Source source) {
    this.name = name;
    this.source = source;
  }

  /**
   * The regular file at a path. What it grows by while it is sent is not sent.
   *
   * @param path where it is; it must be there when the input is checked and sent
   * @return the file
   */
  public static FileSource of(Path path) {
    CallOptions.require(path, "path");
    return new FileSource(
        "",
        () -> {
          if (!Files.isRegularFile(path)) {
            throw new IOException(path + " is not a regular file, or not there");
          }
          long size = Files.size(path);
          return new Content(Files.newInputStream(path), size);
        });
  }

  /**
   * Bytes that are at hand.
   *
   * @param bytes what the file holds; it must not change until the call has ended
   * @return the file
   */
  public static FileSource of(byte[] bytes) {
    CallOptions.require(bytes, "bytes");
    return new FileSource("", () -> new Content(new ByteArrayInputStream(bytes), bytes.length));
  }

  /**
   * What an opener returns.
   *
   * @param opener called more than once; each time it returns the same bytes from the beginning
   * @param size how many bytes these are
   * @return the file
   */
  public static FileSource of(Opener opener, long size) {
    CallOptions.require(opener, "opener");
    if (size < 0 || size > LARGEST) {
      throw new UsageException("size", "must be from 0 to 2^53");
    }
    return new FileSource("", () -> new Content(opener.open(), size));
  }

  /**
   * The same file, sent under this name.
   *
   * @param value 1 to 100 of {@code A-Z a-z 0-9 . _ -}, the first a letter or a digit
   * @return the named file
   */
  public FileSource named(String value) {
    CallOptions.require(value, "name");
    return new FileSource(value, source);
  }

  /** Opens the content of a file. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens the content.
     *
     * @return all of it, from the beginning; who called closes it
     * @throws IOException if it cannot be opened
     */
    InputStream open() throws IOException;
  }

  @FunctionalInterface
  private interface Source {
    Content open() throws IOException;
  }

  private record Content(InputStream stream, long size) {}

  /** What a multipart body says of a file. */
  record Facts(String extension, String contentType, long size) {}

  /** The name that the caller gave; empty if there is none. */
  String name() {
    return name;
  }

  /** The first {@code size} bytes; it fails if there are fewer, before who reads takes them for all. */
  InputStream open(long size) throws IOException {
    return new ExactStream(opened().stream(), size);
  }

  private Content opened() throws IOException {
    try {
      Content content = source.open();
      if (content.stream() == null) {
        throw new IOException("the file's opener returned null");
      }
      return content;
    } catch (RuntimeException e) { // the caller's opener
      throw new IOException("the file cannot be opened", e);
    }
  }

  /** Tells from the first bytes what the file is; it fails if it is empty or cannot be read. */
  Facts inspect() throws IOException {
    Content content = opened();
    byte[] beginning;
    try (InputStream stream = content.stream()) {
      beginning = content.size() == 0 ? new byte[0] : stream.readNBytes(TELLS_THE_TYPE);
    } catch (RuntimeException e) { // the caller's stream
      throw new IOException("the file cannot be read", e);
    }
    if (beginning.length == 0) {
      throw new IOException("the file is empty");
    }
    String bytes = new String(beginning, StandardCharsets.ISO_8859_1);
    if (bytes.startsWith("\u0089PNG\r\n\u001a\n")) {
      return new Facts("png", "image/png", content.size());
    } else if (bytes.startsWith("\u00ff\u00d8\u00ff")) {
      return new Facts("jpg", "image/jpeg", content.size());
    } else if (bytes.startsWith("GIF87a") || bytes.startsWith("GIF89a")) {
      return new Facts("gif", "image/gif", content.size());
    } else if (bytes.startsWith("RIFF") && bytes.startsWith("WEBPVP", 8)) {
      return new Facts("webp", "image/webp", content.size());
    }
    return new Facts("bin", "application/octet-stream", content.size());
  }

  @Override
  public String toString() {
    return "FileSource" + (name.isEmpty() ? "" : "[" + name + "]");
  }
}

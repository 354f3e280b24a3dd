package com.example.contacts;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A file to upload. It is opened anew for each attempt, and never held in memory. */
public final class FileSource {
  private static final int TELLS_THE_TYPE = 14; // bytes
  private static final long LARGEST = 1L << 53; // so that lengths can be added

  private final String name;
  private final Opener opener;
  private final Size size;

  private FileSource(String name, Opener opener, Size size) {
    this.name = name;
    this.opener = opener;
    this.size = size;
  }

  /**
   * The regular file at a path. What it grows by while it is sent is not sent.
   *
   * @param path where it is; it must be there when the input is checked and sent
   * @return the file
   */
  public static FileSource of(Path path) {
    CallOptions.require(path, "path");
    return new FileSource("", () -> Files.newInputStream(regular(path)), () -> Files.size(regular(path)));
  }

  /** To open another file, such as a pipe, may wait for ever. */
  private static Path regular(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException(path + " is not a regular file, or not there");
    }
    return path;
  }

  /**
   * Bytes that are at hand.
   *
   * @param bytes what the file holds; it must not change until the call has ended
   * @return the file
   */
  public static FileSource of(byte[] bytes) {
    CallOptions.require(bytes, "bytes");
    return new FileSource("", () -> new ByteArrayInputStream(bytes), () -> bytes.length);
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
    return new FileSource("", opener, () -> size);
  }

  /**
   * The same file, sent under this name.
   *
   * @param value 1 to 100 of {@code A-Z a-z 0-9 . _ -}, the first a letter or a digit
   * @return the named file
   */
  public FileSource named(String value) {
    CallOptions.require(value, "name");
    return new FileSource(value, opener, size);
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
  private interface Size {
    long get() throws IOException;
  }

  /** What a multipart body says of a file. */
  record Facts(String extension, String contentType, long size) {}

  /** The name that the caller gave; empty if there is none. */
  String name() {
    return name;
  }

  /** The first bytes, as many as were announced; it fails if there are fewer, before who reads takes them for all. */
  InputStream open(long announced) throws IOException {
    try {
      return new ExactStream(Objects.requireNonNull(opener.open(), "the file's opener returned null"), announced);
    } catch (RuntimeException e) { // the caller's opener
      throw new IOException("the file cannot be opened", e);
    }
  }

  /** Tells from the first bytes what the file is; it fails if it is empty or cannot be read. */
  Facts inspect() throws IOException {
    long bytesInAll = size.get();
    if (bytesInAll == 0) {
      throw new IOException("the file is empty");
    }
    byte[] beginning;
    try (InputStream stream = open(Math.min(bytesInAll, TELLS_THE_TYPE))) {
      beginning = stream.readAllBytes();
    }
    String bytes = new String(beginning, StandardCharsets.ISO_8859_1);
    if (bytes.startsWith("\u0089PNG\r\n\u001a\n")) {
      return new Facts("png", "image/png", bytesInAll);
    } else if (bytes.startsWith("\u00ff\u00d8\u00ff")) {
      return new Facts("jpg", "image/jpeg", bytesInAll);
    } else if (bytes.startsWith("GIF87a") || bytes.startsWith("GIF89a")) {
      return new Facts("gif", "image/gif", bytesInAll);
    } else if (bytes.startsWith("RIFF") && bytes.startsWith("WEBPVP", 8)) {
      return new Facts("webp", "image/webp", bytesInAll);
    }
    return new Facts("bin", "application/octet-stream", bytesInAll);
  }

  @Override
  public String toString() {
    return "FileSource" + (name.isEmpty() ? "" : "[" + name + "]");
  }
}

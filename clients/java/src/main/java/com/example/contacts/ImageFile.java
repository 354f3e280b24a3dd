package com.example.contacts;

import com.example.contacts.generated.Rules.ContactUpload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * An image file to upload with a contact. It is opened anew for each attempt to send it and is never held in
 * memory.
 */
public final class ImageFile {
  private static final Pattern PART_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final int TELLS_THE_TYPE = 14; // bytes

  private final String givenName;
  private final Source source;

  private ImageFile(String givenName, Source source) {
    this.givenName = givenName;
    this.source = Objects.requireNonNull(source);
  }

  /**
   * The regular file at a path.
   *
   * @param path where it is; it must be there when the contact is checked and sent
   * @return the image
   */
  public static ImageFile of(Path path) {
    Objects.requireNonNull(path);
    return new ImageFile(
        "",
        () -> {
          if (!Files.isRegularFile(path)) {
            throw new IOException(path + " is not a regular file, or not there");
          }
          return new Content(Files.newInputStream(path), Files.size(path));
        });
  }

  /**
   * What an opener returns, for images that are not files.
   *
   * @param opener called more than once; each time it returns the same bytes from the beginning
   * @param size how many bytes these are
   * @return the image
   */
  public static ImageFile of(Opener opener, long size) {
    Objects.requireNonNull(opener);
    return new ImageFile("", () -> new Content(opener.open(), size));
  }

  /**
   * The same image, sent as a part of this name in place of {@code profile-image.} and the type of the
   * content (FACTS D3).
   *
   * @param name 1 to 100 of {@code A-Z a-z 0-9 . _ -}, the first a letter or a digit; not the name of a
   *     parameter in any case
   * @return the named image
   */
  public ImageFile named(String name) {
    return new ImageFile(Objects.requireNonNull(name), source);
  }

  /** Opens the content of an image. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens the content.
     *
     * @return all of it, from the beginning; whoever called closes it
     * @throws IOException if it cannot be opened
     */
    InputStream open() throws IOException;
  }

  /** What a multipart body says of its file. */
  record Part(String name, String contentType, long size) {}

  /** An open image and its size in bytes. */
  record Content(InputStream stream, long size) {}

  @FunctionalInterface
  private interface Source {
    Content open() throws IOException;
  }

  InputStream open() throws IOException {
    return source.open().stream();
  }

  /** The name that the part has whatever the content is. */
  String givenName() {
    return givenName.isEmpty() ? "profile-image.bin" : givenName;
  }

  boolean hasForbiddenName() {
    return !givenName.isEmpty()
        && (!PART_NAME.matcher(givenName).matches()
            || ContactUpload.NAMES.stream().anyMatch(givenName::equalsIgnoreCase));
  }

  /** Chooses the part's name and type from the first bytes of the content. */
  Part inspect() throws IOException {
    Content content = source.open();
    byte[] beginning;
    try (InputStream stream = content.stream()) {
      beginning = stream.readNBytes(TELLS_THE_TYPE);
    }
    if (beginning.length == 0 || content.size() <= 0) {
      throw new IOException("the image file is empty");
    }
    String bytes = new String(beginning, StandardCharsets.ISO_8859_1);
    String extension = "bin";
    String type = "application/octet-stream";
    if (bytes.startsWith("\u0089PNG\r\n\u001a\n")) {
      extension = "png";
      type = "image/png";
    } else if (bytes.startsWith("\u00ff\u00d8\u00ff")) {
      extension = "jpg";
      type = "image/jpeg";
    } else if (bytes.startsWith("GIF87a") || bytes.startsWith("GIF89a")) {
      extension = "gif";
      type = "image/gif";
    } else if (bytes.startsWith("RIFF") && bytes.startsWith("WEBPVP", 8)) {
      extension = "webp";
      type = "image/webp";
    }
    return new Part(givenName.isEmpty() ? "profile-image." + extension : givenName, type, content.size());
  }
}

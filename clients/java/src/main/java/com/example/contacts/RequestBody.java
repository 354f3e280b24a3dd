package com.example.contacts;

import com.example.contacts.generated.Rules.ContactForm;
import com.example.contacts.generated.Rules.ContactUpload;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * The body of a request: {@code head}, the content of {@code image} and {@code tail}. A form has a head alone.
 *
 * @param length how many bytes these are in all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RequestBody(String contentType, byte[] head, ImageFile image, byte[] tail, long length) {
  private static final String HEX = "0123456789ABCDEF";
  private static final String BOUNDARY_CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** No body. */
  static final RequestBody NONE = new RequestBody(null, new byte[0], null, null, 0);

  static RequestBody form(ContactForm form) {
    StringBuilder body = new StringBuilder(512);
    form.forEach(
        (name, value) -> {
          // The contract's names need no escaping.
          body.append(body.isEmpty() ? "" : "&").append(name).append('=');
          appendEscaped(body, value);
        });
    byte[] head = body.toString().getBytes(StandardCharsets.US_ASCII);
    return new RequestBody("application/x-www-form-urlencoded", head, null, null, head.length);
  }

  private static void appendEscaped(StringBuilder body, String value) {
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isUnreserved(c)) {
        body.append(c);
      } else if (c == ' ') {
        body.append('+');
      } else {
        body.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
  }

  /** Tells whether a character stands for itself (RFC 3986). */
  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_.~".indexOf(c) >= 0;
  }

  /**
   * Writes the fields, and then the file, as RFC 7578 says. Nothing needs escaping: the names of the fields
   * are the contract's, and that of the part has been checked.
   */
  static RequestBody multipart(ContactUpload upload, ImageFile.Part part, ImageFile image) {
    StringBuilder boundary = new StringBuilder(40);
    for (int i = 0; i < 40; i++) {
      boundary.append(BOUNDARY_CHARACTERS.charAt(RANDOM.nextInt(BOUNDARY_CHARACTERS.length())));
    }
    String begin = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"";
    StringBuilder text = new StringBuilder(2048);
    upload.forEach((name, value) -> text.append(begin).append(name).append("\"\r\n\r\n").append(value).append("\r\n"));
    text.append(begin).append(part.name()).append("\"; filename=\"").append(part.name());
    text.append("\"\r\nContent-Type: ").append(part.contentType()).append("\r\n\r\n");
    byte[] head = text.toString().getBytes(StandardCharsets.UTF_8);
    byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
    return new RequestBody(
        "multipart/form-data; boundary=" + boundary, head, image, tail, head.length + part.size() + tail.length);
  }

  /** Opens the image, or nothing. */
  InputStream open() throws IOException {
    return image == null ? InputStream.nullInputStream() : image.open();
  }

  /** Reads the body, with what {@link #open} returned as the content of the image. */
  BodyPublisher publisher(InputStream content) {
    if (image == null) {
      return BodyPublishers.ofByteArray(head);
    }
    return BodyPublishers.concat(
        BodyPublishers.ofByteArray(head), BodyPublishers.ofInputStream(() -> content), BodyPublishers.ofByteArray(tail));
  }
}

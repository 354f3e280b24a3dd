package com.example.contacts;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;

/** Content that comes from the server. It must be closed. */
public final class ByteStream extends InputStream {
  private final InputStream content;
  private final String contentType;
  private final OptionalLong length;
  private final Function<Throwable, InDoubtException> cut;
  private long received;

  ByteStream(InputStream content, String contentType, OptionalLong length, Function<Throwable, InDoubtException> cut) {
    this.content = content;
    this.contentType = contentType;
    this.length = length;
    this.cut = cut;
  }

  /**
   * Content that stands for a server's, in tests of a program.
   *
   * @param content its bytes
   * @param contentType its type
   */
  public ByteStream(byte[] content, String contentType) {
    this(new java.io.ByteArrayInputStream(content), contentType, OptionalLong.of(content.length), null);
  }

  /**
   * The type of the content.
   *
   * @return empty if the server does not say it
   */
  public String contentType() {
    return contentType;
  }

  /**
   * How many bytes the content has.
   *
   * @return empty if the server does not say it
   */
  public OptionalLong length() {
    return length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * Reads some of the content.
   *
   * @throws InDoubtException if it does not come whole, or not in time
   */
  @Override
  public int read(byte[] buffer, int offset, int size) {
    Objects.checkFromIndexSize(offset, size, buffer.length);
    try {
      int n = content.read(buffer, offset, size);
      received += Math.max(n, 0);
      if (n < 0 && length.isPresent() && received < length.getAsLong()) {
        throw new IOException("the content ended too early");
      }
      return n;
    } catch (IOException | RuntimeException e) {
      throw cut.apply(e);
    }
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}

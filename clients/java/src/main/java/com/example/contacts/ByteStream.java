package com.example.contacts;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import java.util.function.Function;

/** Content that comes from the server. It must be closed. */
public final class ByteStream extends InputStream {
  private final InputStream stream;
  private final String contentType;
  private final OptionalLong length;
  private final Function<Throwable, InDoubtException> cut;
  private long received;

  ByteStream(InputStream stream, String contentType, OptionalLong length, Function<Throwable, InDoubtException> cut) {
    this.stream = stream;
    this.contentType = contentType;
    this.length = length;
    this.cut = cut;
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
   * @throws InDoubtException if it does not come whole
   */
  @Override
  public int read(byte[] buffer, int offset, int size) {
    try {
      int n = stream.read(buffer, offset, size);
      if (n > 0) {
        received += n;
      }
      if (n < 0 && length.isPresent() && received < length.getAsLong()) {
        throw new IOException("the content ended too early");
      }
      return n;
    } catch (IOException e) {
      throw cut.apply(e);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}

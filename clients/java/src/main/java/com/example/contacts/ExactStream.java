package com.example.contacts;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream, as many as were announced; that it has fewer is an error, not an end. */
final class ExactStream extends InputStream {
  private final InputStream stream;
  private long left;

  ExactStream(InputStream stream, long size) {
    this.stream = stream;
    left = size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int n;
    try {
      n = stream.read(buffer, offset, (int) Math.min(length, left));
    } catch (RuntimeException e) { // the caller's stream
      throw new IOException("the file cannot be read", e);
    }
    if (n < 0) {
      throw new EOFException("the file became shorter while it was sent");
    }
    left -= n;
    return n;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}

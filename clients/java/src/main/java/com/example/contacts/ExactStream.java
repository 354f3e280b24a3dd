package com.example.contacts;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a caller's stream, as many as were announced; that it has fewer is an error, not an end. */
final class ExactStream extends FilterInputStream {
  private long left;

  ExactStream(InputStream stream, long size) {
    super(stream);
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
    int most = (int) Math.min(length, left);
    int n;
    try {
      n = in.read(buffer, offset, most);
    } catch (Throwable e) { // the caller's
      throw new IOException("the file cannot be read", e);
    }
    if (n < 0) {
      throw new EOFException("the file became shorter while it was sent");
    }
    if (n > most || (n == 0 && length > 0)) {
      throw new IOException("the file's stream does not keep to the rules of InputStream.read");
    }
    left -= n;
    return n;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (Throwable e) { // the caller's
      return; // it was only read
    }
  }
}

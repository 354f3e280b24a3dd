package com.example.contacts;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A body that knows whether a byte of its request may have been written, and lets it be written once. The
 * header of an HTTP/1.1 request names the body's length and comes first: as long as nobody has asked for the
 * length, nothing was written; and whoever asks again, as {@link java.net.http.HttpClient} does to repeat a GET
 * by itself, is refused.
 */
final class Witness implements BodyPublisher {
  private enum State {
    SILENT,
    ASKED,
    SEALED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.SILENT);
  private final BodyPublisher body;
  private final long length;

  Witness(BodyPublisher body, long length) {
    this.body = body;
    this.length = length;
  }

  @Override
  public long contentLength() {
    if (!state.compareAndSet(State.SILENT, State.ASKED)) {
      throw new IllegalStateException("the request was given up, or was written once already");
    }
    return length;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    body.subscribe(subscriber);
  }

  /** Tells whether nothing was written, and if so makes sure that nothing will be. */
  boolean nothingWritten() {
    return state.compareAndSet(State.SILENT, State.SEALED) || state.get() == State.SEALED;
  }
}

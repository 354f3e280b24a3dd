package com.example.contacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/** The body of a response as a stream. An interrupt ends it; the stream of JDK 17 takes the interrupt and reads on. */
final class ContentBody extends InputStream implements BodySubscriber<Object> {
  private final LinkedBlockingQueue<Optional<List<ByteBuffer>>> received = new LinkedBlockingQueue<>(); // empty: the end
  private Iterator<ByteBuffer> buffers = Collections.emptyIterator();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
  private final AtomicReference<IOException> failure = new AtomicReference<>();

  @Override
  public CompletionStage<Object> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(1);
    subscribed.complete(subscription);
  }

  @Override
  public void onNext(List<ByteBuffer> given) {
    received.add(Optional.of(given));
  }

  @Override
  public void onError(Throwable cause) {
    fail(cause instanceof IOException io ? io : new IOException(cause));
  }

  @Override
  public void onComplete() {
    received.add(Optional.empty());
  }

  private void fail(IOException why) {
    failure.compareAndSet(null, why);
    received.add(Optional.empty());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int size) throws IOException {
    while (size > 0 && !buffer.hasRemaining()) {
      if (buffers.hasNext()) {
        buffer = buffers.next();
      } else if (!receive()) {
        return -1;
      }
    }
    int n = Math.min(size, buffer.remaining());
    buffer.get(bytes, offset, n);
    return n;
  }

  /** Waits for more; false at the end. */
  private boolean receive() throws IOException {
    Optional<List<ByteBuffer>> more;
    try {
      more = received.take();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the thread was interrupted");
    }
    if (more.isPresent()) {
      buffers = more.get().iterator();
      subscribed.join().request(1);
      return true;
    }
    received.add(more); // for whoever reads on
    IOException why = failure.get();
    if (why != null) {
      throw why;
    }
    return false;
  }

  /** Gives up what was not read. */
  @Override
  public void close() {
    fail(new IOException("the content was closed, or did not come in time"));
    CompletableFuture<Void> unused = subscribed.thenAccept(Flow.Subscription::cancel);
  }
}

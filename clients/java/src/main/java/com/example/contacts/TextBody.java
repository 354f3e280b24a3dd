package com.example.contacts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * The body of a response, of at most 1 MiB. It is handed over at once, as null in place of a stream, so that the status
 * and header are known whatever becomes of it.
 */
final class TextBody implements BodySubscriber<InputStream> {
  private static final int MAX_BYTES = 1 << 20;

  /** All of the body, once it has come. */
  final CompletableFuture<byte[]> whole = new CompletableFuture<>();

  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private volatile Flow.Subscription subscription;

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (received.size() + buffer.remaining() > MAX_BYTES) {
        subscription.cancel();
        whole.completeExceptionally(new IOException("the response is longer than 1 MiB"));
        return;
      }
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      received.write(bytes, 0, bytes.length);
    }
  }

  /** Reads no more of it. */
  void cancel() {
    if (!whole.isDone()) {
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable cause) {
    whole.completeExceptionally(cause);
  }

  @Override
  public void onComplete() {
    whole.complete(received.toByteArray());
  }
}

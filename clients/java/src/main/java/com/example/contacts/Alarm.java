package com.example.contacts;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Interrupts the thread that sets it when its time is over, unless it is switched off before. */
final class Alarm {
  private final Thread thread = Thread.currentThread();
  private final CompletableFuture<Void> timer;
  private boolean isOff;
  private boolean rang;

  Alarm(long nanos) {
    timer = new CompletableFuture<Void>().orTimeout(nanos, TimeUnit.NANOSECONDS);
    CompletableFuture<Void> unused = timer.whenComplete((nothing, timeout) -> ring());
  }

  private synchronized void ring() {
    if (!isOff) {
      rang = true;
      thread.interrupt();
    }
  }

  synchronized boolean rang() {
    return rang;
  }

  /** Switches it off. The interrupt of one that rang is taken back. */
  synchronized void off() {
    isOff = true;
    timer.complete(null);
    if (rang) {
      Thread.interrupted();
    }
  }
}

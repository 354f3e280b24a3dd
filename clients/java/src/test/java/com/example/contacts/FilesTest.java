package com.example.contacts;

import static com.example.contacts.FixedServer.CREATED;
import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was announced is what is sent, whatever a file or a caller's stream does meanwhile. */
final class FilesTest {
  private static final int SIZE = 1 << 20;

  /** Opens the second stream when it is sent; the first one is the look at its beginning. */
  private static CreateContactInput withFile(FileSource.Opener second) {
    AtomicInteger opened = new AtomicInteger();
    return WILE.toBuilder()
        .profileImageFile(FileSource.of(() -> opened.incrementAndGet() == 1 ? new ByteArrayInputStream(new byte[SIZE]) : second.open(), SIZE))
        .build();
  }

  /** A stream that does something at its read of a number, from 1. */
  private static InputStream stream(int at, FileSource.Opener what, Runnable onClose) {
    return new InputStream() {
      private int reads;

      @Override
      public int read() {
        return 'x';
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (++reads == at) {
          return what.open().read(buffer, offset, length);
        }
        Arrays.fill(buffer, offset, offset + length, (byte) 'x');
        return length;
      }

      @Override
      public void close() {
        onClose.run();
      }
    };
  }

  private static InputStream returning(int n) {
    return new InputStream() {
      @Override
      public int read() {
        return 'x';
      }

      @Override
      public int read(byte[] buffer, int offset, int length) {
        return n;
      }
    };
  }

  private static <T extends Throwable> InputStream fail(Throwable failure) throws T {
    @SuppressWarnings("unchecked") // whatever it is
    T any = (T) failure;
    throw any;
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatFailsIsInDoubtAndItsRequestNeverWhole(Way way) throws IOException {
    List<Throwable> failures =
        List.of(
            new IllegalArgumentException("a"), new IllegalStateException("b"), new NullPointerException(), new AssertionError("c"),
            new StackOverflowError(), new IOException("d"), new NotSentException("e", new IOException("f")));
    for (Throwable failure : failures) {
      for (int read : new int[] {1, 2, 60}) {
        isInDoubtAndCut(way, withFile(() -> stream(read, () -> FilesTest.<RuntimeException>fail(failure), () -> {})));
      }
      isInDoubtAndCut(way, withFile(() -> FilesTest.<RuntimeException>fail(failure)));
    }
    isInDoubtAndCut(way, withFile(() -> null));
    for (int n : new int[] {0, -1, SIZE}) { // nothing, the end, more than asked for
      isInDoubtAndCut(way, withFile(() -> stream(2, () -> returning(n), () -> {})));
    }
  }

  private static void isInDoubtAndCut(Way way, CreateContactInput input) throws IOException {
    try (FixedServer server = new FixedServer(n -> ok(CREATED))) {
      InDoubtException e = assertThrows(InDoubtException.class, () -> way.create(server.url(), input));
      assertFalse(e.getMessage().contains("in time"), e.getMessage());
      assertTrue(server.requests.isEmpty());
      assertFalse(server.cut.stream().anyMatch(request -> request.endsWith("--\r\n")), "the closing boundary was sent");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatCannotBeClosedIsSent(Way way) throws IOException {
    try (FixedServer server = new FixedServer(n -> ok(CREATED))) {
      Runnable broken = () -> FilesTest.<RuntimeException>fail(new IllegalStateException("close"));
      assertEquals(Optional.of("2750"), way.create(server.url(), withFile(() -> stream(-1, null, broken))).contactId());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatShrinksIsCutBeforeItsBoundaryAndOneThatGrowsHasItsFirstBytes(Way way, @TempDir Path folder) throws IOException {
    byte[] image = new byte[SIZE];
    Arrays.fill(image, (byte) 'a');
    for (int change : new int[] {-SIZE, -1000, -1, 1, 1000}) {
      Path path = folder.resolve(way + "image" + change);
      Files.write(path, image);
      CreateContactInput input =
          withFile(
              () -> {
                byte[] changed = Arrays.copyOf(image, SIZE + change);
                Arrays.fill(changed, Math.min(SIZE, changed.length), changed.length, (byte) 'b');
                Files.write(path, changed);
                return Files.newInputStream(path);
              });
      if (change < 0) {
        isInDoubtAndCut(way, input);
        continue;
      }
      try (FixedServer server = new FixedServer(n -> ok(CREATED))) {
        way.create(server.url(), input);
        String request = server.requests.get(0);
        assertTrue(request.contains("a".repeat(SIZE) + "\r\n--"));
        assertFalse(request.contains("aaaaab"));
      }
    }
  }

  @Test
  void filesThatCannotBeSentAreViolationsWithoutWaiting(@TempDir Path folder) throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    List<FileSource> bad =
        List.of(
            FileSource.of(pipe), FileSource.of(Files.createFile(folder.resolve("empty"))), FileSource.of(folder.resolve("missing")),
            FileSource.of(folder), FileSource.of(Path.of("/dev/zero")), FileSource.of(Path.of("/proc/self/status")), // its size is 0
            FileSource.of(new byte[0]), FileSource.of(() -> new ByteArrayInputStream(new byte[1]), 0), FileSource.of(() -> null, 5),
            FileSource.of(() -> FilesTest.<RuntimeException>fail(new IllegalStateException()), 5),
            FileSource.of(() -> stream(1, () -> FilesTest.<RuntimeException>fail(new IllegalStateException()), () -> {}), 5));
    for (FileSource file : bad) {
      List<Violation> violations = WILE.toBuilder().profileImageFile(file).build().validate();
      assertEquals(List.of(RuleKind.NEEDS_FILE), violations.stream().map(Violation::rule).toList(), bad.indexOf(file) + "");
    }
  }
}

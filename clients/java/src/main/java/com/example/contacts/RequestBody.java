package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Kind;
import com.example.contacts.Operation.Place;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The body of a request: text, and files between text.
 *
 * @param contentType null: there is no body
 */
record RequestBody(String contentType, List<Part> parts) {
  private static final String BOUNDARY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Text, or a file, of which the other is null. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Part(byte[] text, FileSource file, long size) {
    static Part of(CharSequence text) {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      return new Part(bytes, null, bytes.length);
    }
  }

  private static final RequestBody NONE = new RequestBody(null, List.of());

  /** Writes the body of a request. */
  static RequestBody of(Operation operation, Map<String, List<Object>> values, Map<String, List<FileSource.Facts>> files) {
    Operation.Body body = operation.body();
    boolean isGiven = operation.fields().stream().anyMatch(f -> f.in() == Place.BODY && values.containsKey(f.name()));
    if (body == null || (!isGiven && !body.required())) {
      return NONE;
    }
    if (!files.isEmpty() || !body.form()) {
      return multipart(operation, values, files);
    }
    StringBuilder text = new StringBuilder(512);
    Target.forEach(operation, Place.BODY, values, (name, value) -> {
      text.append(text.isEmpty() ? "" : "&");
      Target.escape(text, name, "+");
      Target.escape(text.append('='), value, "+");
    });
    return new RequestBody("application/x-www-form-urlencoded", List.of(Part.of(text)));
  }

  /** In bytes. */
  long length() {
    return parts.stream().mapToLong(Part::size).sum();
  }

  /** Writes multipart/form-data (RFC 7578): first the texts, then the files. */
  private static RequestBody multipart(
      Operation operation, Map<String, List<Object>> values, Map<String, List<FileSource.Facts>> files) {
    StringBuilder boundary = new StringBuilder(40);
    for (int i = 0; i < 40; i++) {
      boundary.append(BOUNDARY_CHARACTERS.charAt(RANDOM.nextInt(BOUNDARY_CHARACTERS.length())));
    }
    String begin = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"";
    StringBuilder text = new StringBuilder(2048);
    StringBuilder between = new StringBuilder();
    List<Part> ofFiles = new ArrayList<>();
    for (Field field : operation.fields()) {
      if (field.in() != Place.BODY) {
        continue;
      }
      if (field.kind() != Kind.FILE) {
        Target.forEach(field, values, (name, value) ->
            text.append(begin).append(escapeName(name)).append("\"\r\n\r\n").append(value).append("\r\n"));
        continue;
      }
      List<FileSource.Facts> facts = files.getOrDefault(field.name(), List.of());
      for (int i = 0; i < facts.size(); i++) {
        FileSource file = (FileSource) values.get(field.name()).get(i);
        String number = field.isList() ? "-" + (i + 1) : "";
        String filename = file.name().isEmpty() ? field.baseName() + number + "." + facts.get(i).extension() : file.name();
        if (field.namedPart()) {
          text.append(begin).append(escapeName(field.name())).append("\"\r\n\r\n").append(filename).append("\r\n");
        }
        between.append(begin).append(field.namedPart() ? filename : escapeName(field.name()));
        between.append("\"; filename=\"").append(filename).append("\"\r\nContent-Type: ").append(facts.get(i).contentType());
        ofFiles.add(Part.of(between.append("\r\n\r\n")));
        ofFiles.add(new Part(null, file, facts.get(i).size()));
        between.setLength(0);
        between.append("\r\n");
      }
    }
    List<Part> parts = new ArrayList<>();
    parts.add(Part.of(text));
    parts.addAll(ofFiles);
    parts.add(Part.of(between.append("--").append(boundary).append("--\r\n")));
    return new RequestBody("multipart/form-data; boundary=" + boundary, List.copyOf(parts));
  }

  private static String escapeName(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  /** Reads the body once. The streams of files are added to {@code opened}, for who sends to close them. */
  BodyPublisher publisher(List<? super InputStream> opened) {
    if (parts.size() <= 1) {
      return BodyPublishers.ofByteArray(parts.isEmpty() ? new byte[0] : parts.get(0).text());
    }
    return BodyPublishers.concat(
        parts.stream()
            .map(part -> part.file() == null ? BodyPublishers.ofByteArray(part.text()) : ofFile(part, opened))
            .toArray(BodyPublisher[]::new));
  }

  private static BodyPublisher ofFile(Part part, List<? super InputStream> opened) {
    return BodyPublishers.ofInputStream(
        () -> {
          try {
            InputStream stream = part.file().open(part.size());
            opened.add(stream);
            return stream;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}

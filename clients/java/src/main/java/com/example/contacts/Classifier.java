package com.example.contacts;

import com.example.contacts.Operation.ResponseMember;
import com.example.contacts.Transport.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Tells from a response what became of a request: its result, or what it throws. */
final class Classifier {
  private enum Meaning {
    DONE,
    QUEUED,
    REFUSED,
    UNKNOWN
  }

  private final ApiInfo api;
  private final Credentials credentials;
  private final ResponseReader reader;
  private final Json json = new Json();

  Classifier(ApiInfo api, Credentials credentials) {
    this.api = api;
    this.credentials = credentials;
    reader = new ResponseReader(credentials::redact);
  }

  /** The result of an operation, null if it has none; {@code wasInDoubt} is for an earlier attempt of the same call. */
  Object result(Operation operation, Response response, boolean wasInDoubt) {
    ResponseInfo info = response.info();
    int status = info.status();
    boolean isSuccess = status >= 200 && status < 300;
    if (isSuccess && response.stream() != null) {
      return new ByteStream(
          response.stream(),
          info.header("Content-Type").orElse(""),
          info.header("Content-Length").map(length -> OptionalLong.of(Long.parseLong(length.strip()))).orElse(OptionalLong.empty()),
          cause -> new InDoubtException(operation.id(), info, ServerWords.NONE, credentials.clean(cause)));
    }
    Map<String, Object> object = info.body().flatMap(json::parseObject).orElse(null);
    ServerWords words = reader.words(api, object);
    boolean isGone = operation.method().equals("DELETE") && status == 404 && wasInDoubt;
    if (isSuccess || isGone) {
      Values result = operation.shape() == null || object == null ? null : reader.read(operation.shape(), object).orElse(null);
      switch (isGone ? Meaning.DONE : meaning(operation, info, object, result)) {
        case DONE -> {
          return result;
        }
        case QUEUED -> throw new QueuedException(operation.id(), info, result);
        case REFUSED -> throw new RefusedException(operation.id(), info, words, null);
        case UNKNOWN -> throw new InDoubtException(operation.id(), info, words, null);
      }
    }
    // 402 does not say that nothing was done, and 408 may come from a gateway that has passed the request on.
    if (status >= 400 && status < 500 && status != 402 && status != 408) {
      throw new RefusedException(operation.id(), info, words, status == 429 ? RetryAfter.of(info, Instant.now()) : null);
    }
    throw new InDoubtException(operation.id(), info, words, null);
  }

  /** What a response with a status of 2xx says. */
  private static Meaning meaning(Operation operation, ResponseInfo info, Map<String, Object> object, Values result) {
    if (operation.shape() == null) {
      return info.body().isPresent() ? Meaning.DONE : Meaning.UNKNOWN;
    }
    if (result == null) {
      return Meaning.UNKNOWN;
    }
    List<ResponseMember> shape = operation.shape().members().get();
    Operation.Member outcome = operation.outcome();
    if (outcome == null) {
      boolean isWhole = shape.stream().filter(ResponseMember::required).allMatch(m -> derives(shape, result, m.name()));
      return isWhole ? Meaning.DONE : Meaning.UNKNOWN;
    }
    if (!(object.get(outcome.name()) instanceof String value)) {
      return Meaning.UNKNOWN;
    }
    if (outcome.done().contains(value)) {
      boolean isWhole =
          outcome.requires().getOrDefault(value, List.of()).stream()
              .allMatch(name -> !result.values.getOrDefault(name, "").equals("") && derives(shape, result, name));
      return isWhole ? Meaning.DONE : Meaning.UNKNOWN;
    }
    if (outcome.queued().contains(value)) {
      return Meaning.QUEUED;
    }
    return outcome.refused().contains(value) ? Meaning.REFUSED : Meaning.UNKNOWN;
  }

  /** Tells whether the members that are read from another one are there. */
  private static boolean derives(List<ResponseMember> shape, Values result, String name) {
    return shape.stream().filter(m -> name.equals(m.lastSegmentOf())).allMatch(m -> result.values.containsKey(m.name()));
  }
}

package com.example.contacts;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * One operation of the contract: the table that the runtime reads.
 *
 * @param path a template: /things/{ThingId}
 * @param account the name of the account in the path; empty if it is not there
 * @param shape of the response; null if it has none
 * @param outcome null: each success is done
 * @param pages null: the response is not one of several pages
 * @param notEmpty null: no parameter of the body need be there
 */
record Operation(
    String id, String method, String path, String account, List<Field> fields, Body body, List<Rule> disjoint, Rule notEmpty,
    String accept, Shape shape, boolean bytes, Member outcome, Retry retry, Outcome done, Pages pages) {
  enum Retry { NEVER, IDEMPOTENT, SAFE }

  enum Place { PATH, QUERY, HEADER, BODY }

  enum Kind { STRING, INTEGER, NUMBER, BOOLEAN, FILE }

  enum Check { UNICODE, SEGMENT, HEADER }

  /** How the fields of a body are encoded. */
  record Body(boolean required, boolean form, boolean multipart) {}

  /**
   * One parameter of a request.
   *
   * @param delimiter of a list: what stands between its items; empty if each is a value of its own; null: no list
   * @param baseName of a file: its name without an extension, if the caller gives none
   * @param namedPart the field is a text whose value is the name of the file's part
   * @param wrongType the sentence for a value of another type
   */
  record Field(
      String name, Place in, Kind kind, String delimiter, String baseName, boolean namedPart, String wrongType,
      List<Rule> presence, List<Rule> value, List<Rule> item) {
    boolean isList() {
      return delimiter != null;
    }

    boolean isJoined() {
      return delimiter != null && !delimiter.isEmpty();
    }
  }

  /**
   * One thing that must hold. What a kind does not need is null or empty.
   *
   * @param with the names of other fields
   * @param limit of a length, a number of items, or a number
   * @param open a number must not be the limit itself
   * @param values that the field may have, or with which another one needs it
   */
  record Rule(
      String field, RuleKind kind, String message, List<String> with, BigDecimal limit, boolean open, Pattern pattern, Check check, Set<String> values) {}

  /** The member of a response that tells the outcome. */
  record Member(String name, Set<String> done, Set<String> queued, Set<String> refused, Map<String, List<String>> requires) {}

  /** How pages follow one another; {@code totalPages} is null if no member says how many there are. */
  record Pages(String page, String items, String totalPages) {}

  /** The members of an object of a response, and what makes the object of them and of what redacts it in print. */
  record Shape(Supplier<List<ResponseMember>> members, BiFunction<Map<String, Object>, UnaryOperator<String>, Values> make) {}

  /**
   * One member of a response.
   *
   * @param lastSegmentOf the member from whose last path segment this one is read; null if it is on the wire
   */
  record ResponseMember(String name, Type type, boolean required, String lastSegmentOf) {}

  /** The type of a member of a response. */
  sealed interface Type permits Scalar, ObjectOf, ListOf {}

  /** A type without parts. */
  enum Scalar implements Type { STRING, INTEGER, NUMBER, BOOLEAN, JSON }

  /** An object; its shape is asked for late, as shapes may hold one another. */
  record ObjectOf(Supplier<Shape> shape) implements Type {}

  /** A list. */
  record ListOf(Type item) implements Type {}

  Field field(String name) {
    return fields.stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
  }
}

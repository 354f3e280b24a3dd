package com.example.contacts;

import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The items of all pages, by the number of the page. A page is read when it is needed. */
final class Pages<T> extends AbstractSpliterator<T> {
  private final Operation.Pages names;
  private final LongFunction<Values> page;
  private long number;
  private List<?> ready = List.of();
  private int next;
  private boolean isLast;

  private Pages(Operation.Pages names, long first, LongFunction<Values> page) {
    super(Long.MAX_VALUE, Spliterator.ORDERED);
    this.names = names;
    this.page = page;
    number = first;
  }

  /** The items from a page on; {@code first} is null for the first one. */
  static <T> Stream<T> items(Operation operation, Object first, LongFunction<Values> page) {
    return StreamSupport.stream(new Pages<>(operation.pages(), first == null ? 1 : (Long) first, page), false);
  }

  @Override
  @SuppressWarnings("unchecked") // the contract says what the items are
  public boolean tryAdvance(Consumer<? super T> action) {
    while (next == ready.size()) {
      if (isLast) {
        return false;
      }
      Values result = page.apply(number);
      ready = (List<?>) result.values.getOrDefault(names.items(), List.of());
      next = 0;
      Optional<Object> total = Optional.ofNullable(names.totalPages()).map(result.values::get);
      isLast = total.flatMap(n -> RetryAfter.digits(n.toString())).map(n -> number >= n).orElse(ready.isEmpty());
      number++;
    }
    action.accept((T) ready.get(next++));
    return true;
  }
}

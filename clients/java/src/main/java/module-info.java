/** A client that says what is known after each call. */
module com.example.contacts {
  requires transitive java.net.http;
  requires com.fasterxml.jackson.core;

  exports com.example.contacts;
}

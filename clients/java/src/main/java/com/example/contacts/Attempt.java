package com.example.contacts;

import java.time.Duration;
import java.util.Optional;

/**
 * One attempt to send a request. It holds no value, no header and no body.
 *
 * @param operation the id of the operation
 * @param method of HTTP
 * @param path the template of the path
 * @param number from 1
 * @param status of HTTP; 0 if there was none
 * @param outcome what is known
 * @param duration how long it took
 * @param retryIn how long the client waits before it tries again; empty if it does not
 */
public record Attempt(
    String operation, String method, String path, int number, int status, Outcome outcome, Duration duration, Optional<Duration> retryIn) {}

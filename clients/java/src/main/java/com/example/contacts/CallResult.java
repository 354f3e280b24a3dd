package com.example.contacts;

import java.time.Duration;

/**
 * What became of a call. It holds no value, no header and no body.
 *
 * @param operation the id of the operation
 * @param outcome what is known
 * @param status of HTTP; 0 if there was none
 * @param attempts how often it was tried
 * @param duration how long it took
 */
public record CallResult(String operation, Outcome outcome, int status, int attempts, Duration duration) {}

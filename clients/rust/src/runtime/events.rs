//! What is reported to `tracing`: never a body, a header or a value.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::operation::Outcome;
use super::violation::Violation;

/// One attempt of a call has ended.
pub(crate) struct Attempt {
    pub(crate) operation: &'static str,
    pub(crate) number: u32,
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<u16>,
    pub(crate) duration: Duration,
    /// The wait until the next attempt, if there is one.
    pub(crate) wait: Option<Duration>,
}

/// A call has ended.
pub(crate) struct Completed {
    pub(crate) operation: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<u16>,
    pub(crate) attempts: u32,
    pub(crate) duration: Duration,
}

impl Attempt {
    pub(crate) fn report(self) {
        #[cfg(feature = "tracing")]
        guarded(|| {
            tracing::debug!(
                operation = self.operation,
                number = self.number,
                outcome = self.outcome.as_str(),
                status = self.status,
                duration = ?self.duration,
                wait = ?self.wait,
                "attempt"
            );
        });
    }
}

impl Completed {
    pub(crate) fn report(self) {
        #[cfg(feature = "tracing")]
        guarded(|| {
            tracing::info!(
                operation = self.operation,
                outcome = self.outcome.as_str(),
                status = self.status,
                attempts = self.attempts,
                duration = ?self.duration,
                "outcome"
            );
        });
    }
}

/// Rules that an input breaks, and that do not keep it from being sent.
pub(crate) fn warn(operation: &'static str, violations: &[Violation]) {
    #[cfg(feature = "tracing")]
    guarded(|| {
        for violation in violations {
            let (field, rule) = (&*violation.field, violation.rule);
            tracing::warn!(operation, field, ?rule, "{}", violation.message);
        }
    });
}

/// A subscriber that panics must not take away what is known of a request.
fn guarded(report: impl FnOnce()) {
    _ = catch_unwind(AssertUnwindSafe(report));
}

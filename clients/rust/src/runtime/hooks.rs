use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::operation::Outcome;
use super::violation::Violation;

/// One attempt of a call, for [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation that was called.
    pub operation: &'static str,
    /// The number of the attempt, from 1.
    pub number: u32,
    /// What is known after it.
    pub outcome: Outcome,
    /// The status of HTTP, if there was a response.
    pub status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
    /// The wait until the next attempt, if there is one.
    pub wait: Option<Duration>,
}

/// A call that has ended, for [`ClientBuilder::on_outcome`](crate::ClientBuilder::on_outcome).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Completed {
    /// The operation that was called.
    pub operation: &'static str,
    /// What is known after it.
    pub outcome: Outcome,
    /// The status of HTTP, if there was a response.
    pub status: Option<u16>,
    /// How many attempts there were.
    pub attempts: u32,
    /// How long it took.
    pub duration: Duration,
}

type Hook<T> = Option<Arc<dyn Fn(T) + Send + Sync>>;
type Warning = dyn Fn(&str, &[Violation]) + Send + Sync;

/// Who is told what happens. Nobody is told of a body, a header or a value.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) on_attempt: Hook<Attempt>,
    pub(crate) on_outcome: Hook<Completed>,
    pub(crate) on_warning: Option<Arc<Warning>>,
}

impl Hooks {
    pub(crate) fn attempt(&self, attempt: Attempt) {
        #[cfg(feature = "tracing")]
        guarded(|| {
            tracing::debug!(
                operation = attempt.operation,
                number = attempt.number,
                outcome = attempt.outcome.as_str(),
                status = attempt.status,
                duration = ?attempt.duration,
                wait = ?attempt.wait,
                "attempt"
            );
        });
        if let Some(hook) = &self.on_attempt {
            guarded(|| hook(attempt));
        }
    }

    pub(crate) fn outcome(&self, completed: Completed) {
        #[cfg(feature = "tracing")]
        guarded(|| {
            tracing::info!(
                operation = completed.operation,
                outcome = completed.outcome.as_str(),
                status = completed.status,
                attempts = completed.attempts,
                duration = ?completed.duration,
                "outcome"
            );
        });
        if let Some(hook) = &self.on_outcome {
            guarded(|| hook(completed));
        }
    }

    pub(crate) fn warning(&self, operation: &'static str, violations: &[Violation]) {
        #[cfg(feature = "tracing")]
        guarded(|| {
            for violation in violations {
                tracing::warn!(operation, field = &*violation.field, rule = ?violation.rule, "{}", violation.message);
            }
        });
        if let Some(hook) = &self.on_warning {
            guarded(|| hook(operation, violations));
        }
    }
}

/// A hook that panics must not take away what is known of a request.
fn guarded(hook: impl FnOnce()) {
    _ = catch_unwind(AssertUnwindSafe(hook));
}

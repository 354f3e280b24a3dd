"""What every generated client runs on. It knows no operation, field or path: those are in a table."""

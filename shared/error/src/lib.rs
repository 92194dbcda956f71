//! Errors as callers see them: canonical codes, reasons and structured details.

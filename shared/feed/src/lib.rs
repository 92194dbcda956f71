//! Events: the outbox, its sequencer, the feed service and exactly-once projections.

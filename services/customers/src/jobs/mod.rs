//! What the service does by itself: beside this, it numbers its events and listens for their numbers (`clientele_feed`).

pub mod erasure;

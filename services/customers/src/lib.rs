//! Customer records: who is this?

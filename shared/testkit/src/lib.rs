//! What tests share: a private Postgres, a database a test, tokens, a fake clock, servers in memory.

//! Postgres as every service uses it: connections, transactions that stop, migrations, roles, a private cluster.

//! Who is calling: verified tokens, tenants and permissions.

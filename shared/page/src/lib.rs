//! Lists: AIP-160 filters, ordering and opaque page tokens.

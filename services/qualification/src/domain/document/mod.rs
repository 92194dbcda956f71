//! What holds of documents: how long they are valid, where they may go from where they stand, what their content may be.

pub mod archive;
pub mod content_type;
pub mod facts;
pub mod machine;
pub mod validity;

//! The contract: generated code and the descriptor set.

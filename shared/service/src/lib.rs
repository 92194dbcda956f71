//! Assembles a gRPC server: layers, health, reflection, limits, draining, configuration.

//! Stories across services, guards over the contract, faults and load.

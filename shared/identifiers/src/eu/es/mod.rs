//! Spain: the tax number (NIF) of everybody, which is the DNI of a Spaniard, the NIE of a foreigner, the CIF of an entity.

pub(crate) mod cif;
pub(crate) mod dni;
pub(crate) mod nie;
pub(crate) mod nif;

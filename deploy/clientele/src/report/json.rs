//! Messages of the contract as JSON, with the field names of the protos.

use anyhow::{Context as _, Result};
use clientele_proto::contract::POOL;
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::Value;

/// The message as JSON.
pub fn of<M: Message + Name>(message: &M) -> Result<Value> {
    let descriptor = POOL.get_message_by_name(&M::full_name()).context("a message that is not in the contract")?;
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())?;
    let options =
        SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(false).skip_default_fields(false);
    Ok(dynamic.serialize_with_options(serde_json::value::Serializer, &options)?)
}

/// A message written as JSON, with the field names of the protos; what it does not know is an error.
pub fn read<M: Message + Name + Default>(text: &str) -> Result<M> {
    let descriptor = POOL.get_message_by_name(&M::full_name()).context("a message that is not in the contract")?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let dynamic = DynamicMessage::deserialize(descriptor, &mut deserializer)?;
    deserializer.end()?;
    Ok(M::decode(dynamic.encode_to_vec().as_slice())?)
}

/// Prints a document.
pub fn print(document: &Value) -> Result<()> {
    crate::term::print(&format!("{}\n", serde_json::to_string_pretty(document)?))?;
    Ok(())
}

//! The codec of every RPC: prost, with the contract's validation rules applied to each message a server takes in.
//!
//! The codec is the one place that sees every request message whole, decompressed, unary or streamed, after the layers have
//! authorised the call. What checks the rules is installed by the server at start ([`install_validation`]); a plain client has none.

use std::{any::type_name, marker::PhantomData, sync::OnceLock};

use prost::{
    DecodeError, Message, Name,
    bytes::{Buf, BufMut, Bytes},
    encoding::{DecodeContext, WireType, skip_field},
};
use tonic::{
    Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// Checks an encoded message, named by its package and name, against the rules of the contract.
pub type Validate = fn(package: &'static str, name: &'static str, message: &Bytes) -> Result<(), Status>;

static VALIDATE: OnceLock<Validate> = OnceLock::new();

/// Applies `validate` to every message decoded by this process from now on. The first one installed stays.
pub fn install_validation(validate: Validate) {
    VALIDATE.get_or_init(|| validate);
}

/// Encodes `Out` and decodes `In`.
#[derive(Debug, Clone)]
pub struct ContractCodec<Out, In>(PhantomData<(Out, In)>);

impl<Out, In> Default for ContractCodec<Out, In> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<Out, In> Codec for ContractCodec<Out, In>
where
    Out: Message + Send + 'static,
    In: Message + Name + Default + Send + 'static,
{
    type Encode = Out;
    type Decode = In;
    type Encoder = ContractEncoder<Out>;
    type Decoder = ContractDecoder<In>;

    fn encoder(&mut self) -> Self::Encoder {
        ContractEncoder(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        ContractDecoder(PhantomData)
    }
}

/// An answer that was encoded before.
#[derive(Debug, Clone, Default)]
pub struct Encoded(Bytes);

impl Encoded {
    /// Encodes an answer.
    pub fn of(message: &impl Message) -> Self {
        Self(message.encode_to_vec().into())
    }
}

impl Message for Encoded {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        buffer.put_slice(&self.0);
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire_type, tag, buffer, context)
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Encodes messages.
#[derive(Debug)]
pub struct ContractEncoder<Out>(PhantomData<Out>);

impl<Out: Message> Encoder for ContractEncoder<Out> {
    type Item = Out;
    type Error = Status;

    fn encode(&mut self, message: Out, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode(buffer).map_err(|_| Status::internal("the answer is too large to encode"))
    }

    fn buffer_settings(&self) -> BufferSettings {
        // Small answers are the rule: a large buffer for each would cost more than growing a few.
        BufferSettings::new(1024, 32 * 1024)
    }
}

/// Decodes messages, and checks those that are requests of the contract.
#[derive(Debug)]
pub struct ContractDecoder<In>(PhantomData<In>);

impl<In: Message + Name + Default> Decoder for ContractDecoder<In> {
    type Item = In;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<In>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        if let Some(validate) = VALIDATE.get() {
            validate(In::PACKAGE, In::NAME, &bytes)?;
        }
        In::decode(bytes)
            .map(Some)
            .map_err(|error| Status::invalid_argument(format!("the message is not a {}: {error}", type_name::<In>())))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(1024, 32 * 1024)
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::Encoded;
    use crate::Money;

    #[test]
    fn an_encoded_message_encodes_as_the_message() {
        let money = Money { currency_code: "EUR".into(), units: 3, nanos: 500_000_000 };
        let encoded = Encoded::of(&money);
        assert_eq!(encoded.encode_to_vec(), money.encode_to_vec());
        assert_eq!(encoded.encoded_len(), money.encoded_len());
        assert_eq!(Encoded::of(&Money::default()).encode_to_vec(), Vec::<u8>::new());
    }
}

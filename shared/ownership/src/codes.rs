//! The codes of the Beneficial Ownership Data Standard 0.4, as its code lists spell them
//! (`schema/codelists` of github.com/openownership/data-standard).

use std::fmt;
use std::str::FromStr;

/// Text that is no code of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{code}` is no code of {list}: it takes {}", known.join(", "))]
pub struct NotACode {
    /// The code list's name in the standard.
    pub list: &'static str,
    /// What was given.
    pub code: String,
    /// The codes there are.
    pub known: &'static [&'static str],
}

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident, $list:literal: $($(#[$code_doc:meta])* $variant:ident = $code:literal,)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$code_doc])* $variant,)+
        }

        impl $name {
            /// Every code, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = NotACode;

            fn from_str(code: &str) -> Result<Self, NotACode> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(NotACode { list: $list, code: code.to_owned(), known: &[$($code),+] }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

code_list! {
    /// What kind of interest someone has in an entity.
    InterestType, "interestType":
    /// An economic interest by holding shares.
    Shareholding = "shareholding",
    /// A vote on matters of the company.
    VotingRights = "votingRights",
    /// The right to appoint members of the board.
    AppointmentOfBoard = "appointmentOfBoard",
    /// Influence apart from shares, votes and the board.
    OtherInfluenceOrControl = "otherInfluenceOrControl",
    /// Manages the entity, by employment.
    SeniorManagingOfficial = "seniorManagingOfficial",
    /// Created the trust.
    Settlor = "settlor",
    /// Administers the trust.
    Trustee = "trustee",
    /// Guides the trustee.
    Protector = "protector",
    /// Benefits from the trust or arrangement.
    BeneficiaryOfLegalArrangement = "beneficiaryOfLegalArrangement",
    /// A share in what is left on winding up.
    RightsToSurplusAssetsOnDissolution = "rightsToSurplusAssetsOnDissolution",
    /// Profits or income by contract.
    RightsToProfitOrIncome = "rightsToProfitOrIncome",
    /// Granted by contract.
    RightsGrantedByContract = "rightsGrantedByContract",
    /// Granted by contract, once a condition is met.
    ConditionalRightsGrantedByContract = "conditionalRightsGrantedByContract",
    /// Control by the articles or a shareholders' agreement.
    ControlViaCompanyRulesOrArticles = "controlViaCompanyRulesOrArticles",
    /// Control by law, as of a state over its agencies.
    ControlByLegalFramework = "controlByLegalFramework",
    /// Sits on the board.
    BoardMember = "boardMember",
    /// Presides over the board.
    BoardChair = "boardChair",
    /// Of unknown nature.
    UnknownInterest = "unknownInterest",
    /// Of known nature that is not published.
    UnpublishedInterest = "unpublishedInterest",
    /// Uses the entity's assets.
    EnjoymentAndUseOfAssets = "enjoymentAndUseOfAssets",
    /// Profits or income from the entity's assets.
    RightToProfitOrIncomeFromAssets = "rightToProfitOrIncomeFromAssets",
    /// Acts on a nominator's behalf.
    Nominee = "nominee",
    /// Instructs a nominee.
    Nominator = "nominator",
}

code_list! {
    /// Why a party is not named.
    UnspecifiedReason, "unspecifiedReason":
    /// There are none who need to be disclosed.
    NoBeneficialOwners = "noBeneficialOwners",
    /// The subject would not or could not say.
    SubjectUnableToConfirmOrIdentifyBeneficialOwner = "subjectUnableToConfirmOrIdentifyBeneficialOwner",
    /// The party has not said enough.
    InterestedPartyHasNotProvidedInformation = "interestedPartyHasNotProvidedInformation",
    /// The subject need not say.
    SubjectExemptFromDisclosure = "subjectExemptFromDisclosure",
    /// The party need not be named.
    InterestedPartyExemptFromDisclosure = "interestedPartyExemptFromDisclosure",
    /// The reason is not known.
    Unknown = "unknown",
    /// The publisher does not know the party.
    InformationUnknownToPublisher = "informationUnknownToPublisher",
}

code_list! {
    /// Whether an interest goes through others.
    Directness, "directOrIndirect":
    /// Held directly.
    Direct = "direct",
    /// Held through others, whose own relationships are stated too.
    Indirect = "indirect",
    /// One or the other.
    Unknown = "unknown",
}

code_list! {
    /// How well a natural person is known.
    PersonType, "personType":
    /// Identified.
    KnownPerson = "knownPerson",
    /// Identified, and withheld.
    AnonymousPerson = "anonymousPerson",
    /// Not identified.
    UnknownPerson = "unknownPerson",
}

code_list! {
    /// What kind of entity something is.
    EntityType, "entityType":
    /// In a register.
    RegisteredEntity = "registeredEntity",
    /// With legal personality, in no register.
    LegalEntity = "legalEntity",
    /// A contract or trust without legal personality.
    Arrangement = "arrangement",
    /// Identified, and withheld.
    AnonymousEntity = "anonymousEntity",
    /// Not identified.
    UnknownEntity = "unknownEntity",
    /// A state.
    State = "state",
    /// A part of a state.
    StateBody = "stateBody",
}

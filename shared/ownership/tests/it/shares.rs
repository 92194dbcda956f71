//! Shares and codes as the standard writes them.

use ownership::{DeclaredShare, InterestType, PersonType, ShareError, ShareRange, UnspecifiedReason};

#[test]
fn codes_are_those_of_the_standards_lists() {
    // The enumerations of relationship-record.json and components.json, version 0.4.
    let interests = "shareholding votingRights appointmentOfBoard otherInfluenceOrControl seniorManagingOfficial settlor trustee \
        protector beneficiaryOfLegalArrangement rightsToSurplusAssetsOnDissolution rightsToProfitOrIncome rightsGrantedByContract \
        conditionalRightsGrantedByContract controlViaCompanyRulesOrArticles controlByLegalFramework boardMember boardChair \
        unknownInterest unpublishedInterest enjoymentAndUseOfAssets rightToProfitOrIncomeFromAssets nominee nominator";
    let ours: Vec<_> = InterestType::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(ours, interests.split_whitespace().collect::<Vec<_>>());
    let reasons = "noBeneficialOwners subjectUnableToConfirmOrIdentifyBeneficialOwner interestedPartyHasNotProvidedInformation \
        subjectExemptFromDisclosure interestedPartyExemptFromDisclosure unknown informationUnknownToPublisher";
    let ours: Vec<_> = UnspecifiedReason::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(ours, reasons.split_whitespace().collect::<Vec<_>>());
    for code in InterestType::ALL {
        assert_eq!(code.as_str().parse(), Ok(*code));
    }
    assert_eq!(
        "known-person".parse::<PersonType>().unwrap_err().to_string(),
        "`known-person` is no code of personType: it takes knownPerson, anonymousPerson, unknownPerson"
    );
}

#[test]
fn a_range_is_what_all_bounds_allow() {
    let share = DeclaredShare {
        minimum: Some(10.0),
        exclusive_minimum: Some(10.0),
        maximum: Some(60.0),
        exclusive_maximum: Some(50.0),
        ..DeclaredShare::default()
    };
    let range = ShareRange { low: 0.1, high: 0.5, low_exclusive: true, high_exclusive: true };
    assert_eq!(share.range(), Ok(range));
    assert_eq!(range.to_string(), "over 10 % to under 50 %");
    assert_eq!(DeclaredShare::default().range(), Ok(ShareRange::UNKNOWN));
    assert_eq!(DeclaredShare::exactly(25.0).range(), Ok(ShareRange::exactly(0.25)));
    let outside = DeclaredShare { exact: Some(30.0), ..DeclaredShare::between(40.0, 50.0) };
    assert!(matches!(outside.range(), Err(ShareError::Contradiction { .. })));
    let not_a_number = DeclaredShare::exactly(f64::NAN);
    assert!(matches!(not_a_number.range(), Err(ShareError::NotAPercentage { field: "exact", .. })));
}

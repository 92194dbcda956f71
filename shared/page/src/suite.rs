//! What every list must do, for the tests of every list. Panics where it does not.

use std::fmt::Debug;

use crate::{Order, Schema};

/// Checks that the schema's names are distinct and that its default order reads.
///
/// # Panics
/// Where they are not or it does not.
pub fn schema_is_sound(schema: &'static Schema) {
    for field in schema.all() {
        let same = schema.all().filter(|other| other.name == field.name).count();
        assert_eq!(same, 1, "{} stands {same} times in the schema", field.name);
    }
    if let Err(error) = Order::parse("", schema) {
        panic!("the default order does not read: {error}");
    }
}

/// Walks a list in pages of every size and checks that each walk gives the expected ids in the expected order, that the page size may
/// change on the way, that no page is longer than asked for, and that bad tokens and sizes are refused.
///
/// `list` calls the list with a page size and a page token and gives the ids of the page and the next token. Expect at least three ids.
///
/// # Panics
/// Where the list does otherwise.
pub async fn pages_add_up<E: Debug>(
    expected: &[String],
    list: impl AsyncFn(i32, String) -> Result<(Vec<String>, String), E>,
) {
    assert!(expected.len() >= 3, "with fewer than three items there is nothing to page through");
    let all = i32::try_from(expected.len()).unwrap_or(i32::MAX);
    for size in [1, 2, 3, all - 1, all, all + 1] {
        assert_eq!(walk(&list, &[size]).await, expected, "in pages of {size}");
    }
    assert_eq!(walk(&list, &[1, 2]).await, expected, "with a page size that changes");

    let (_, token) = call(&list, 1, String::new()).await;
    for bad in ["garbage".to_owned(), format!("{token}A"), token[1..].to_owned()] {
        assert!(list(1, bad.clone()).await.is_err(), "the page token {bad} is taken");
    }
    assert!(list(-1, String::new()).await.is_err(), "a negative page size is taken");
}

/// All ids, in pages of these sizes in turn.
async fn walk<E: Debug>(
    list: &impl AsyncFn(i32, String) -> Result<(Vec<String>, String), E>,
    sizes: &[i32],
) -> Vec<String> {
    let mut ids = vec![];
    let mut token = String::new();
    for size in sizes.iter().cycle() {
        let (page, next) = call(list, *size, token).await;
        assert!(page.len() <= *size as usize, "a page of {size} has {} items", page.len());
        assert!(!page.is_empty() || next.is_empty(), "an empty page says that another follows");
        ids.extend(page);
        if next.is_empty() {
            break;
        }
        token = next;
    }
    ids
}

async fn call<E: Debug>(
    list: &impl AsyncFn(i32, String) -> Result<(Vec<String>, String), E>,
    size: i32,
    token: String,
) -> (Vec<String>, String) {
    match list(size, token).await {
        Ok(page) => page,
        Err(error) => panic!("the list fails: {error:?}"),
    }
}

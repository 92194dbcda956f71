//! Checking a file against signed heads, with nothing but the public keys.

use std::io::BufRead;

use anyhow::{Context as _, Result, anyhow, bail};
use clientele_qualification::audit_keys::AuditKeys;
use merkle::{Frontier, Hash, TreeHead, leaf_hash};

use super::{head::HeadFile, line::Line, read::Lines};

/// What was found in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// The head whose leaves the file has.
    pub head: TreeHead,
    /// Leaves of the file.
    pub leaves: u64,
    /// Of them, those whose content was erased.
    pub erased: u64,
}

/// Computes the roots of the file's leaves again and compares them with `head` (or the file's own, at its end) and with `since`, a head that
/// was kept from before. The first thing that is wrong is the error.
pub fn verify(
    file: impl BufRead,
    keys: &AuditKeys,
    head: Option<&HeadFile>,
    since: Option<&HeadFile>,
) -> Result<Verified> {
    let since = since.map(|since| signed(since, keys).context("the older head")).transpose()?;
    let given = head.map(|head| signed(head, keys).context("the head")).transpose()?;
    let mut sizes = Sizes::default();
    for head in [&since, &given].into_iter().flatten() {
        sizes.wanted.push((head.tree_size, None));
    }

    let (mut lines, mut frontier, mut erased, mut own) = (Lines::new(file), Frontier::new(), 0, None);
    sizes.reached(&frontier);
    while let Some(line) = lines.read()? {
        let at = |error: anyhow::Error| error.context(format!("line {}", lines.number));
        if own.is_some() {
            return Err(at(anyhow!("there is more after the head, which is the end")));
        }
        match line {
            Line::Head(line) => own = Some(line.tree_head),
            Line::Entry(entry) => {
                let expected = frontier.size();
                if entry.leaf_index != expected {
                    let told = format!("leaf {} stands where leaf {expected} should", entry.leaf_index);
                    return Err(at(anyhow!("{told}: entries were removed, added or moved")));
                }
                let leaf = entry.leaf().map_err(at)?;
                if !entry.check_content(&leaf).map_err(at)? {
                    erased += 1;
                }
                frontier.append(leaf_hash(&leaf), |_, _| {})?;
                sizes.reached(&frontier);
            }
        }
    }

    let head = match (given, own) {
        (Some(head), _) => head,
        (None, Some(own)) => signed(&own, keys).context("the head at the end of the file")?,
        (None, None) => {
            bail!("the file has no head at its end, as a whole export does; export it again, or give a head")
        }
    };
    let leaves = frontier.size();
    if head.tree_size == leaves {
        sizes.wanted.push((leaves, Some(frontier.root())));
    }
    sizes.compare(&head, leaves).context("the head")?;
    if let Some(since) = since {
        sizes.compare(&since, leaves).context("the older head")?;
        if since.log_id != head.log_id {
            bail!("the heads are of two logs, {} and {}", since.log_id, head.log_id);
        }
        if since.tree_size > head.tree_size || since.timestamp_ms > head.timestamp_ms {
            bail!("the older head is the newer one: it has {} leaves", since.tree_size);
        }
    }
    Ok(Verified { head, leaves, erased })
}

/// A head, once its signature is checked.
pub fn signed(head: &HeadFile, keys: &AuditKeys) -> Result<TreeHead> {
    let signed = head.signed()?;
    let unknown = || format!("it was signed with key {}, which is not among the keys given", signed.key_id);
    let key = keys.find(signed.key_id).with_context(unknown)?;
    Ok(signed.verify(key)?.clone())
}

/// Roots of the sizes that heads are of, as the file leads to them.
#[derive(Debug, Default)]
struct Sizes {
    wanted: Vec<(u64, Option<Hash>)>,
}

impl Sizes {
    fn reached(&mut self, frontier: &Frontier) {
        for (size, root) in &mut self.wanted {
            if *size == frontier.size() {
                *root = Some(frontier.root());
            }
        }
    }

    fn compare(&self, head: &TreeHead, leaves: u64) -> Result<()> {
        let root = self.wanted.iter().find_map(|(size, root)| root.filter(|_| *size == head.tree_size));
        match root {
            Some(root) if root == head.root_hash => Ok(()),
            Some(root) => bail!(
                "the first {} leaves are not those that were sealed: their root is {root}, the head's is {}",
                head.tree_size,
                head.root_hash
            ),
            None => bail!("it is of {} leaves, the file has {leaves}: its end is missing", head.tree_size),
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;

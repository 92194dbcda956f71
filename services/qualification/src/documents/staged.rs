//! What a service that was killed left half written in a folder: the object store writes a file beside its place, under its name and `#1`, and
//! moves it there when it is whole. Such a file is no object, and no listing shows it.

use std::{fs, io, path::Path};

use jiff::Timestamp;

/// Removes half written files that were last written before an instant; answers how many.
pub fn remove_staged(folder: &Path, before: Timestamp) -> io::Result<usize> {
    let mut removed = 0;
    for document in fs::read_dir(folder)? {
        let document = document?;
        if !document.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(document.path())? {
            let file = file?;
            if !is_staged(&file.file_name().to_string_lossy()) {
                continue;
            }
            // Moved to its place meanwhile, or removed by another replica.
            match file.metadata().and_then(|found| found.modified()) {
                Ok(modified) if Timestamp::try_from(modified).is_ok_and(|modified| modified < before) => {}
                Ok(_) => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
            match fs::remove_file(file.path()) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(removed)
}

fn is_staged(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn only_what_is_half_written_and_old_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f");
        fs::create_dir(&document).unwrap();
        for name in ["00000-1", "00001-1#1", "00001-2#23", "00002-1#", "note#x"] {
            fs::write(document.join(name), b"sealed").unwrap();
        }
        fs::write(folder.path().join("beside#1"), b"none of ours").unwrap();
        let written =
            Timestamp::try_from(fs::metadata(document.join("00001-1#1")).unwrap().modified().unwrap()).unwrap();
        let hour = SignedDuration::from_hours(1);
        assert_eq!(remove_staged(folder.path(), written - hour).unwrap(), 0);
        assert_eq!(remove_staged(folder.path(), written + hour).unwrap(), 2);
        let mut left: Vec<_> = fs::read_dir(&document).unwrap().map(|file| file.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["00000-1", "00002-1#", "note#x"]);
        assert!(folder.path().join("beside#1").exists());
    }
}

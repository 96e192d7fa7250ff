//! Where a file lies, without a copy of its folder's path for each of the many files in it.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A path. Ordered as paths are: part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePath {
    folder: Arc<Path>,
    name: Box<OsStr>,
}

impl FilePath {
    /// The path of a file in that folder.
    pub fn new(folder: Arc<Path>, name: &OsStr) -> Self {
        FilePath { folder, name: name.into() }
    }

    /// The whole path.
    pub fn to_path(&self) -> PathBuf {
        self.folder.join(&*self.name)
    }

    fn parts(&self) -> impl Iterator<Item = Component<'_>> {
        self.folder.components().chain(Path::new(&*self.name).components())
    }
}

impl From<&Path> for FilePath {
    fn from(path: &Path) -> Self {
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => FilePath::new(folder.into(), name),
            // `..` and the like, which are no files.
            _ => FilePath::new(Path::new("").into(), path.as_os_str()),
        }
    }
}

impl Ord for FilePath {
    fn cmp(&self, other: &Self) -> Ordering {
        match Arc::ptr_eq(&self.folder, &other.folder) {
            true => self.name.cmp(&other.name),
            false => self.parts().cmp(other.parts()),
        }
    }
}

impl PartialOrd for FilePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_ordered_as_their_paths_are() {
        let paths = ["a/b/x", "a/b/c/y", "a/b-c/z", "x", "a/b/c", "/a/b", "./x", ".."].map(Path::new);
        for path in paths {
            assert_eq!(FilePath::from(path).to_path(), path);
            for other in paths {
                let expected = path.cmp(other);
                assert_eq!(FilePath::from(path).cmp(&FilePath::from(other)), expected, "{path:?} {other:?}");
            }
        }
    }
}

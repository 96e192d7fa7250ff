//! Where a file lies. Of the files of one folder only their names are kept, in one piece: a mailbox has hundreds of
//! thousands.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A path. Ordered as paths are: part by part.
#[derive(Debug, Clone)]
pub struct FilePath {
    folder: Arc<Folder>,
    name: Name,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// Those of its files, one after another.
    names: Box<str>,
}

#[derive(Debug, Clone)]
enum Name {
    /// Where it stands among the names of the folder.
    At(Range<u32>),
    /// It is no Unicode, or there was no room.
    Apart(Box<OsStr>),
}

impl FilePath {
    /// The paths of files in a folder, in the order in which they are named.
    pub fn in_folder(folder: &Path, names: impl IntoIterator<Item = OsString>) -> Vec<FilePath> {
        let mut all = String::new();
        let names: Vec<Name> = names.into_iter().map(|name| Name::added(&mut all, name)).collect();
        let folder = Arc::new(Folder { path: folder.to_owned(), names: all.into() });
        names.into_iter().map(|name| FilePath { folder: folder.clone(), name }).collect()
    }

    /// The whole path.
    pub fn to_path(&self) -> PathBuf {
        self.folder.path.join(self.name())
    }

    /// What the file is called in its folder.
    pub fn name(&self) -> &OsStr {
        match &self.name {
            Name::At(range) => {
                let range = range.start as usize..range.end as usize;
                OsStr::new(self.folder.names.get(range).unwrap_or_default())
            }
            Name::Apart(name) => name,
        }
    }

    fn parts(&self) -> impl Iterator<Item = Component<'_>> {
        self.folder.path.components().chain(Path::new(self.name()).components())
    }
}

impl Name {
    /// The name, added to all others where it can be.
    fn added(all: &mut String, name: OsString) -> Name {
        let place = |name: &str| Some(u32::try_from(all.len()).ok()?..u32::try_from(all.len() + name.len()).ok()?);
        match name.to_str().and_then(|name| Some((name, place(name)?))) {
            Some((name, range)) => {
                all.push_str(name);
                Name::At(range)
            }
            None => Name::Apart(name.into()),
        }
    }
}

impl From<&Path> for FilePath {
    fn from(path: &Path) -> Self {
        let (folder, name) = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => (folder, name),
            // `..` and the like, which are no files.
            _ => (Path::new(""), path.as_os_str()),
        };
        let folder = Arc::new(Folder { path: folder.to_owned(), names: "".into() });
        FilePath { folder, name: Name::Apart(name.into()) }
    }
}

impl Ord for FilePath {
    fn cmp(&self, other: &Self) -> Ordering {
        match Arc::ptr_eq(&self.folder, &other.folder) {
            true => self.name().cmp(other.name()),
            false => self.parts().cmp(other.parts()),
        }
    }
}

impl PartialOrd for FilePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for FilePath {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for FilePath {}

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

    #[test]
    fn files_of_a_folder_have_the_names_that_they_were_given() {
        let mut names: Vec<OsString> = ["b", "a", "é:2,S", ""].map(OsString::from).into();
        #[cfg(unix)]
        names.push(std::os::unix::ffi::OsStringExt::from_vec(vec![b'a', 0xff]));
        let files = FilePath::in_folder(Path::new("in/cur"), names.clone());
        let found: Vec<&OsStr> = files.iter().map(FilePath::name).collect();
        assert_eq!(found, names);
        for (file, name) in files.iter().zip(&names) {
            assert_eq!(file.to_path(), Path::new("in/cur").join(name));
            assert_eq!(*file, FilePath::from(Path::new("in/cur").join(name).as_path()));
        }
        assert!(files[1] < files[0], "{files:?}");
    }
}

//! The ids of documents, articles and categories: indexes into their lists that cannot be mixed up.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use kb_document::Document;

use super::{Article, Category};

macro_rules! id {
    ($(#[$doc:meta])+ $id:ident $item:ty) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(usize);

        impl $id {
            /// The id of the item with this index.
            pub const fn new(index: usize) -> Self {
                Self(index)
            }

            /// The index of the item in its list.
            pub const fn index(self) -> usize {
                self.0
            }

            /// The items of a list with their ids, in order.
            pub fn numbered(items: &[$item]) -> impl Iterator<Item = (Self, &$item)> {
                items.iter().enumerate().map(|(index, item)| (Self(index), item))
            }

            /// The ids of the items of a list, in order.
            pub fn all(items: &[$item]) -> impl Iterator<Item = Self> + use<> {
                (0..items.len()).map(Self)
            }
        }

        impl Index<$id> for [$item] {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self[id.0]
            }
        }

        impl Index<$id> for Vec<$item> {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self[id.0]
            }
        }

        impl IndexMut<$id> for Vec<$item> {
            fn index_mut(&mut self, id: $id) -> &mut $item {
                &mut self[id.0]
            }
        }
    };
}

id! {
    /// A document in [`Site::documents`](super::Site::documents).
    DocumentId Arc<Document>
}
id! {
    /// An article in [`LanguageSite::articles`](super::LanguageSite::articles).
    ArticleId Article
}
id! {
    /// A category in [`LanguageSite::categories`](super::LanguageSite::categories).
    CategoryId Category
}

impl CategoryId {
    /// The root of a language, whose page is the home page.
    pub const ROOT: Self = Self(0);
}

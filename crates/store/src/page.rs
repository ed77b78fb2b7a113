//! Lists a page at a time: each page says where the next one begins.
//!
//! A page begins after the last item of the one before it, not at a number: items that come or go meanwhile neither
//! repeat nor hide others.

use crate::Error;

/// The most items of a page.
pub const LARGEST_PAGE: u32 = 200;

/// Some items of a list, and where the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// What to ask for to get more; `None` at the end.
    pub next: Option<Cursor>,
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page before this one ended; `None` for the first page.
    pub after: Option<Cursor>,
    /// How many items at most.
    pub limit: u32,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        PageRequest { after: None, limit }
    }

    /// The page that a token from [`Cursor::token`] names; the first one when the token is absent or none of ours.
    #[must_use]
    pub fn from_token(token: Option<&str>, limit: u32) -> Self {
        PageRequest { after: token.and_then(Cursor::parse), limit }
    }

    fn size(&self) -> u32 {
        self.limit.clamp(1, LARGEST_PAGE)
    }

    /// One more than the page holds, to see whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.size()) + 1
    }

    /// Where to begin in a list ordered from the latest number and id down.
    pub(crate) fn below(&self) -> (i64, &str) {
        self.after.as_ref().map_or((i64::MAX, ""), |cursor| (cursor.number, &cursor.text))
    }

    /// Where to begin in a list ordered from the earliest number and id up.
    pub(crate) fn beyond(&self) -> (i64, &str) {
        self.after.as_ref().map_or((i64::MIN, ""), |cursor| (cursor.number, &cursor.text))
    }

    /// Where to begin in a list ordered by text and id upwards.
    pub(crate) fn above(&self) -> &str {
        self.after.as_ref().map_or("", |cursor| &cursor.text)
    }
}

/// The place of an item in a list: what the list is ordered by. Holds values for parameters, never SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    number: i64,
    text: String,
}

impl Cursor {
    /// Behind the item with this number (a time or a sequence) and, among equals, this id.
    pub(crate) fn number(number: i64, text: &str) -> Self {
        Cursor { number, text: text.to_owned() }
    }

    /// Behind the item with this text.
    pub(crate) fn text(text: &str) -> Self {
        Cursor { number: 0, text: text.to_owned() }
    }

    /// A form that can stand in a URL.
    #[must_use]
    pub fn token(&self) -> String {
        format!("{}~{}", self.number, self.text)
    }

    /// The opposite of [`Cursor::token`]. Any text may follow the number: it is only ever compared with.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        let (number, text) = token.split_once('~')?;
        // PostgreSQL refuses NUL in text.
        (!text.contains('\0')).then_some(())?;
        Some(Cursor { number: number.parse().ok()?, text: text.to_owned() })
    }
}

impl<T> Page<T> {
    /// Makes a page of rows fetched with [`PageRequest::fetch`]; `place` says where an item stands.
    pub(crate) fn cut(mut items: Vec<T>, request: &PageRequest, place: impl Fn(&T) -> Cursor) -> Self {
        let size = usize::try_from(request.size()).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = if more { items.last().map(place) } else { None };
        Page { items, next }
    }

    /// The same page with each item made into another; stops at the first error.
    pub fn try_map<U>(self, make: impl FnMut(T) -> Result<U, Error>) -> Result<Page<U>, Error> {
        Ok(Page { items: self.items.into_iter().map(make).collect::<Result<_, _>>()?, next: self.next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_names_its_last_item_and_the_last_page_nothing() {
        let request = PageRequest::first(2);
        let place = |number: &i64| Cursor::number(*number, "x");
        let page = Page::cut(vec![9, 8, 7], &request, place);
        assert_eq!(page.items, [9, 8]);
        assert_eq!(page.next, Some(Cursor::number(8, "x")));
        assert_eq!(Page::cut(vec![9, 8], &request, place).next, None);
    }

    // security: W09
    #[test]
    fn a_token_comes_back_as_it_was_and_a_forged_one_is_only_a_value() {
        for cursor in [Cursor::number(-5, "app_1"), Cursor::text("'; drop table app; --~")] {
            assert_eq!(Cursor::parse(&cursor.token()), Some(cursor));
        }
        for forged in ["", "x", "~", "1e3~a", "9999999999999999999999~a", "1~\0"] {
            assert_eq!(Cursor::parse(forged), None, "{forged:?}");
            assert_eq!(PageRequest::from_token(Some(forged), 10), PageRequest::first(10));
        }
    }

    #[test]
    fn a_page_is_never_empty_by_request_nor_larger_than_allowed() {
        assert_eq!(PageRequest::first(0).fetch(), 2);
        assert_eq!(PageRequest::first(u32::MAX).fetch(), i64::from(LARGEST_PAGE) + 1);
    }
}

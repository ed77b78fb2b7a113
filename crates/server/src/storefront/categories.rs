//! The platform's categories in the reader's language.

use crate::app::App;
use crate::config::Category;
use crate::web::Words;

/// The category with this name, if the platform has it.
#[must_use]
pub fn find<'a>(app: &'a App, name: &str) -> Option<&'a Category> {
    app.config.store.categories.iter().find(|category| category.name() == name)
}

/// Its words: translated as long as the platform has left them as they come.
#[must_use]
pub fn words_of(category: &Category, words: Words) -> String {
    let key = format!("store-category-{}", category.name());
    if Words::english().get(&key) == category.words() { words.get(&key) } else { category.words().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_usual_categories_are_translated_and_renamed_ones_are_not() {
        let german = Words::preferred(Some("de"));
        for category in Config::default().store.categories {
            assert_eq!(words_of(&category, Words::english()), category.words());
            assert!(Words::english().knows(&format!("store-category-{}", category.name())));
        }
        let said = |text: &str| words_of(&text.parse().expect("a category"), german);
        assert_eq!(said("payments = Payments"), "Zahlungen");
        assert_eq!(said("payments = Getting paid"), "Getting paid");
    }
}

//! Forms as they stand in a page: where they go, what is in their fields, what a person changes.

/// A form of a page, filled as a browser would send it when nothing is touched.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub action: String,
    /// Upper case; `GET` when the page names none.
    pub method: String,
    fields: Vec<(String, String)>,
    /// Choices that are on the page and not made: name and value of checkboxes, radio buttons and submit buttons.
    offers: Vec<(String, String)>,
    /// The words on its buttons.
    buttons: Vec<Button>,
    id: String,
}

#[derive(Debug, Clone)]
struct Button {
    words: String,
    field: Option<(String, String)>,
    action: Option<String>,
}

impl Form {
    /// A form that is on no page: what somebody posts who writes requests by hand.
    #[must_use]
    pub fn by_hand(action: &str) -> Self {
        Self { action: action.to_owned(), method: "POST".to_owned(), ..Self::default() }
    }

    /// Puts a value into a field, in the place of what is there; a field that the page lacks is added.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let mut left = Some(value.to_owned());
        self.fields.retain_mut(|(key, old)| {
            if key != name {
                return true;
            }
            left.take().is_some_and(|value| {
                *old = value;
                true
            })
        });
        if let Some(value) = left {
            self.fields.push((name.to_owned(), value));
        }
        self
    }

    /// Fills a field that is there several times, one value for each; more values are added at the end.
    #[must_use]
    pub fn with_all(mut self, name: &str, values: &[&str]) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.extend(values.iter().map(|value| (name.to_owned(), (*value).to_owned())));
        self
    }

    /// Ticks a checkbox or chooses a radio button that the page offers.
    ///
    /// # Panics
    /// When the page offers no such choice.
    #[must_use]
    pub fn ticking(mut self, name: &str, value: &str) -> Self {
        let choice = (name.to_owned(), value.to_owned());
        let ticked = self.fields.contains(&choice);
        assert!(ticked || self.offers.contains(&choice), "the form offers no {name}={value}: {self:?}");
        if !ticked {
            self.fields.push(choice);
        }
        self
    }

    /// Takes a field out, as if it were not on the page or had no tick.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self
    }

    /// Sends it by the button with these words.
    ///
    /// # Panics
    /// When there is no such button.
    #[must_use]
    pub fn pressing(mut self, words: &str) -> Self {
        let button = self.buttons.iter().find(|button| button.words == words).cloned();
        let button = button.unwrap_or_else(|| panic!("the form has no button {words:?}: {:?}", self.buttons));
        self.fields.extend(button.field);
        if let Some(action) = button.action {
            self.action = action;
        }
        self
    }

    /// The value of a field.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a repeated field.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a choice is on the page and not made.
    #[must_use]
    pub fn offers(&self, name: &str, value: &str) -> bool {
        self.offers.iter().any(|(key, offered)| key == name && offered == value)
    }

    /// The body of the request, `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    /// Every form of a page, in order.
    #[must_use]
    pub fn all_of(page: &str) -> Vec<Self> {
        Reader { rest: page, forms: Vec::new(), inside: None }.read()
    }

    fn has_button(&self, words: &str) -> bool {
        self.buttons.iter().any(|button| button.words == words)
    }

    /// The form of a page that goes to this action, or that has a button with these words.
    #[must_use]
    pub fn find(page: &str, action_or_button: &str) -> Option<Self> {
        Self::all_of(page)
            .into_iter()
            .find(|form| form.action == action_or_button || form.has_button(action_or_button))
    }
}

/// Walks through the tags of a page. It knows as much of HTML as our own templates use.
struct Reader<'a> {
    rest: &'a str,
    forms: Vec<Form>,
    inside: Option<usize>,
}

impl<'a> Reader<'a> {
    fn read(mut self) -> Vec<Form> {
        while let Some(tag) = self.tag() {
            match tag.name {
                "form" => {
                    let method = tag.attribute("method").unwrap_or_else(|| "get".to_owned());
                    self.inside = Some(self.forms.len());
                    self.forms.push(Form {
                        action: tag.attribute("action").unwrap_or_default(),
                        method: method.to_ascii_uppercase(),
                        id: tag.attribute("id").unwrap_or_default(),
                        ..Form::default()
                    });
                }
                "/form" => self.inside = None,
                "input" => self.input(&tag),
                "textarea" => {
                    let text = self.until("</textarea");
                    self.put(&tag, text.strip_prefix('\n').unwrap_or(&text).to_owned());
                }
                "select" => self.select(&tag),
                "button" => self.button(&tag),
                _ => {}
            }
        }
        self.forms
    }

    fn tag(&mut self) -> Option<Tag<'a>> {
        loop {
            let start = self.rest.find('<')?;
            self.rest = &self.rest[start + 1..];
            if let Some(comment) = self.rest.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let end = end_of_tag(self.rest)?;
            let inside = &self.rest[..end];
            self.rest = &self.rest[end + 1..];
            let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
            return Some(Tag { name, attributes });
        }
    }

    fn until(&mut self, end: &str) -> String {
        let (text, rest) = self.rest.split_once(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        unescaped(text)
    }

    fn owner(&mut self, tag: &Tag<'_>) -> Option<&mut Form> {
        match tag.attribute("form") {
            Some(id) => self.forms.iter_mut().find(|form| form.id == id),
            None => self.inside.and_then(|at| self.forms.get_mut(at)),
        }
    }

    fn put(&mut self, tag: &Tag<'_>, value: String) {
        let Some(name) = tag.attribute("name").filter(|_| !tag.has("disabled")) else { return };
        if let Some(form) = self.owner(tag) {
            form.fields.push((name, value));
        }
    }

    fn input(&mut self, tag: &Tag<'_>) {
        let kind = tag.attribute("type").unwrap_or_default();
        let value = tag.attribute("value");
        match kind.as_str() {
            "checkbox" | "radio" => {
                let value = value.unwrap_or_else(|| "on".to_owned());
                if tag.has("checked") {
                    self.put(tag, value);
                } else if let (Some(name), Some(form)) = (tag.attribute("name"), self.owner(tag)) {
                    form.offers.push((name, value));
                }
            }
            "submit" => self.press(tag, value.unwrap_or_default()),
            _ => self.put(tag, value.unwrap_or_default()),
        }
    }

    fn select(&mut self, tag: &Tag<'_>) {
        let mut options = Vec::new();
        while let Some(inner) = self.tag() {
            match inner.name {
                "option" => {
                    let words = self.rest.split('<').next().map(unescaped).unwrap_or_default();
                    let value = inner.attribute("value").unwrap_or_else(|| words.trim().to_owned());
                    options.push((value, inner.has("selected")));
                }
                "/select" => break,
                _ => {}
            }
        }
        let chosen = options.iter().find(|(_, selected)| *selected).or(options.first());
        if let Some((value, _)) = chosen {
            self.put(tag, value.clone());
        }
    }

    fn button(&mut self, tag: &Tag<'_>) {
        let inside = self.rest.split_once("</button").map(|(inside, _)| inside).unwrap_or_default();
        if tag.attribute("type").is_none_or(|kind| kind == "submit") {
            let words = tag.attribute("aria-label").unwrap_or_else(|| text_of(inside));
            self.press(tag, words);
        }
    }

    fn press(&mut self, tag: &Tag<'_>, words: String) {
        let value = tag.attribute("value").unwrap_or_default();
        let field = tag.attribute("name").map(|name| (name, value));
        let action = tag.attribute("formaction");
        if let Some(form) = self.owner(tag) {
            form.offers.extend(field.clone());
            form.buttons.push(Button { words, field, action });
        }
    }
}

/// Where a tag ends: the first `>` outside a quoted value.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, c)| {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Some(at),
            _ => {}
        }
        None
    })
}

struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let (value, after) = match after.strip_prefix('=') {
                None => ("", after),
                Some(after) => match after.chars().next() {
                    Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                    _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
                },
            };
            if name == wanted {
                return Some(unescaped(value));
            }
            rest = after.trim_start();
        }
        None
    }

    fn has(&self, wanted: &str) -> bool {
        self.attribute(wanted).is_some()
    }
}

/// The words inside an element, without the tags between them.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = end_of_tag(tag).map_or("", |end| &tag[end + 1..]);
    }
    text.push_str(rest);
    unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with the entities that askama writes read as what they stand for.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = text.to_owned();
    for (entity, c) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        plain = plain.replace(entity, c);
    }
    for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")] {
        plain = plain.replace(entity, c);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><!-- <form action="/not"> -->
      <form method="post" action="/apps?a=1&amp;b=2" id="f1">
        <input type="hidden" name="form_token" value="t&#34;1">
        <input name=client_code value=ABC required>
        <textarea name="note">
one &lt; two</textarea>
        <select name="kind"><option value="a">First<option value="b" selected>Second</select>
        <input type="checkbox" name="scope" value="read" checked><input type="checkbox" name="scope" value="write">
        <input type="text" name="off" value="x" disabled>
        <button name="decision" value="allow"><svg><use href="a>b"/></svg> Allow  it</button>
        <button type="button" name="js">Nothing</button>
      </form>
      <form action="/search"><input name="q"></form>
      <input name="late" value="1" form="f1">
      <button form="f1" formaction="/elsewhere">Elsewhere</button>"#;

    #[test]
    fn a_form_is_read_with_what_it_would_send_untouched() {
        let form = Form::find(PAGE, "Allow it").expect("the form with that button");
        assert_eq!((form.method.as_str(), form.action.as_str()), ("POST", "/apps?a=1&b=2"));
        assert_eq!(
            form.encoded(),
            "form_token=t%221&client_code=ABC&note=one+%3C+two&kind=b&scope=read&late=1"
        );
        let sent = form.clone().with("client_code", "XYZ").ticking("scope", "write").pressing("Allow it");
        assert_eq!(sent.values("scope"), ["read", "write"]);
        assert_eq!((sent.value("client_code"), sent.value("decision")), (Some("XYZ"), Some("allow")));
        assert_eq!(form.pressing("Elsewhere").action, "/elsewhere");
        assert_eq!(Form::find(PAGE, "/search").map(|form| form.method), Some("GET".to_owned()));
        assert_eq!(Form::all_of(PAGE).len(), 2);
    }
}

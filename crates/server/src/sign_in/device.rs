//! Which browser on which system, as far as it says itself: enough for people to recognise their own.

/// What a `User-Agent` header says. Names, not versions: those change under people's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub browser: Option<&'static str>,
    pub system: Option<&'static str>,
}

/// Words of the header and what they mean. Most browsers also claim to be others, so the rarer ones come first.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

impl Device {
    /// Reads the header.
    #[must_use]
    pub fn read(user_agent: &str) -> Self {
        let find = |list: &[(&str, &'static str)]| {
            list.iter().find(|(word, _)| user_agent.contains(word)).map(|(_, name)| *name)
        };
        Self { browser: find(BROWSERS), system: find(SYSTEMS) }
    }

    /// Whether it is carried around.
    #[must_use]
    pub fn is_mobile(self) -> bool {
        matches!(self.system, Some("iPhone" | "iPad" | "Android"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_recognise_their_browser() {
        let read = |text: &str| {
            let device = Device::read(text);
            (device.browser.unwrap_or("-"), device.system.unwrap_or("-"))
        };
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(read(chrome), ("Chrome", "Windows"));
        assert_eq!(read(&format!("{chrome} Edg/142.0.0.0")), ("Edge", "Windows"));
        assert_eq!(
            read(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
            ),
            ("Safari", "iPhone")
        );
        assert_eq!(
            read("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
            ("Firefox", "Linux")
        );
        assert_eq!(read("<script>alert(1)</script>"), ("-", "-"));
    }
}

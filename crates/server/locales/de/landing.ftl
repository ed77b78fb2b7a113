landing-title = Offene Plattform von { $platform }
landing-what = Bauen Sie eine App auf unserer API, und lassen Sie unsere Kunden sie verbinden.
landing-register = Registrieren Sie eine App: Client-ID und Secret haben Sie in einer Minute.
landing-consent = Kunden sehen, was Ihre App darf, und sagen ja oder nein.
landing-standards = OAuth 2.1 und OpenID Connect: Die Bibliothek, die Sie kennen, funktioniert.
landing-customer = Sie sind Kunde? Melden Sie sich an, um die Apps Ihres Kontos zu sehen und zu trennen.

## Die Zustimmung, und die Seiten um sie herum.

consent-title = { $app } verbinden
consent-ask = { $app } von { $publisher } möchte Zugriff auf { $account }
consent-ask-more = { $app } von { $publisher } möchte mehr Zugriff auf { $account }
consent-ask-sign-in = { $app } von { $publisher } möchte Sie für { $account } anmelden
consent-ask-self = Ein Programm, das sich { $app } nennt, möchte auf { $account } zugreifen
consent-ask-self-sign-in = Ein Programm, das sich { $app } nennt, möchte Sie für { $account } anmelden
consent-trust-document = Es beschreibt sich selbst auf { $place }. Niemand sonst hat es geprüft. Erlauben Sie es nur, wenn Sie es gerade selbst eingerichtet haben.

consent-trust-reviewed = Von { $platform } geprüft
consent-trust-not-reviewed = Von { $platform } nicht geprüft. Erlauben Sie es nur, wenn Sie wissen, von wem die App ist.
consent-trust-platform = Von { $platform } selbst
consent-trust-own = Eine App Ihres eigenen Kontos
consent-trust-self = Niemand hat diese App oder ihren Anbieter geprüft. Erlauben Sie es nur, wenn Sie sie gerade selbst eingerichtet haben.

consent-may = Wenn Sie es erlauben, kann die App
consent-new = Neu
consent-you = Über Sie
consent-you-openid = Wissen, dass Sie es sind, wenn Sie wiederkommen
consent-you-profile = Ihren Namen sehen
consent-you-profile-seed = Ihren Namen und Ihre E‑Mail-Adresse sehen
consent-you-email = Ihre E‑Mail-Adresse sehen
consent-you-address = Ihre Postanschrift sehen
consent-you-phone = Ihre Telefonnummer sehen
consent-away = Verbunden bleiben, wenn Sie weg sind
consent-away-why = Sie behält den Zugriff, bis jemand sie trennt.

consent-goes = Sie werden zu { $place } geleitet
consent-goes-program = Sie werden zu { $place } geleitet. Erlauben Sie es nur, wenn Sie es gerade selbst gestartet haben.
consent-goes-trial = Sie probieren die App aus: Sie werden hierher zurückgeleitet.
consent-goes-device = Zugriff bekommt ein Gerät, das den Code { $place } zeigt. Erlauben Sie es nur, wenn Sie diesen Code auf einem eigenen Gerät sehen.
consent-place-computer = einem Programm auf diesem Computer
consent-place-device = einer App auf diesem Gerät
consent-pii = Personenbezogene Daten bleiben ihr verborgen.
consent-kind-account = Sie wird für ganz { $account } verbunden. Kontoadmins können sie jederzeit trennen.
consent-kind-personal = Sie wird nur für Sie verbunden, in { $account }. Sie können sie jederzeit trennen.
consent-kind-join = { $account } hat sie schon verbunden; jetzt geht es um Sie.

consent-signed-in = Angemeldet als { $email }
consent-not-you = Nicht Sie?
consent-other-account = Anderes Konto
consent-cancel = Abbrechen
consent-allow = Erlauben
consent-back = Zurück zu { $app }

choose-title = Konto wählen
choose-what = Die App bekommt Zugriff auf das Konto, das Sie wählen, und auf kein anderes.
choose-legend = Ihre Konten

ask-title = Einen Admin bitten, { $app } zu verbinden
ask-what = Nur Kontoadmins können Apps mit { $account } verbinden. Diese werden gefragt:
ask-button = Admin fragen
ask-wants = Worum sie bittet
asked-title = Ihre Admins sind gefragt
asked-what = Sobald einer von ihnen { $app } mit { $account } verbunden hat, können Sie sie benutzen: Gehen Sie dann zur App zurück und verbinden Sie sie noch einmal.
asked-mailbox = Die Mail auf diesem Server lesen

closed-title = { $app } kann noch nicht verbunden werden
closed-what = { $platform } hat sie nicht geprüft. Bis dahin kann nur das Konto, das sie anbietet, sie verbinden.
no-account-title = Sie gehören zu keinem Konto
no-account-what = { $app } braucht Zugriff auf ein Konto. Bitten Sie einen Kontoadmin, Sie aufzunehmen, oder melden Sie sich mit einer anderen Adresse an.
no-account-suspended-title = Ihr Konto ist gesperrt
no-account-suspended-what = { $app } braucht Zugang zu einem Konto, und { $platform } hat Ihres gesperrt.
no-trial-title = Das können Sie nicht ausprobieren
no-trial-what = Nur ein Admin des Kontos, dem { $app } gehört, kann sie ausprobieren.

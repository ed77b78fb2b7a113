## Was an einem Feld nicht stimmt: was geschehen ist, dann was zu tun ist.
accounts-fault-email = An diese Adresse können wir nicht schreiben. Prüfen Sie die Schreibweise.
accounts-fault-member = Diese Person ist schon Mitglied. Sie steht in der Liste.
accounts-fault-invited = Diese Adresse ist schon eingeladen. Senden Sie die Einladung aus der Liste unten noch einmal.
accounts-fault-just-made = In diesem Augenblick hat sich jemand mit dieser Adresse registriert. Versuchen Sie es noch einmal.
accounts-fault-code = „{ $value }“ kann kein Kontocode sein. Nehmen Sie 4 bis 8 Buchstaben und Ziffern, zuerst einen Buchstaben, oder lassen Sie das Feld leer.
accounts-fault-code-taken = Der Kontocode { $value } wurde schon vergeben; ein Code wird nie zweimal vergeben. Wählen Sie einen anderen, oder lassen Sie das Feld leer.
accounts-fault-kind = Wählen Sie Entwickler, Kunde oder Betreiber.
accounts-fault-claims = Die Claims müssen ein JSON-Objekt von höchstens 16 KB sein.
accounts-fault-role = Die Rolle „{ $value }“ gibt es nicht. GET /api/v1/roles nennt sie alle.
accounts-fault-units = Nennen Sie höchstens { $limit } Einheiten, jede mit ihrer ID aus höchstens 100 Zeichen ohne Leerzeichen.
accounts-fault-too-many = Dieses Konto hat heute schon sehr vielen geschrieben. Versuchen Sie es morgen noch einmal.
accounts-fault-last-admin = Der letzte Kontoadmin bleibt. Machen Sie zuerst jemand anderen zum Kontoadmin.
accounts-fault-not-yours = Diese Person gehört auch zu anderen Konten, deshalb kann nur sie selbst ihren Namen ändern.

## Was ein JSON-Patch nicht kann.
accounts-patch-op = Hier geht nur „replace“.
accounts-patch-path = Das lässt sich nicht ersetzen. Ersetzen Sie /firstName, /lastName, /isAccountAdmin, /enabled oder /properties.
accounts-patch-text = Der Wert muss ein Text sein.
accounts-patch-flag = Der Wert muss true oder false sein.
accounts-patch-units = Der Wert muss eine Liste von IDs sein.
accounts-api-no-person = Dieses Token handelt für eine App, nicht für eine Person. Nehmen Sie ein Token, das eine Person erlaubt hat.

## Worte all dieser Seiten.
accounts-email = E‑Mail
accounts-first-name = Vorname
accounts-last-name = Nachname
accounts-name = Name des Kontos
accounts-code = Kontocode
accounts-kind = Art
accounts-kind-all = Alle
accounts-kind-customer = Kunde
accounts-kind-customer-what = Verbindet Apps: eine Firma, die Ihre API nutzt.
accounts-kind-developer = Entwickler
accounts-kind-developer-what = Registriert Apps, die andere verbinden.
accounts-kind-operator = Betreiber
accounts-kind-operator-what = Führt diesen Server: Seine Admins sehen jedes Konto.
accounts-kind-self = Apps, die sich selbst registrieren
accounts-state = Zustand
accounts-state-active = Aktiv
accounts-state-suspended = Gesperrt
accounts-since = Angelegt
accounts-save = Speichern
accounts-search = Suchen
accounts-search-clear = Alle zeigen
accounts-previous = Zurück
accounts-next = Weiter
accounts-mailbox = Dieser Server hat keinen Mailserver, deshalb liegt die Mail in seinem eigenen Postfach.
accounts-mailbox-link = Postfach öffnen

members-title = Mitglieder
members-count =
    { $count ->
        [one] 1 Mitglied
       *[other] { $count } Mitglieder
    }
members-search = Name oder E‑Mail
members-none-title = Niemand gefunden
members-none = Name oder E‑Mail keines Mitglieds enthält das.
members-person = Person
members-may = Rechte
members-since = Mitglied seit
members-roles = Rollen
members-everywhere = im ganzen Konto
members-id = Benutzer-ID
members-admin = Kontoadmin
members-member = Mitglied
members-make-reviewer = Apps prüfen lassen
members-take-reviewer = Das Recht entziehen, Apps zu prüfen
members-reviewer = Prüfer
members-disabled = Deaktiviert
members-you = Das sind Sie
members-change-who = { $name } ändern
members-make-admin = Zum Kontoadmin machen
members-take-admin = Adminrecht entziehen
members-disable = Deaktivieren
members-enable = Aktivieren
members-remove = Aus dem Konto entfernen
members-remove-dots = Entfernen …
members-admin-what = Kontoadmins registrieren und verbinden Apps und verwalten Mitglieder und Einstellungen.
members-disable-what = Ein deaktiviertes Mitglied behält seinen Platz, kann das Konto aber nicht benutzen. Apps, die für es handeln, stehen sofort still.
members-apps = Verbundene Apps
members-apps-none = Diese Person hat hier keine App verbunden.
members-apps-account = Für das Konto verbunden
members-apps-personal = Für sich selbst verbunden
members-remove-what = Der Zugang zu diesem Konto endet sofort. Die Anmeldung und andere Konten bleiben.
members-remove-title = { $name } entfernen?
members-remove-out = Der Zugang zu diesem Konto endet sofort.
members-remove-you = Ihr Zugang zu diesem Konto endet sofort, und nur ein anderer Kontoadmin kann Sie wieder aufnehmen.
members-remove-personal =
    { $count ->
        [0] Für sich selbst ist keine App verbunden.
        [one] Eine für sich selbst verbundene App wird getrennt.
       *[other] { $count } für sich selbst verbundene Apps werden getrennt.
    }
members-remove-account =
    { $count ->
        [0] Für das Konto ist durch diese Person keine App verbunden.
        [one] Eine für das Konto verbundene App bleibt verbunden; die anderen Kontoadmins bekommen eine Mail darüber.
       *[other] { $count } für das Konto verbundene Apps bleiben verbunden; die anderen Kontoadmins bekommen eine Mail darüber.
    }
members-remove-typed = Das ist nicht die E‑Mail dieser Person. Tippen Sie sie wie angezeigt.
members-no-change = Diese Änderung gibt es nicht.
members-add = Mitglied einladen
members-add-what = Die Person bekommt eine Mail mit einem Link, der 30 Tage gilt, und wird Mitglied, wenn sie annimmt.
members-add-admin = Kontoadmin
members-add-button = Einladen
members-invited = Eingeladen
members-invited-what = Sie werden Mitglied, wenn sie dem Link in ihrer Mail folgen und annehmen.
members-as = Als
members-sent = Gesendet
members-until = Gilt bis
members-over = Link ist abgelaufen
members-resend = Noch einmal senden
members-revoke = Zurückziehen
members-ask = Nur Kontoadmins können Mitglieder einladen, ändern oder entfernen.
flash-invited = Die Einladung ist unterwegs.
flash-invitation-revoked = Die Einladung ist zurückgezogen; ihr Link bewirkt nichts mehr.
flash-member-changed = Das Mitglied ist geändert.
flash-member-removed = Die Person ist kein Mitglied mehr.

invitation-title = { $account } beitreten
invitation-join = Beitreten
invitation-as-admin = Sie sind eingeladen, dort Kontoadmin zu sein.
invitation-as-member = Sie sind eingeladen, dort Mitglied zu sein.
invitation-by = Eingeladen von
invitation-for = Für
invitation-accept = Einladung annehmen
invitation-decline = Ablehnen
invitation-shares = Die Admins sehen dann Ihren Namen, Ihre E-Mail-Adresse und was Sie in diesem Konto tun. Sie können es jederzeit in Ihrem Profil verlassen.
flash-invitation-declined = Sie haben die Einladung abgelehnt. Ihr Link bewirkt nichts mehr.
invitation-sign-in = Sie haben schon einen Zugang. Melden Sie sich an, dann kommen Sie hierher zurück.
invitation-other = Sie sind als { $email } angemeldet, die Einladung gilt aber einer anderen Adresse. Melden Sie sich ab und folgen Sie dem Link in Ihrer Mail noch einmal.
flash-joined = Willkommen. Sie sind jetzt Mitglied dieses Kontos.
problem-invitation-gone-title = Diese Einladung gilt nicht mehr
problem-invitation-gone-advice = Sie wurde angenommen, zurückgezogen oder ersetzt, oder 30 Tage sind vorbei. Bitten Sie einen Kontoadmin, sie noch einmal zu senden.
problem-other-person-title = Diese Einladung gilt jemand anderem
problem-other-person-advice = Melden Sie sich ab und folgen Sie dem Link in Ihrer Mail noch einmal.
problem-last-admin-title = Der letzte Kontoadmin bleibt
problem-last-admin-advice = Nichts wurde geändert: Ohne diese Person könnte niemand das Konto verwalten. Machen Sie zuerst jemand anderen zum Kontoadmin.
problem-last-operator-title = Das letzte Betreiberkonto bleibt
problem-last-operator-advice = Nichts wurde geändert: Ohne dieses Konto könnte niemand den Server betreiben.
problem-other-state-title = Das ist schon geschehen
problem-other-state-advice = Nichts wurde geändert. Laden Sie die Seite neu, um zu sehen, wie es steht.
problem-not-yours-title = Nur die Person selbst kann ihren Namen ändern
problem-not-yours-advice = Nichts wurde geändert: Diese Person gehört auch zu anderen Konten.

settings-title = Einstellungen
settings-account = Konto
settings-account-what = Der Name ist bei Anmeldung und Zustimmung zu sehen. Der Code ist Teil jeder Client-ID und ändert sich nie.
settings-connect = Apps verbinden
settings-connect-what = Was ein Kontoadmin verbindet, gehört dem Konto. Was ein anderes Mitglied verbindet, gilt nur für dieses Mitglied und endet mit der Mitgliedschaft.
settings-connect-who = Wer darf Apps verbinden?
settings-connect-admins = Nur Kontoadmins
settings-connect-admins-what = Andere Mitglieder fragen einen Kontoadmin, der eine Mail bekommt.
settings-connect-list = Alle, aber nur schon verbundene Apps
settings-connect-list-what = Sobald ein Kontoadmin eine App verbunden hat, verbinden andere Mitglieder sie für sich selbst. Um andere Apps bitten sie.
settings-connect-anyone = Alle, jede App
settings-connect-anyone-what = Jedes Mitglied verbindet jede App für sich selbst.
settings-usual = üblich
settings-no-policy = Wählen Sie, wer Apps verbinden darf.
flash-saved = Gespeichert.

operator-accounts-title = Konten
operator-create = Konto anlegen
operator-create-title = Ein Konto anlegen
operator-search = Name oder Kontocode
operator-none-title = Kein Konto gefunden
operator-none = Kein Konto dieser Art heißt so oder hat diesen Code.
operator-account = Konto
operator-account-what = Entwickler können sich auch selbst registrieren.
operator-apps = Apps
operator-connections = Verbindungen
operator-figure-accounts = Konten
operator-figure-people = Personen
operator-figure-apps = Apps
operator-figure-connections = Verbindungen
operator-code-help = 4 bis 8 Buchstaben und Ziffern, Teil jeder Client-ID, nie änderbar. Lassen Sie das Feld leer, dann wählen wir einen.
operator-admin = Erster Kontoadmin
operator-admin-what = Eine Mail mit einem Link zum Wählen des Passworts geht an diese Adresse. Wer schon einen Zugang hat, behält Namen und Passwort.
operator-admins = Kontoadmins
operator-no-admin = Niemand kann dieses Konto verwalten.
operator-suspend = Konto sperren
operator-suspend-dots = Sperren …
operator-suspend-what = Nichts im Konto funktioniert, bis Sie es freigeben. Nichts wird gelöscht.
operator-suspend-title = { $name } sperren?
operator-suspend-members =
    { $count ->
        [one] Ein Mitglied kann das Konto nicht mehr benutzen.
       *[other] { $count } Mitglieder können das Konto nicht mehr benutzen.
    }
operator-suspend-apps =
    { $count ->
        [0] Es besitzt keine App.
        [one] Seine eine App steht für alle still, die sie verbunden haben.
       *[other] Seine { $count } Apps stehen für alle still, die sie verbunden haben.
    }
operator-suspend-connections =
    { $count ->
        [0] Es hat keine App verbunden.
        [one] Seine eine verbundene App bekommt keine Tokens mehr.
       *[other] Seine { $count } verbundenen Apps bekommen keine Tokens mehr.
    }
operator-suspend-back = Das gilt sofort. Sie können das Konto jederzeit wieder freigeben.
operator-suspend-typed = Das ist nicht der Code dieses Kontos. Tippen Sie ihn wie angezeigt.
operator-suspended = Dieses Konto ist gesperrt: Nichts darin funktioniert.
operator-resume = Konto freigeben
operator-resume-what = Mitglieder, Apps und Verbindungen arbeiten wieder wie vorher.
flash-account-created = Das Konto ist angelegt, und eine Mail an seinen Admin ist unterwegs.
flash-account-suspended = Das Konto ist gesperrt.
flash-account-resumed = Das Konto arbeitet wieder.

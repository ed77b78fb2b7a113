## Hinein und hinaus.

sign-in-email = E‑Mail
sign-in-password = Passwort
sign-in-password-help = Mindestens 8 Zeichen. Am besten ein paar Wörter, die nur Sie so zusammenstellen würden.
sign-in-name = Name
sign-in-first-name = Vorname
sign-in-last-name = Nachname
sign-in-busy = Gerade melden sich viele an. Versuchen Sie es in ein paar Sekunden noch einmal.
sign-in-wait-seconds =
    { $count ->
        [one] Zu viele Versuche. Versuchen Sie es in einer Sekunde noch einmal.
       *[other] Zu viele Versuche. Versuchen Sie es in { $count } Sekunden noch einmal.
    }
sign-in-wait-minutes =
    { $count ->
        [one] Zu viele Versuche. Versuchen Sie es in einer Minute noch einmal.
       *[other] Zu viele Versuche. Versuchen Sie es in { $count } Minuten noch einmal.
    }

fault-email = Geben Sie eine E‑Mail-Adresse wie name@firma.de ein.
fault-email-taken = Mit dieser Adresse gibt es schon einen Zugang. Melden Sie sich an, oder nehmen Sie eine andere.
fault-first-name-empty = Geben Sie Ihren Vornamen ein.
fault-last-name-empty = Geben Sie Ihren Nachnamen ein.
fault-company-empty = Geben Sie einen Namen ein, den andere sehen werden.
fault-name-long = Höchstens 100 Zeichen.
fault-name-hidden = Hier stehen Zeichen, die man nicht sieht. Tippen Sie den Text neu.
fault-password-short = Mindestens 8 Zeichen.
fault-password-long = Höchstens 1024 Zeichen.
fault-password-common = So ein Passwort haben viele, deshalb wird es als eines der ersten geraten. Wählen Sie ein anderes.
fault-password-personal = Das ist fast ein Name oder eine Adresse, die andere kennen. Wählen Sie etwas, das niemand mit Ihnen verbindet.
fault-password-wrong = Das ist nicht Ihr jetziges Passwort.

login-title = Anmelden
login-button = Anmelden
login-wrong = E‑Mail und Passwort gehören nicht zusammen. Prüfen Sie beides, oder wählen Sie ein neues Passwort.
login-forgot = Passwort vergessen?
login-new = Neu hier?

logout-title = Abmelden?
logout-who = Sie sind als { $email } angemeldet.
logout-stay = Angemeldet bleiben
flash-signed-out = Sie sind abgemeldet.
flash-signed-out-here = Sie sind abgemeldet. Die App wollte Sie zu einer Adresse bringen, die sie nicht registriert hat; deshalb bleiben Sie hier.

problem-start-again-title = Beginnen Sie noch einmal in der App
problem-start-again-advice = Diese Seite hat zu lange gewartet oder gehört zu einem anderen Browser. Nichts wurde geändert. Gehen Sie zur App zurück und verbinden Sie sie noch einmal.

register-title = Entwicklerkonto anlegen
register-what = Kostenlos, für alle, die Apps für diese Plattform bauen. Ihre erste App können Sie gleich danach registrieren.
register-company = Name der Firma oder des Kontos
register-company-help = Wer Ihre Apps verbindet, sieht ihn als Anbieter.
register-button = Konto anlegen
register-known = Haben Sie schon ein Konto?
register-sent = Wir haben einen Link an { $email } geschickt. Öffnen Sie ihn innerhalb von 24 Stunden, dann ist Ihr Konto bereit.

confirm-title = E‑Mail-Adresse bestätigen
confirm-what = Noch ein Klick, und Ihr Entwicklerkonto ist bereit.
confirm-elsewhere = Das ist nicht der Browser, in dem das Konto angefordert wurde. Geben Sie das Passwort ein, das dort gewählt wurde.
confirm-wrong = Das ist nicht das Passwort, das dabei gewählt wurde. Nichts ist bestätigt.
confirm-button = Bestätigen und anmelden
confirm-not-you = Sie waren das nicht? Schließen Sie diese Seite: Es wird nichts angelegt.
flash-account-made = Ihr Entwicklerkonto ist bereit.

sent-title = Sehen Sie in Ihre Mails
sent-nothing = Nach ein paar Minuten noch keine Mail? Sehen Sie im Spam-Ordner nach, oder prüfen Sie die Schreibweise der Adresse.
sent-mailbox = Dieser Server verschickt noch keine Mails, sondern behält sie in einem eigenen Postfach.
sent-mailbox-link = Postfach öffnen
sent-back = Zurück zur Anmeldung

gone-title = Dieser Link gilt nicht mehr
gone-why = Er wurde benutzt, durch einen neueren ersetzt oder ist zu alt. Lassen Sie sich einen neuen schicken.
gone-new-link = Neuen Link anfordern

reset-title = Neues Passwort wählen
reset-what = Geben Sie Ihre E‑Mail-Adresse ein, und wir schicken Ihnen einen Link.
reset-button = Link schicken
reset-sent = Wenn es mit { $email } hier einen Zugang gibt, ist ein Link für ein neues Passwort unterwegs. Er gilt eine Stunde.

set-password-title = Passwort wählen
set-password-what-first = Für { $email }.
set-password-what = Für { $email }. Überall sonst werden Sie abgemeldet.
set-password-new = Neues Passwort
set-password-button = Speichern und anmelden
flash-password-set = Ihr neues Passwort gilt, und Sie sind angemeldet.

first-operator-title = Diesen Server einrichten
first-operator-what = Legen Sie den ersten Betreiber an: wer die Plattform führt, Konten anlegt und bestimmt, um welche Scopes Apps bitten können.
first-operator-platform = Name der Firma oder des Kontos
first-operator-platform-help = Das Konto, das diesen Server betreibt. Auf Seiten und in Mails heißt die Plattform „{ $platform }“: Das ändert die Einstellung branding.name.
first-operator-button = Betreiber anlegen
flash-operator-made = Sie sind der Betreiber dieses Servers.

problem-operator-link-gone-title = Dieser Link gilt nicht mehr
problem-operator-link-gone-advice = Entweder gibt es schon einen Betreiber, oder der Link ist älter als ein Tag. „grantry admin link“ gibt auf dem Server einen neuen aus.

name-title = Ihr Name
name-what = Alle in Ihren Konten sehen ihn, und Apps, denen Sie sagen, wer Sie sind.
name-change = Ändern
name-save = Namen speichern
flash-name-changed = Ihr Name ist geändert.
profile-you = Sie
profile-language = Sprache
profile-language-label = Seiten und Mails
profile-language-browser = Wie der Browser
# How this language calls itself.
profile-language-itself = Deutsch
profile-language-save = Sprache speichern
flash-language-chosen = Von jetzt an lesen Sie alles in dieser Sprache.
profile-password-what = Danach bleiben Sie hier angemeldet und werden überall sonst abgemeldet.
profile-password-current = Jetziges Passwort
profile-password-button = Passwort ändern
flash-password-changed = Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.
profile-accounts = Ihre Konten
profile-accounts-what = Niemand macht Sie ohne Ihr Ja zum Mitglied eines Kontos.
profile-account-leave = Konto verlassen
profile-account-leave-dots = Verlassen …
profile-account-leave-title = { $account } verlassen?
profile-account-leave-what = Sie verlieren sofort den Zugang zu diesem Konto. Apps, die Sie dort für sich verbunden haben, werden getrennt; was Sie für das Konto verbunden haben, bleibt. Nur ein Kontoadmin kann Sie wieder einladen.
flash-account-left = Sie haben das Konto verlassen.

profile-activity = Ihre Anmeldungen ansehen, auch die abgewiesenen
profile-sessions = Wo Sie angemeldet sind
profile-sessions-what = Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort. Eine Sitzung endet von selbst, wenn sie 12 Stunden nicht benutzt wird, und nach 7 Tagen.
profile-sessions-end-others = Alle anderen beenden
profile-session-device = Browser
profile-session-ip = Adresse
profile-session-began = Angemeldet
profile-session-seen = Zuletzt benutzt
profile-session-this = Dieser Browser
profile-session-end = Beenden
profile-device = { $browser } auf { $system }
profile-device-unknown = Unbekannter Browser
flash-session-ended = Die Sitzung ist beendet.
flash-sessions-ended = Alle anderen Sitzungen sind beendet.

profile-apps = Apps, die Sie erlaubt haben
profile-apps-what = Nehmen Sie zurück, was Sie nicht mehr wollen. Die App verliert sofort, was sie von Ihnen bekommen hat, und fragt beim nächsten Mal wieder.
profile-apps-empty-title = Noch keine Apps
profile-apps-empty = Wenn Sie eine App verbinden oder sich bei einer anmelden, erscheint sie hier.
profile-app = App
profile-app-account = Konto
profile-app-yours = Nur für Sie: Wenn Sie sie zurücknehmen, ist die App getrennt.
profile-app-shared = Vom Konto verbunden: Für andere bleibt sie es.
profile-app-may = Darf
profile-app-who = Wissen, wer Sie sind
profile-app-away = Verbunden bleiben, wenn Sie weg sind
profile-app-permissions =
    { $count ->
        [one] 1 Berechtigung
       *[other] { $count } Berechtigungen
    }
profile-app-withdraw = Zurücknehmen
profile-app-withdraw-what = Zurücknehmen, was Sie { $app } erlaubt haben
flash-consent-withdrawn = Die App kann nicht mehr nutzen, was Sie erlaubt hatten.

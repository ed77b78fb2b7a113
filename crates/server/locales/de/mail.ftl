# Die Mails. "platform" ist die Firma, die den Server betreibt.
mail-hello = Hallo { $name },
mail-reason = Sie bekommen diese Mail von { $platform }, weil diese Adresse dort benutzt wird.
mail-help = Fragen? { $support }
mail-link-alone = Wenn der Knopf nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-not-you = Wenn Sie das nicht waren, tun Sie nichts: Ohne den Link ändert sich nichts.
mail-hours =
    { $count ->
        [one] Der Link gilt einmal und eine Stunde lang.
       *[other] Der Link gilt einmal und { $count } Stunden lang.
    }
mail-days =
    { $count ->
        [one] Der Link gilt einmal und einen Tag lang.
       *[other] Der Link gilt einmal und { $count } Tage lang.
    }

mail-confirm-subject = Bestätigen Sie Ihre E‑Mail-Adresse für { $platform }
mail-confirm-line = Bestätigen Sie, dass diese Adresse Ihnen gehört. Danach ist Ihr Entwicklerkonto { $account } bereit.
mail-confirm-button = E‑Mail-Adresse bestätigen

mail-known-subject = Sie haben schon einen Zugang bei { $platform }
mail-known-line = Jemand, wahrscheinlich Sie, wollte sich bei { $platform } mit dieser Adresse registrieren. Es gibt dafür schon einen Zugang, deshalb wurde nichts angelegt.
mail-known-button = Anmelden
mail-known-note = Passwort vergessen? Wählen Sie auf der Anmeldeseite ein neues. Wenn Sie das nicht waren, tun Sie nichts.

mail-set-password-subject = Wählen Sie Ihr Passwort für { $platform }
mail-set-password-line = Für Sie wurde ein Konto eingerichtet: { $account }. Wählen Sie ein Passwort, um zu beginnen.
mail-set-password-button = Passwort wählen

mail-invitation-subject = { $inviter } lädt Sie zu { $account } ein
mail-invitation-line = { $inviter } lädt Sie in das Konto { $account } bei { $platform } ein.
mail-invitation-button = Einladung ansehen
mail-invitation-note = Wenn Sie das nicht erwartet haben, tun Sie nichts: Mitglied werden Sie nur, wenn Sie annehmen.

mail-reset-subject = Wählen Sie ein neues Passwort für { $platform }
mail-reset-line = Jemand, wahrscheinlich Sie, hat für diese Adresse ein neues Passwort angefordert.
mail-reset-button = Neues Passwort wählen

mail-added-subject = Sie gehören jetzt zu { $account }
mail-added-line = { $inviter } hat Sie in das Konto { $account } bei { $platform } aufgenommen. Sie finden es in der Kontenliste neben Ihren anderen Konten.
mail-added-button = Konto öffnen

mail-stay-subject = { $member } hat { $account } verlassen, einige Apps bleiben verbunden
mail-stay-line = { $member } ({ $email }) gehört nicht mehr zu { $account }. Apps, die diese Person für das Konto verbunden hat, bleiben verbunden, damit nichts stehen bleibt. Sie arbeiten ab jetzt für das Konto selbst, nicht mehr für { $member }.
mail-stay-apps = Noch verbunden: { $apps }. Trennen Sie, was das Konto nicht braucht.
mail-stay-button = Verbundene Apps ansehen

mail-ask-subject = { $person } bittet Sie, { $app } zu verbinden
mail-ask-line = { $person } ({ $email }) möchte { $app } von { $publisher } mit dem Konto { $account } benutzen. Nur Kontoadmins können eine App verbinden.
mail-ask-button = Ansehen, worum sie bittet
mail-ask-note = Zugriff bekommt die App nur, wenn Sie ihn auf der nächsten Seite erlauben.

mail-review-submitted-subject = { $app } von { $publisher } wartet auf Genehmigung
mail-review-submitted-line = { $publisher } hat { $app } zur Genehmigung eingereicht.
mail-review-commented-subject = Kommentar zu { $app }
mail-review-commented-line = Jemand hat etwas zur Einreichung von { $app } gesagt:
mail-review-changes-subject = { $app } braucht Änderungen vor der Genehmigung
mail-review-changes-line = Jemand von { $platform } hat { $app } angesehen und bittet um Änderungen. Ihre App funktioniert wie bisher; ändern Sie, was genannt ist, und reichen Sie sie noch einmal ein.
mail-review-approved-subject = { $app } ist genehmigt
mail-review-approved-line = Was Sie von { $app } eingereicht haben, ist genehmigt und gilt.
mail-review-rejected-subject = { $app } wurde nicht genehmigt
mail-review-rejected-line = Jemand von { $platform } hat entschieden, nicht zu genehmigen, was Sie von { $app } eingereicht haben. Ihre App funktioniert wie bisher.
mail-review-button = Einreichung öffnen

mailbox-title = Postfach
mailbox-what = Dieser Server hat keinen Mailserver, deshalb bleiben seine Mails hier. Mit [mail] smtp werden sie verschickt.
mailbox-empty-title = Noch keine Mail
mailbox-empty = Einladungen, Bestätigungen und neue Passwörter erscheinen hier, sobald jemand sie anfordert.
mailbox-to = An
mailbox-open-link = Link öffnen
mailbox-all = Alle Mails

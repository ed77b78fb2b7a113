connections-title = Verbundene Apps
connections-add = Neue App hinzufügen
connections-app = App
connections-access = Zugriff
connections-used = Zuletzt benutzt
connections-open = Einzelheiten
connections-start = { $app } öffnen
connections-secrets = Secrets
connections-secret-count = { $count ->
    [0] Kein Secret
    [one] 1 Secret
   *[other] { $count } Secrets
}
connections-permissions = { $count ->
    [0] Keine Berechtigungen
    [one] 1 Berechtigung
   *[other] { $count } Berechtigungen
}
connections-suspended = Gesperrt
connections-personal = Nur für
connections-of-account = Für das ganze Konto
connections-store-apps = Store-Apps
connections-empty-title = Keine App ist verbunden
connections-empty = Apps, die Sie verbinden, erscheinen hier, mit dem, was sie dürfen, und wann sie zuletzt benutzt wurden. Das Verbinden beginnt in der App selbst.
connections-custom-apps = Custom-Apps
connections-custom-empty-title = Noch keine Custom-App
connections-custom-empty = Eine Custom-App ist Ihr eigenes Programm: Sie arbeitet nur für dieses Konto und braucht niemandes Zustimmung.
connections-wishes = Wartet auf einen Admin
connections-wishes-how = Um einen Wunsch zu erfüllen, öffnen Sie die App selbst und verbinden sie für dieses Konto.
connections-who = Gefragt von
connections-when = Wann
connections-dismiss = Ablehnen
connections-publisher = Anbieter
connections-made = Verbunden
connections-kind = Wessen Verbindung
connections-state = Zustand
connections-may = Was sie darf
connections-about-you = Was Sie selbst erlaubt haben
connections-admins-end = Kontoadmins können diese App trennen.
connections-disconnect = Trennen
connections-disconnect-title = Diese App trennen?
connections-disconnect-reach = { $count ->
    [0] Die App verliert sofort ihren Zugriff. Was sie für Sie tut, ruht, bis jemand sie wieder verbindet.
    [one] Die App verliert sofort 1 Berechtigung. Was sie für Sie tut, ruht, bis jemand sie wieder verbindet.
   *[other] Die App verliert sofort { $count } Berechtigungen. Was sie für Sie tut, ruht, bis jemand sie wieder verbindet.
}
connections-confirm-other = Das ist nicht der Name der App. Nichts wurde getrennt.

flash-disconnected = Die App ist getrennt.
flash-wish-dismissed = Der Wunsch ist abgelehnt.

## Geräte ohne Browser.

device-title = Gerät verbinden
device-what = Geben Sie den Code ein, den Ihr Fernseher, Programm oder anderes Gerät zeigt.
device-code = Code auf dem Gerät
device-code-help = Acht Buchstaben. Großschreibung und Bindestrich sind gleichgültig.
device-continue = Weiter
device-warning = Fahren Sie nur fort, wenn Sie den Code auf einem eigenen Gerät sehen. Niemand, der Sie anruft oder Ihnen schreibt, braucht ihn.
device-fault-code = Diesen Code zeigt jetzt kein Gerät. Vergleichen Sie ihn mit Ihrem Gerät, oder lassen Sie es einen neuen anzeigen.
device-done-title = Ihr Gerät ist verbunden
device-done-what = Es macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.
device-refused-title = Ihr Gerät ist nicht verbunden
device-refused-what = Es hat keinen Zugriff bekommen. Sie können diese Seite schließen.
device-again = Ein anderes Gerät verbinden

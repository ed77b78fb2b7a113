## Die Seite des Betreibers mit dem Scope-Katalog.
catalogue-title = Scopes
catalogue-lead = Worum Apps bitten können, in den Worten der Zustimmung.
catalogue-apis =
    { $count ->
        [one] 1 API,
       *[other] { $count } APIs,
    }
catalogue-scopes =
    { $count ->
        [one] 1 Scope.
       *[other] { $count } Scopes.
    }
catalogue-audience = Audience
catalogue-opaque = Opake Tokens
catalogue-resources = Resource-Identifier
catalogue-no-scopes = Diese API hat keinen Scope, also kann um nichts gebeten werden.
catalogue-scope = Scope
catalogue-sentence = Was man liest
catalogue-notes = Hinweise
catalogue-retired = Ausgemustert
catalogue-default = Ohne zu fragen dabei
catalogue-machine = Für Maschinen
catalogue-internal = Nicht für Apps anderer
catalogue-import = Katalog importieren
catalogue-import-what = Eine API der Datei ersetzt die gleichen Namens; die anderen bleiben. Es wird alles importiert oder nichts.
catalogue-file = Katalogdatei
catalogue-file-help = TOML, das mit [[api]] beginnt.
catalogue-from-file = Oder aus einer Datei nehmen
catalogue-import-button = Importieren
catalogue-fault-file = Nicht importiert. Bei { $place }: { $problem }
catalogue-fault-in-use = Nicht importiert, denn in der Datei fehlen Scopes, die in Gebrauch sind: { $scopes }. Behalten Sie sie, oder schreiben Sie dort retired = true: Dann kann keine neue App um sie bitten, und was gewährt wurde, bleibt.
catalogue-fault-used-by = { $scope } (Apps: { $apps }, Verbindungen: { $connections })
catalogue-fault-scope-taken = Nicht importiert, denn ein Scope der Datei gehört zu einer API, die nicht darin steht. Benennen Sie den Scope um, oder nehmen Sie diese API in die Datei auf.
catalogue-fault-resource-taken = Nicht importiert, denn ein Resource-Identifier der Datei gehört zu einer API, die nicht darin steht. Entfernen Sie einen von beiden.
flash-catalogue-imported = Der Katalog ist importiert. Apps können ab jetzt darum bitten.

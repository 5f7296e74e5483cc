"""Find what a reply in another language than English says we did: `ich habe … eingetragen`, `ho spostato`, `ik heb …
verlengd`.

English verbs are told apart by name in `graph.verification.claims.action_claims`. Here any verb counts in the first
person of the past, but for those of looking and understanding; what was done then has to be seen in what tools wrote.
"""

import re
from collections.abc import Iterator

_CLAUSE_END = r"(?=\s*(?:[.,!;:)]|$|\s(?:und|oder|en|och|og|et|y|e|i)\b))"

_GERMAN_LOOKS = (
    "gefunden|gesehen|geprüft|nachgesehen|verstanden|gelesen|geschaut|nachgeschaut|gesucht|geholfen|erhalten|"
    "bekommen|gehört|gemerkt|"
    "notiert|erklärt|beschrieben|genannt|gesagt|gemeint|versucht|entdeckt|überprüft|geöffnet|geschlossen|"
    "beantwortet|gewünscht|gehabt|"
    "verglichen|berechnet|zusammengefasst|aufgelistet|gezeigt|verloren|gewesen|nachgelesen|durchsucht|"
    "angegeben|erwähnt|gerechnet"
)
_FRENCH_LOOKS = (
    r"trouvé\w*|vue?s?|vérifié\w*|lue?s?|compris\w*|regardé\w*|cherché\w*|consulté\w*|noté\w*|reçue?s?|"
    r"expliqué\w*|répondu|indiqué\w*|dite?s?|"
    r"pensé|eue?s?|été|pu|voulu|dû|oublié\w*|constaté\w*|examiné\w*|comparé\w*|calculé\w*|besoin|vérifier|"
    r"consulter|regarder|lire|voir|trouver|ici|aussi|plus"
)
_SPANISH_LOOKS = (
    "encontrado|visto|comprobado|leído|entendido|mirado|buscado|consultado|revisado|recibido|dicho|sido|tenido|"
    "podido|querido|"
    "verificado|calculado|explicado|comparado|estado|consultar|revisar|comprobar|ver|leer"
)
_ITALIAN_LOOKS = (
    "trovato|visto|controllato|verificato|letto|capito|cercato|guardato|ricevuto|detto|avuto|potuto|voluto|"
    "dovuto|spiegato|"
    "calcolato|confrontato|consultato|scritto|chiesto|bisogno|molto|tutto|questo|stato|stata"
)
_DUTCH_LOOKS = (
    "gevonden|gezien|gecontroleerd|gelezen|begrepen|gekeken|gezocht|nagekeken|ontvangen|gekregen|bekeken|"
    "gehoord|geprobeerd|"
    "vergeleken|berekend|verteld|geopend|gesloten|gehad|geweest|bericht|geen|gegevens"
)
_NORDIC_LOOKS = (
    "hittat|sett|kontrollerat|läst|förstått|tittat|letat|fått|kollat|fundet|set|læst|forstået|kigget|ledt|fået|"
    "tjekket|funnet|lest|"
    "sjekket|öppet|åpent|åbent|lukket|stängt|varit|haft|mycket|annat|något|inget|allt|ett|det|att|rätt"
)
_PORTUGUESE = (
    "cancel|reembols|envi|solicit|alter|atualiz|registr?|agend|marqu|reserv|cri|apliqu|adicion|remov|bloque|"
    "ativ|encaminh|transfer|"
    "devolv|ped|abr|troqu|mud|inici|emit|prolongu|renov|process|anul|avis|encomend|estend"
)
_POLISH = (
    "anulowa|zwróci|wysła|zmieni|zamówi|zarezerwowa|zgłosi|utworzy|przekaza|zablokowa|przedłuży|aktywowa|"
    "zaktualizowa|przela|"
    "wystawi|doda|usunę|złoży|odda|umówi|zapisa|otworzy|odwoła|przesunę|poprosi"
)
_CLAIMS = (
    re.compile(
        rf"\b(?:ich habe|wir haben|habe ich|haben wir|ich hab|hab ich)\s.{{0,100}}?\b(?P<did>(?!(?:{_GERMAN_LOOKS})\b)"
        rf"(?:\w*ge\w+(?:t|en)|(?:be|ver|er|ent|über|unter|um|wieder)\w+(?:t|en)|\w+iert))\b{_CLAUSE_END}"
    ),
    re.compile(
        rf"\b(?:j'ai|j'avais|je (?:l'|vous |les |leur |lui )ai|nous avons|nous (?:l'|vous )avons)\s(?:(?:bien|"
        rf"déjà|donc|aussi|également|immédiatement|tout de suite)\s){{0,2}}"
        rf"(?P<did>(?!(?:{_FRENCH_LOOKS})\b)\w{{3,}}(?:ée?s?|ie?s?|it|ues?|us?))\b"
    ),
    re.compile(
        rf"\b(?:je viens|nous venons) d(?:e |')(?:vous |le |la |les |lui "
        rf")?(?P<did>(?!(?:{_FRENCH_LOOKS})\b)\w{{3,}}(?:er|ir|re))\b"
    ),
    re.compile(
        rf"\b(?:he|hemos)\s(?:\w+\s)?(?P<did>(?!(?:{_SPANISH_LOOKS})\b)(?:\w{{2,}}[ai]do|hecho|puesto|escrito|"
        rf"abierto|resuelto|devuelto))\b"
    ),
    re.compile(rf"\bacab(?:o|amos) de\s(?P<did>(?!(?:{_SPANISH_LOOKS})\b)\w{{2,}}[aei]r(?:l[aoe]s?|te)?)\b"),
    re.compile(
        rf"\b(?:ho|abbiamo|l'ho|gliel'ho)\s(?:(?:già|appena|subito|anche|quindi)\s){{0,2}}"
        rf"(?P<did>(?!(?:{_ITALIAN_LOOKS})\b)\w{{3,}}(?:[aiu]t[aoei]|ss[aoei]|st[aoei]|tt[aoei]|rt[aoei]|s[aoei]))\b"
    ),
    re.compile(
        rf"\b(?:ik heb|we hebben|wij hebben|heb ik|hebben we|hebben wij)\s.{{0,80}}?\b(?P<did>(?!(?:{_DUTCH_LOOKS})\b)"
        rf"(?:\w*ge\w+|(?:ver|be|her|ont)\w+)(?:d|t|en))\b{_CLAUSE_END}"
    ),
    re.compile(
        rf"\b(?:jag|vi|jeg)\s(?:har|hade|havde)\s(?:nu |precis |redan |lige |allerede |nettopp "
        rf")?(?P<did>(?!(?:{_NORDIC_LOOKS})\b)\w{{3,}}(?:at|it|rt|tt|lt|nt|st|et))\b"
    ),
    re.compile(rf"\b(?P<did>(?:{_PORTUGUESE})(?:ei|i|imos|amos|emos))\b"),
    re.compile(r"\bacab(?:ei|ámos|amos) de\s(?P<did>(?!(?:ver|ler|verificar|consultar)\b)\w{2,}[aei]r)\b"),
    re.compile(rf"\b(?P<did>(?:{_POLISH})(?:łem|łam|liśmy|łyśmy|lem|lam))\b"),
)


def find_foreign_claims(clause: str) -> Iterator[re.Match[str]]:
    """Yield what a clause in small letters claims in the first person; the verb is the group `did`."""
    for pattern in _CLAIMS:
        yield from pattern.finditer(clause)

"""Read what people mean without naming it: all of several, the second one, what was said before, a moment's time."""

import re

from core.language.text import any_of, normalised
from core.language.word_tables import NUMBER_WORDS

_ALL = any_of(
    r"\b(?:both|each of (?:them|my|the|these)|every one of (?:them|my|the)|all (?:of )?(?:them|my|these|those))\b",
    r"\b(?:beide[nrs]?|alle (?:meine|davon|diese)\w*)\b",
    r"\b(?:les deux|toutes (?:mes|les|ces)|tous (?:mes|les|ces))\b",
    r"\b(?:ambos|ambas|los dos|las dos|tod[oa]s (?:mis|l[oa]s))\b",
    r"\b(?:entramb[ie]|tutt[ie] (?:i miei|le mie|e due|quell[ie]))\b",
    r"\b(?:ambos os|ambas as|os dois|as duas|alle twee|allebei|obie|oba|wszystkie moje)\b",
)
_ANOTHER = any_of(
    r"\b(?:also|as well|too|another|in addition|additionally|on top of that)\b",
    r"\b(?:auch|außerdem|ebenso|zusätzlich|aussi|également|también|además|anche|inoltre|também|além disso)\b",
    r"\b(?:ook|eveneens|także|również)\b",
)
_THE_OTHER = any_of(
    r"\bother(?: one)?s?\b",
    r"\bandere[nrms]?\b|\bl'autre\b|\bles autres\b|\b(?:el|la|los|las) otr[oa]s?\b|\bl'altr[oa]\b|\b[oa] outr[oa]\b",
)
_EXCEPTION = any_of(
    r"^(?:but |and |ok |oh )*(?:(?:why(?: not)?|how come|seriously|really)\W*$|why (?:can't|is that)\b)",
    r"\b(?:come on|is there (?:no|any) (?:other )?(?:way|chance)|exceptions?|unfair|ridiculous|absurd|"
    r"only (?:a|an|one|\d+) (?:\w+ )?(?:late|over)|only (?:a few|\d+) days?|nothing (?:i|you) can do)\b",
    r"\b(?:warum|wieso|weshalb|ausnahme|trotzdem|wirklich)\b|\b(?:pourquoi|exception|quand même|vraiment)\b|"
    r"\b(?:por qué|excepción|de verdad)\b",
)
_ELSE = any_of(
    r"\b(?:why|how come|(?:no|any|another|some) (?:other )?way|anyway|really|then|now|else|instead|"
    r"otherwise|sure|please|other(?: one)?s?)\b",
    r"\b(?:sonst|dann|andere[nrs]?|alors|sinon|l'autre|entonces|si no|otr[oa])\b",
)
_HESITATES = re.compile(
    r"^\W*(?:(?:hm+|um+|uh+|er+|well|ok|okay|oh)\W+)*(?:(?:please )?(?:wait|hold on|hang on|one (?:moment|second|sec)|"
    r"(?:just )?an? (?:moment|second|sec|minute)|let me (?:check|see|think|look)|i (?:have|need) to (?:check|think)|"
    r"not (?:yet|now)|moment|warte|warten|sekunde|un momento|un instant|attendez|attends|espere?a?|un attimo|"
    r"aspett\w+|momento|wacht|even kijken|chwil\w+)\b|(?:hm+|um+|uh+)\W*$)",
)
_LOOKS_UP = re.compile(
    r"\b(?:i(?:'ll| will| have to| need to|'m going to)|let me)(?: (?:just|first|quickly|go|and))* "
    r"(?:look|check|see|ask|think|search|find out|talk|speak|discuss|sleep on)\b|"
    r"\bich (?:muss |werde |will )?(?:\w+ ){0,3}(?:nach(?:sehen|schauen|schaue|fragen)?|überlege\w*|prüfe\w*|"
    r"bespr[ei]\w+)\b|\bich (?:rede|spreche) (?:\w+ ){0,2}mit\b|"
    r"\bich (?:schaue?|sehe?|frage?) (?:\w+ ){0,3}nach\b|"
    r"\bje (?:vais |dois )?(?:\w+ ){0,2}(?:vérifie\w*|regarde\w*|réfléchi\w*|demande\w*|parle\w*)\b|"
    r"\b(?:voy a|tengo que|déjeme|déjame) (?:\w+ )?(?:mirar\w*|comprobar\w*|buscar\w*|pensar\w*|preguntar|"
    r"hablar\w*|consultar\w*)\b"
)
_TRIED = any_of(
    r"\b(?:did|done|tried|checked) (?:that|this|it|all|everything|so)\b|\balready (?:did|done|tried|re\w+ed)\b|"
    r"\bstill (?:\d+|the same|nothing|not|no|red|off|dead|down|broken|doesn't|does not|won't|isn't)\b|"
    r"\b(?:didn't|did not|doesn't|does not) (?:help|change|do anything)\b|\bno (?:change|difference|luck|effect)\b|"
    r"\bsame (?:problem|thing|issue)\b|\bstays? (?:red|off|dead|dark|the same)\b",
    r"\b(?:schon|bereits) (?:\w+ ){0,3}(?:gemacht|probiert|versucht|(?:neu)?gestartet|getan)\b|"
    r"\bhab(?:e)? ich schon\b|\b(?:hilft|bringt|ändert|nützt) (?:\w+ )?nichts?\b|"
    r"\bimmer (?:noch|nur) (?:nicht|kein\w*|rot|\d+)\b|"
    r"\b(?:gleiche|selbe) problem\b|\bbleibt (?:rot|aus|tot|dunkel)\b",
    r"\bdéjà (?:fait|essayé|redémarré|tenté)\b|\bça (?:ne )?(?:change|fait) rien\b|\brien ne change\b|"
    r"\btoujours (?:\d+|pareil|rien|rouge|pas|en panne|la même chose)\b|\bmême problème\b|\breste (?:rouge|éteinte?)\b",
    r"\bya (?:lo )?(?:he )?(?:hecho|hice|prob[eé]|probado|intent[eé]|intentado|reiniciado)\b|"
    r"\bsigue (?:igual|sin|en|apagad[oa])\b|\bno (?:ha )?(?:ayuda(?:do)?|cambia(?:do)?|servido)\b|\bmismo problema\b",
)
OWN_PLANS = (
    r"(?:i(?:'ll| will|'m going to| am going to|'d rather| need to| have to)|let me(?! talk))"
    r"(?: (?:then|just|first|maybe|probably|rather))* (?:think|try|wait|look|check|ask|"
    r"see(?! (?:an?|the|my|your|some\w+)\b)|sleep on|get back|come back|call|talk|do (?:that|it|so))"
)
"""A pattern for what people mean to do themselves."""
_CONCEDES = re.compile(
    r"^\W*(?:(?:oh|ah|hm+|well|then|na|ach|bon)\W+)*(?:ok(?:ay)?|k|al+ ?right|fine|i see|understood|got it|good|"
    r"too bad|(?:what a )?(?:pity|shame)|never ?mind|fair enough|makes sense|great|schade|verstehe|gut|alles klar|"
    r"in ordnung|d'accord|tant pis|dommage|je (?:comprends|vois)|très bien|vale|entiendo|entendido|qué pena|bueno|"
    rf"qué lástima|de acuerdo|not (?:yet|now)|{OWN_PLANS})(?!\w)"
)
_ORDINALS = (
    ("first", "1st", "former", "erste", "premier", "première", "primero", "primera", "primo", "prima", "primeiro",
     "primeira", "eerste", "pierwszy"),
    ("second", "2nd", "zweite", "deuxième", "segundo", "segunda", "secondo", "seconda", "tweede", "drugi"),
    ("third", "3rd", "dritte", "troisième", "tercero", "tercera", "terzo", "terza", "terceiro", "derde", "trzeci"),
    ("fourth", "4th", "vierte", "quatrième", "cuarto", "cuarta", "quarto", "quarta", "vierde", "czwarty"),
    ("fifth", "5th", "fünfte", "cinquième", "quinto", "quinta", "vijfde", "piąty"),
)  # fmt: skip
_LAST = re.compile(r"\b(?:last|latter|letzte[nrs]?|dernier|dernière|último|última|ultimo|ultima|laatste|ostatni)\b")
_MORE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<count>\d{1,2}|[^\W\d_]+) (?:more|extra|additional|further|weitere[nrs]?|zusätzliche[nrs]?)\b"
        r"(?! (?:than|about|info|information|details?|questions?|time|on)\b)",
        r"\b(?P<count>(?:ein|zwei|drei|vier|fünf)\w*|\d{1,2}) (?:\w+ )?(?:mehr|dazu|hinzu\w*)\b|"
        r"\bnoch (?P<other>[^\W\d_]+|\d{1,2})\b",
        r"\banother(?: (?P<count>\d{1,2}|two|three|four|five))?\b"
        r"(?! (?:question|day|time|thing|one of|card|way|date)\b)",
        r"\badd(?:ing)? (?P<count>\d{1,2}|an?|[^\W\d_]+)\b",
        r"\b(?P<count>\d{1,2}|[^\W\d_]+) (?:\w+ )?(?:de plus|en plus|supplémentaires?|más|adicional(?:es)?)\b",
        r"\bencore (?P<count>\d{1,2}|[^\W\d_]+)\b",
        r"\b(?:ajoute[rz]?|añad\w+|agreg\w+) (?P<count>\d{1,2}|[^\W\d_]+)\b",
        r"\botr[oa]s?(?: (?P<count>\d{1,2}|dos|tres|cuatro|cinco))?\b|\bune? autre\b",
    )
)
_FEWER = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<count>\d{1,2}|[^\W\d_]+) (?:\w+ )?(?:less|fewer|weniger|de moins|menos)\b",
        r"\b(?:remove|take off|take away|drop) (?P<count>\d{1,2}|an?|[^\W\d_]+)\b",
    )
)
IN_ALL = re.compile(
    r"\b(?:in all|in total|total|sum|overall|altogether|all together|insgesamt|au total|en total|en todo)\b"
)
_PLACES = {word: place for place, words in enumerate(_ORDINALS) for word in words}
_COUNTS = (
    {word: number for word, number in NUMBER_WORDS.items() if number <= 10}
    | dict.fromkeys(("none", "null", "keine"), 0)
    | dict.fromkeys(("one", "ein", "eine", "eins", "einen", "un", "une", "uno", "una", "um", "uma", "een", "jeden"), 1)
    | {"due": 2, "sei": 6, "zes": 6, "dez": 10}
)
_SHORT = 10

_NEWEST = re.compile(
    r"\b(?:newest|latest|most recent|neueste[nrs]?|jüngste[nrs]?|(?:plus|más) r[eé]cien\w+)\b|"
    r"\b(?:last|letzte[nrs]?|derni[eè]re?s?|últim[oa]s?)\b (?!\d)(?!weeks?\b|months?\b|years?\b|nights?\b|days?\b|"
    r"time\b|\w+day\b|woche|monat|jahr|semaine|mois|année|fois|semana|mes\b|año|vez\b)"
)
"""How the one of several that came last is meant."""


def means_every(text: str) -> bool:
    """Say whether people speak of all of a kind: `both`, `all my bookings`."""
    return bool(_ALL.search(normalised(text)))


def means_another(text: str) -> bool:
    """Say whether what is named comes on top of what was named before."""
    return bool(_ANOTHER.search(normalised(text)))


def means_the_other(text: str) -> bool:
    """Say whether people speak of the other one of a kind."""
    return bool(_THE_OTHER.search(normalised(text)))


def asks_exception(text: str) -> bool:
    """Say whether people who were told no ask why, or for an exception."""
    return bool(_EXCEPTION.search(normalised(text)))


def insists(text: str) -> bool:
    """Say whether people who were told no ask on in few words: why, what else there is, for an exception."""
    plain = normalised(text)
    return len(plain.split()) <= _SHORT and (asks_exception(plain) or bool(_ELSE.search(plain)))


def hesitates(text: str) -> bool:
    """Say whether people only ask for time."""
    return bool(_HESITATES.search(normalised(text)))


def concedes(text: str) -> bool:
    """Say whether people take what they were told as it is."""
    return bool(_CONCEDES.match(normalised(text)))


def looks_it_up(text: str) -> bool:
    """Say whether people go to look, to ask or to think before they answer."""
    said = normalised(text)
    return "?" not in said and len(said.split()) <= _SHORT and bool(_LOOKS_UP.search(said))


def tried_already(text: str) -> bool:
    """Say whether people tell that they have done what helps, or that it did not help."""
    return bool(_TRIED.search(normalised(text)))


def without_hesitation(text: str) -> str:
    """Return what is said besides asking for time, in lower case."""
    return _HESITATES.sub("", normalised(text))


def places_in(text: str) -> set[int]:
    """Return which of several are meant by `the first and the last one`, counted from 0 (-1 is the last)."""
    said = normalised(text)
    words = re.findall(r"\w+", said)
    found = {_PLACES[w] for w in words if w in _PLACES} | {_PLACES[w[:-1]] for w in words if w[:-1] in _PLACES}
    return found | {-1} if _LAST.search(said) else found


def place_of(text: str) -> int | None:
    """Return which of several is meant by `the second one`, counted from 0 (-1 is the last); None for none or two."""
    found = places_in(text)
    return found.pop() if len(found) == 1 else None


def means_newest(text: str) -> bool:
    """Say whether a text means the newest of several: `my latest order`, not `last week`."""
    return bool(_NEWEST.search(normalised(text)))


def count_of(text: str) -> int | None:
    """Return the one number from 0 to 10 that is written as a word, or None."""
    found = [_COUNTS[word] for word in re.findall(r"\w+", normalised(text)) if word in _COUNTS]
    return found[0] if len(found) == 1 else None


def difference_in(text: str) -> int | None:
    """Return by how many more (or fewer, below 0) than there are a text wants: `one more`, `two less`; None for no such
    wish, and where it says how many in all.
    """
    said = normalised(text)
    if IN_ALL.search(said):
        return None
    for patterns, sign in ((_FEWER, -1), (_MORE, 1)):
        for found in (match for pattern in patterns for match in pattern.finditer(said)):
            groups = found.groupdict()
            word = groups.get("count") or groups.get("other")
            if word is None or word in ("a", "an"):
                return sign
            count = int(word) if word.isdigit() else _COUNTS.get(word)
            if count is not None:
                return sign * count
    return None

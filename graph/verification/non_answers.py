"""Tell what is no answer: it announces a look-up, denies access, asks back, leaves open when, or has no source."""

import re
from collections.abc import Sequence, Set

from core.language.detection import language_of
from core.language.fixed_sentences import ENGLISH
from core.language.requested_changes import without_lead
from core.language.text import any_of, normalised, split_sentences
from core.language.words import CONTRACTED, DENIES, NEGATION, content_stems
from graph.verification.values.value_reading import find_values

_ANNOUNCES = any_of(
    r"\b(?:let me|allow me to|i(?:'ll| will| need to| have to| am going to|'m going to| must| would need to)) "
    r"(?:\w+ ){0,3}(?:look|check|search|fetch|retrieve|pull up|query|call|access|find out)\b",
    r"\bich (?:werde|muss) [^.?!]{0,40}(?:nachsehen|nachschauen|prüfen|überprüfen|suchen)\b",
    r"\bich (?:sehe|schaue) [^.?!]{0,20}nach\b",
    r"\bje (?:vais|dois) [^.?!]{0,20}(?:vérifier|regarder|chercher|consulter)\b",
    r"\b(?:voy a|déjeme|déjame|tengo que) [^.?!]{0,20}(?:comprobar|verificar|revisar|buscar|consultar)\w*",
)
_NO_ACCESS = any_of(
    r"\b(?:do not|don't|cannot|can't|unable to|not able to|have no|without|no longer) (?:currently )?(?:have )?"
    r"(?:any |direct |the )?access\b(?! code| point)",
    r"\b(?:cannot|can't|unable to|not able to) (?:directly )?(?:view|look up|look into|retrieve|pull up) "
    r"(?:your|the|any|individual|specific|personal|customer)\b",
    r"\b(?:kein\w*|nicht)\b[^.?!]{0,20}\bzugriff\b|\bpas\b[^.?!]{0,20}\baccès\b|\bno tengo\b[^.?!]{0,20}\bacceso\b",
)
_ASKS_BACK = any_of(
    r"[?？؟]|\bplease (?:first )?(?:tell|give|send|name|provide|share|specify|confirm|let me know|reply|"
    r"type|enter|sign)\b",
    r"\b(?:let me know|tell me) (?:which|what|the|your|if|whether)\b",
    r"\bbitte\b[^.!]{0,60}\b(?:nennen|geben|teilen|schicken|sagen|bestätigen|nenne|gib|sag|schick|bestätige|melden)\b",
    r"\b(?:nennen|geben|teilen|schicken|sagen|bestätigen) sie\b|\b(?:veuillez|merci de|pouvez-vous)\b",
    r"\b(?:indique|indíqueme|dígame|proporcione|facilite|confirme)\b",
)
_ANYTHING_ELSE = any_of(
    r"\b(?:anything|something) else\b|\b(?:other|further|more) (?:questions?|help|assistance)\b|"
    r"\b(?:can|may) i (?:further )?(?:help|assist) you\b|\bneed (?:any )?(?:help|assistance)\b",
    r"\bsonst noch\b|\bweitere fragen\b|\b(?:autre chose|d'autres questions)\b|"
    r"\b(?:algo más|otra cosa|más preguntas)\b",
)
_ASKS_WHEN = re.compile(
    r"(?:until |since |by |bis |jusqu'à |depuis |hasta |desde )?"
    r"(?:when|how (?:long|soon|quickly)|what (?:day|date|time)|wann|wie lange|quand|combien de temps|cuándo|"
    r"cuánto tiempo)\b"
)
_TIMES = frozenset(("date", "weekday", "time", "duration"))
_OTHER_TIMES = re.compile(
    rf"(?<!\w)(?:{NEGATION}|{CONTRACTED}|nobody|nothing|once|until|after|before|soon|as (?:soon|long) as|when(?:ever)?|"
    r"already|now|today|tomorrow|yesterday|immediately|instantly|at once|depends|"
    r"sobald|bis|nach|bald|heute|morgen|gestern|sofort|jetzt|schon|bereits|wenn|"
    r"dès|après|avant|bientôt|aujourd'hui|demain|hier|déjà|maintenant|quand|"
    r"cuando|después|antes|pronto|hoy|mañana|ayer|ya|ahora|en cuanto)(?!\w)"
)
"""What else tells a time, or that none is known."""
_LONG, _SHARED = 12, 1 / 3
"""From how many words that carry meaning an answer states things at length, and what part of them stands in a passage
where it tells that in other words.
"""
NO_TIME = "the customer asks when or how long, and it tells neither; tell it, or say that it is not known"
NO_SOURCE = "hardly anything of it stands in an article; tell what the articles say, with the number of each"
ONLY_ANNOUNCED = "it announces a look-up and makes none; make the tool call now, or answer from what is there"
DID_NOTHING = "the customer asks for something that a tool is there for, and it calls none; call it now"
NO_ACCESS = "it says that records cannot be looked at, and tools are there for it; call one of them now"


def denies_access(sentence: str) -> bool:
    """Say whether a sentence tells that the agent cannot look at the customer's records."""
    return bool(_NO_ACCESS.search(normalised(sentence)))


def asks_back(text: str) -> bool:
    """Say whether an answer asks the customer for something; whether they want anything else is no such question."""
    asked = (normalised(sentence) for sentence in split_sentences(text)[0])
    return any(_ASKS_BACK.search(said) and not _ANYTHING_ELSE.search(said) for said in asked)


def asks_when(question: str) -> bool:
    """Say whether a question asks for a day, a time or how long something takes."""
    return bool(_ASKS_WHEN.match(without_lead(question)))


def tells_when(text: str) -> bool:
    """Say whether an answer tells a day, a time, how long something takes, or that this is not known."""
    timed = any(value.kind in _TIMES for value in find_values(text))
    return timed or bool(_OTHER_TIMES.search(normalised(text)))


def announces(sentence: str) -> bool:
    """Say whether a sentence only tells that something is going to be looked up."""
    return bool(_ANNOUNCES.search(normalised(sentence)))


def is_none_of(answer: str, passages: Sequence[tuple[str, Set[str]]], *, known: str) -> bool:
    """Say whether an English answer states at length what hardly stands in a passage, nor was known before.

    Each passage is given as its normal form and the stems of its words.
    """
    if any(language_of(text) != ENGLISH for text in (answer, *(text for text, _ in passages))):
        return False
    seen = set(content_stems(known))
    stated = shared = 0
    for sentence in split_sentences(answer)[0]:
        if "?" not in sentence and not DENIES.search(normalised(sentence)):
            new = {stem for stem in content_stems(sentence) if not stem.isdigit()} - seen
            seen |= new
            stated, shared = stated + len(new), shared + max(len(new & stems) for _, stems in passages)
    return stated >= _LONG and shared < stated * _SHARED

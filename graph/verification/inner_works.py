"""Find talk of the agent's inner works in a reply: tools, passages, places to fill in, mere announcements."""

import re
from collections.abc import Collection

from core.language.signals import any_of
from core.language.text import normalised, split_sentences

_INNER = any_of(
    r"\b(?:i|we|i'll|i'm|let me|let's)\b[^.?!]{0,30}\b(?:call|use|using|run|invoke|execute|access)\w*\b[^.?!]{0,30}"
    r"\b(?:tools?|functions?|api)\b",
    r"\b(?:tool|function|api)[ _-]?(?:calls?|results?|responses?|outputs?|names?|arguments?)\b",
    r"\b(?:available|provided|given|appropriate|right) (?:tools?|functions?|api)\b",
    r"`?\b[a-z]+(?:_[a-z]+)+\b`? (?:tool|function)\b|`[a-z]+(?:_[a-z]+)+`|\b[a-z]+(?:_[a-z]+)+\(",
    r"\bpassages? \[?\d|\b(?:according to|based on|from|in|by) (?:the |these |those )?(?:(?:provided|given|above|"
    r"retrieved|relevant) )?(?:passages?|context|search results)\b",
    r"\b(?:provided|given|retrieved) (?:help )?(?:articles?|passages?|context|documents?|information)\b",
    r"\b(?:laut|gemäß|selon|d'après|según|de acuerdo con|secondo|volgens|według|segundo)\b (?:\w+ ){0,2}"
    r"(?:passagen?|textstellen?|kontext|contextes?|extraits?|pasajes?|fragmentos?|contexto|passaggi[oa]?|contesto)\b",
    r"\b(?:rufe|nutze|verwende|appelle|utilise|llam[oa]ré|utilizaré|usaré)\b[^.?!]{0,30}\b(?:funktion|werkzeug|tool|"
    r"fonction|outil|función|herramienta)\b",
    r"\b(?:as an ai (?:language )?model|my training data|system prompt)\b",
)
_PLACE = re.compile(
    r"\[(?!\d|picture\]|voice message)(?=[^\]\[]{0,80}[a-z])[^\]\[]{2,80}\](?![(\[:])"  # not [1] or [text](…)
    r"|\{\{\s*[a-z_ ]{2,40}\s*\}\}|\{[a-z]+(?:_[a-z]+)+\}"
    r"|<(?:insert|your|customer|order|tracking|date|name|amount|number)[a-z_ ]{0,40}>"
    r"|\(insert\b[^)]{0,80}\)|\$\{\w{1,40}\}|_{4,}"
    r"|\bX{4,}\b",
    re.IGNORECASE,
)
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
SPEAKS_OF_TOOLS = "customers must read nothing of tools, functions, passages or places to fill in"
ONLY_ANNOUNCED = "it announces a look-up and makes none; make the tool call now, or answer from what is there"
DID_NOTHING = "the customer asks for something that a tool is there for, and it calls none; call it now"
NO_ACCESS = "it says that records cannot be looked at, and tools are there for it; call one of them now"


def speaks_of_inner_works(sentence: str, tools: Collection[str] = ()) -> bool:
    """Say whether a sentence speaks of what customers know nothing of, such as the name of one of the tools, or has a
    place that was never filled in.
    """
    words = re.findall(r"\w+", sentence.casefold())
    return (
        any("_" in word and word in tools for word in words)
        or bool(_INNER.search(normalised(sentence)))
        or bool(_PLACE.search(sentence))
    )


def denies_access(sentence: str) -> bool:
    """Say whether a sentence tells that the agent cannot look at the customer's records."""
    return bool(_NO_ACCESS.search(normalised(sentence)))


def asks_back(text: str) -> bool:
    """Say whether an answer asks the customer for something; whether they want anything else is no such question."""
    asked = (normalised(sentence) for sentence in split_sentences(text)[0])
    return any(_ASKS_BACK.search(said) and not _ANYTHING_ELSE.search(said) for said in asked)


def announces(sentence: str) -> bool:
    """Say whether a sentence only tells that something is going to be looked up."""
    return bool(_ANNOUNCES.search(normalised(sentence)))

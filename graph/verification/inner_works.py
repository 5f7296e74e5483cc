"""Find talk of the agent's inner works in a reply: tools, passages, places to fill in, mere announcements."""

import re

from core.language.signals import any_of
from core.language.text import normalised

_INNER = any_of(
    r"\b(?:i|we|i'll|i'm|let me|let's)\b[^.?!]{0,30}\b(?:call|use|using|run|invoke|execute|access)\w*\b[^.?!]{0,30}"
    r"\b(?:tools?|functions?|api)\b",
    r"\b(?:tool|function|api)[ _-]?(?:calls?|results?|responses?|outputs?|names?|arguments?)\b",
    r"\b(?:available|provided|given|appropriate|right) (?:tools?|functions?|api)\b",
    r"`?\b[a-z]+(?:_[a-z]+)+\b`? (?:tool|function)\b|`[a-z]+(?:_[a-z]+)+`|\b[a-z]+(?:_[a-z]+)+\(",
    r"\bpassages? \[?\d|\b(?:according to|based on|from|in|by) (?:the |these |those )?(?:(?:provided|given|above|"
    r"retrieved|relevant) )?(?:passages?|context|search results)\b",
    r"\b(?:provided|given|retrieved) (?:help )?(?:articles?|passages?|context|documents?|information)\b",
    r"\b(?:as an ai (?:language )?model|my training data|system prompt)\b",
)
_PLACE = re.compile(
    r"\[(?!\d|picture\]|voice message)(?=[^\]\[]{0,80}[a-z])[^\]\[]{2,80}\](?![(\[:])"  # not [1] or [text](…)
    r"|\{\{\s*[a-z_ ]{2,40}\s*\}\}|\{[a-z]+(?:_[a-z]+)+\}"
    r"|<(?:insert|your|customer|order|tracking|date|name|amount|number)[a-z_ ]{0,40}>"
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
SPEAKS_OF_TOOLS = "customers must read nothing of tools, functions, passages or places to fill in"
ONLY_ANNOUNCED = "it announces a look-up and makes none; make the tool call now, or answer from what is there"


def speaks_of_inner_works(sentence: str) -> bool:
    """Say whether a sentence speaks of what customers know nothing of, or has a place that was never filled in."""
    return bool(_INNER.search(normalised(sentence)) or _PLACE.search(sentence))


def announces(sentence: str) -> bool:
    """Say whether a sentence only tells that something is going to be looked up."""
    return bool(_ANNOUNCES.search(normalised(sentence)))

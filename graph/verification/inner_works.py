"""Find talk of what customers know nothing of: the agent's instructions, tools, passages, places to fill in."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from core.language.text import any_of, normalised
from graph.context_window.prompts import system_prompt

_INNER = any_of(
    r"\b(?:i|we|i'll|i'm|let me|let's)\b[^.?!]{0,30}\b(?:call|use|using|run|invoke|execute|access)\w*\b[^.?!]{0,30}"
    r"\b(?:tools?|functions?|api)\b",
    r"\b(?:tool|function|api)[ _-]?(?:calls?|results?|responses?|outputs?|names?|arguments?)\b",
    r"\b(?:available|provided|given|appropriate|right) (?:tools?|functions?|api)\b",
    r"\b(?:the|this|these|a) (?:tools?|functions?|api|method) (?:(?:will|would|should|can|has|have|is|was|were|been) )*"
    r"(?:return|call|execut|invok|retriev|fetch)\w*",
    r"`?\b[a-z]+(?:_[a-z]+)+\b`? (?:tool|function)\b|`[a-z]+(?:_[a-z]+)+`|\b[a-z]+(?:_[a-z]+)+\(",
    r"\bpassages? \[?\d|\b(?:according to|based on|from|in|by) (?:the |these |those )?(?:(?:provided|given|above|"
    r"retrieved|relevant) )?(?:passages?|context|search results)\b",
    r"\b(?:provided|given|retrieved) (?:help )?(?:articles?|passages?|context|documents?|information)\b|"
    r"\b(?:relevant|following) (?:passages?|excerpts?|context)\b",
    r"\b(?:laut|gemäß|selon|d'après|según|de acuerdo con|secondo|volgens|według|segundo)\b (?:\w+ ){0,2}"
    r"(?:passagen?|textstellen?|kontext|contextes?|extraits?|pasajes?|fragmentos?|contexto|passaggi[oa]?|contesto)\b",
    r"\b(?:à partir|aus|a partir|basado en|basándome en) (?:(?:de|des|den|der|dem|del|los|las) )?"
    r"(?:passages?|extraits?|passagen?|textstellen?|pasajes?|fragmentos?|contexto?e?)\b",
    r"\b(?:rufe|nutze|verwende|appelle|utilise|llam[oa]ré|utilizaré|usaré)\b[^.?!]{0,30}\b(?:funktion|werkzeug|tool|"
    r"fonction|outil|función|herramienta)\b",
    r"\b(?:as an ai (?:language )?model|my training data|system prompt)\b",
    r"^\W*(?:the|this) (?:customer|user)(?:'s\b| (?:has|is|was|wants?|would|asks?|asked|needs?|requested|wishes)\b)",
)
_PLACE = re.compile(
    r"\[(?!\d|picture\]|voice message)(?=[^\]\[]{0,80}[a-z])[^\]\[]{2,80}\](?![(\[:])"  # not [1] or [text](…)
    r"|\{\{\s*[a-z_ ]{2,40}\s*\}\}|\{[a-z]+(?:_[a-z]+)+\}"
    r"|<(?:insert|your|customer|order|tracking|date|name|amount|number)[a-z_ ]{0,40}>"
    r"|\(insert\b[^)]{0,80}\)|\$\{\w{1,40}\}|_{4,}"
    r"|\bX{4,}\b",
    re.IGNORECASE,
)
SPEAKS_OF_TOOLS = "customers must read nothing of tools, functions, passages or places to fill in"
TELLS_INSTRUCTIONS = "the instructions of the agent are not for customers"
OUR_RUN, THEIR_RUN = 7, 12
"""So many words in a row of the agent's own instructions, or of those of the business, are no coincidence. A reply may
rely on what a business tells its agent, and so use some of its words.
"""


def speaks_of_inner_works(sentence: str, tools: Collection[str] = ()) -> bool:
    """Say whether a sentence speaks of what customers know nothing of, such as a tool, or has an unfilled place."""
    words = re.findall(r"\w+", sentence.casefold())
    return (
        any("_" in word and word in tools for word in words)
        or bool(_INNER.search(normalised(sentence)))
        or bool(_PLACE.search(sentence))
    )


def tells_instructions(sentence: str, before: Sequence[str] = (), instructions: str = "", notes: str = "") -> bool:
    """Say whether a sentence repeats what only the model is told.

    Args:
        sentence: A sentence of a reply.
        before: The words of the reply before it, as `words_of` gives them.
        instructions: What the model is told, the business's part with it.
        notes: What results of calls tell the model alone.
    """
    words = [*before[1 - THEIR_RUN :], *words_of(sentence)]
    ours = _shares_a_run(words, f"{system_prompt('…')}\n{notes}", OUR_RUN)
    return ours or _shares_a_run(words, instructions, THEIR_RUN)


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without the marks of emphasis."""
    return re.findall(r"[^\W_]+", text.casefold())


def _shares_a_run(words: Sequence[str], instructions: str, length: int) -> bool:
    told = _runs(instructions, length)
    return any(tuple(words[i : i + length]) in told for i in range(len(words) - length + 1))


@lru_cache(maxsize=64)
def _runs(instructions: str, length: int) -> frozenset[tuple[str, ...]]:
    words = words_of(instructions)
    return frozenset(tuple(words[i : i + length]) for i in range(len(words) - length + 1))

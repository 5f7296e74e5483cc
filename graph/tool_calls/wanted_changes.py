"""Say which kinds of change a customer's words ask for, and which a tool makes: by rule, in many languages."""

import re
from collections.abc import Sequence
from functools import lru_cache

from core.language.action_words import ACTIONS
from core.language.confirmations import answer_to_confirmation
from core.language.requested_changes import asks_about
from core.language.text import normalised, sentences
from core.language.words import NEGATION

_ALSO_ASKED_AS = {"cancel": {"refund"}, "return": {"refund"}}
"""Who wants their money back may have to cancel or to return for it."""
_NO_OWN_KIND = r"(?!\s+(?:polic|window|period|label|costs?\b|fees?\b|shipping|rules?\b|times?\b|conditions?\b))"
"""`Return policy` names a rule, not a return."""
_SAID = {kind: re.compile(rf"\b(?:{words.wished})\b{_NO_OWN_KIND}") for kind, words in ACTIONS.items() if words.wished}
_NAMED = {kind: re.compile(words.named) for kind, words in ACTIONS.items() if words.named}
_CLAUSE = re.compile(r"[,;]\s|\s(?:and|but|und|aber|et|(?<!quero )(?<!preciso )mais|y|pero|e|ma|mas|en|maar|i|ale)\s")
_QUESTION_WORD = (
    r"(?:how|what|when|where|which|who|why|wie|wieviel|was|wann|wo|warum|welche\w*|wer|combien|comment|quand|"
    r"où|pourquoi|quel\w*|cuánt\w*|cómo|cuándo|dónde|"
    r"qué|cuál\w*|quant\w*|come|quando|dove|perché|quale|como|onde|qual|hoeveel|hoe|wat|wanneer|waar|waarom|"
    r"welke?|jak\w*|kiedy|gdzie|dlaczego|ile|"
    r"كم|كيف|متى|أين|لماذا)\b"
)
_ASKS_FACTS = re.compile(
    r"^\W*(?:(?:so|and|but|also|hi|hello|hey|ok|okay|please|then|for|on|in|until|till|by|to|from|at|within|und|"
    r"in|bis|für|ab|et|à|en|dans|y|e|a|em|para|per|tot|do|na|w|i)\W+){0,3}"
    + rf"(?!how (?:do|can|could|would|should) (?:i|we)\b|wie (?:kann|könnte|soll) ich\b|comment "
    rf"(?:puis|je|faire)\b|cómo (?:puedo|hago)\b|come (?:posso|faccio)\b|"
    rf"como (?:posso|faço)\b|hoe kan ik\b|jak (?:mogę|mam)\b){_QUESTION_WORD}|\b(?:know|tell me|wonder\w*|"
    rf"wissen|sagen|savoir|dire|saber|decir|sapere|weten|"
    rf"wiedzieć)\b.{{0,80}}\b{_QUESTION_WORD}|"
    r"^\W*(?:so |and |also )?(?:do(?= (?:i|we|you|they|the|my|your|any|all|returns|refunds|orders)\b)|does|did|"
    r"is|are|was|were|has|have|had|am|ist|sind|wurden?|hat|est|sont|está|están|sono)\b"
    r"(?! it (?:still )?(?:possible|ok|okay)| there (?:a|any|some) (?:way|chance)| es (?:noch )?möglich|-il "
    r"(?:encore )?possible)"
)
"""Leads up to what is only asked about: `how many days do I have to return a mug`."""
_ONES_OWN = re.compile(
    r"\b(?:my|our|this|it|them|mein\w*|dies\w*|mon|ma|mes|cette|ce|mi|mis|este|esta|mi[oa]|meu|minha|mijn|deze|"
    r"dit|mój|moj\w+)\b|\d{2}|#"
)
"""Who asks whether or how their own order can be cancelled may have it cancelled; who asks about orders may not."""
_NOT = re.compile(rf"(?<!\w)(?:{NEGATION})\s(?:\S+\s){{0,4}}$")
_TOO = re.compile(
    r"\b(?:too|also|as well|same|the other|auch|ebenso|aussi|pareil|también|anche|também|ook|też|również|أيضا|"
    r"meant|meine|meinte)\b"
)
_REMEMBERED = 4_000
"""Texts that are not read again, though each request of a conversation asks about its whole history."""
_FEW = 50
"""Texts whose clauses are kept: those of one conversation."""
_PART = re.compile(r"[,.;!]\s")
_SHORT = 6
"""Words of an answer to a question, or of a correction: `the blue one`, `sorry, I meant AF3`."""


@lru_cache(maxsize=_REMEMBERED)
def sentences_that_ask(
    text: str, tool: str, also_called: tuple[str, ...] = (), *, strictly: bool = False
) -> tuple[str, ...]:
    """Return the sentences of a customer that ask for what a tool does; a question about it, or a "don't", does not.

    Strictly, a wish that the tool only helps with, such as money back by cancelling, asks for another one.
    """
    patterns = _patterns(tool, also_called, strictly=strictly)
    return tuple(
        sentence
        for sentence, clauses in _clauses(text)
        if any(_asks(clause, plain, patterns) for clause, plain in clauses)
    )


@lru_cache(maxsize=_REMEMBERED)
def mentions(text: str, tool: str, also_called: tuple[str, ...] = ()) -> bool:
    """Say whether a text speaks of what a tool does, however it is said."""
    plain = normalised(text)
    return any(pattern.search(plain) for pattern in _patterns(tool, also_called))


@lru_cache(maxsize=_REMEMBERED)
def speaks_of_change(text: str) -> bool:
    """Say whether a text speaks of any kind of change."""
    plain = normalised(text)
    return any(pattern.search(plain) for pattern in _SAID.values())


@lru_cache(maxsize=_REMEMBERED)
def goes_on_with_it(text: str) -> bool:
    """Say whether a text without a kind of change of its own completes the one before: a slot, a correction."""
    plain = normalised(text)
    return not (asks_about(text) or _ASKS_FACTS.search(plain)) and (
        len(plain.split()) <= _SHORT or bool(_TOO.search(plain))
    )


@lru_cache(maxsize=_REMEMBERED)
def agrees(text: str) -> bool:
    """Say whether a text says to go ahead, or begins with it: `ok then do it, I do not need it`."""
    answer, first = answer_to_confirmation(text), _PART.split(text)[0]
    begins = len(first.split()) > 1 and answer_to_confirmation(first) == "yes"
    return answer == "yes" or (answer != "no" and begins and not asks_about(text))


@lru_cache(maxsize=_FEW)
def _clauses(text: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the sentences of a text with their clauses, as they were written and in normal form; each tool asks."""
    return tuple((s, tuple((clause, normalised(clause)) for clause in _CLAUSE.split(s))) for s in sentences(text))


def _asks(clause: str, plain: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    named = [match.start() for pattern in patterns for match in pattern.finditer(plain)]
    if not named or (asks_about(clause) and not _ONES_OWN.search(plain)):
        return False
    return any(not _NOT.search(plain[:start]) and not _ASKS_FACTS.search(plain[:start]) for start in named)


@lru_cache(maxsize=_REMEMBERED)
def _patterns(tool: str, also_called: tuple[str, ...], *, strictly: bool = False) -> tuple[re.Pattern[str], ...]:
    """Return what finds in plain text that somebody speaks of what a tool does."""
    called = (tool.lower(), *map(normalised, also_called))
    kinds = {kind for kind, named in _NAMED.items() if any(named.search(name) for name in called)}
    if "return" in kinds:
        kinds.discard("items")  # the name of the tool says what is returned
    if not strictly:
        kinds |= {other for kind in kinds for other in _ALSO_ASKED_AS.get(kind, ())}
    words = [re.escape(normalised(word)) for word in also_called] or ([] if kinds else _stems(tool))
    return (*(_SAID[kind] for kind in sorted(kinds)), *(re.compile(rf"\b{word}") for word in words))


def _stems(tool: str) -> list[str]:
    """Return how the words of a tool's name begin, for tools nobody here knows."""
    return [word[:5] for word in re.split(r"[^a-z]+", tool.lower()) if len(word) > 3]

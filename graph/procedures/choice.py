"""Choose a procedure for a message without a model: by its nearness to descriptions and examples, with none as an
answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.language.requested_changes import asks_about, wishes
from core.language.text import sentences
from core.language.words import corrected
from graph.procedures.format.procedure import Procedure
from tools.tool import Tool

Embed = Callable[[list[str]], np.ndarray]
"""Return unit vectors of texts, one a row."""

Asks = Callable[[str, str, Sequence[str]], bool]
"""Say whether a text asks in so many words for what the tool of a name does, which is also called so."""
NEAR = 0.5
"""Cosine to an example from which a message is taken for a request of that kind."""
APART = 0.04
"""By how much the best procedure has to be nearer than the next: closer ones are a toss, and a toss is none."""
NONE = (
    "hello", "thank you", "ok", "yes", "no", "goodbye", "what do you mean?", "who are you?", "I have a question",
    "how does this work?", "what are your opening hours?", "how long does it take?", "how much does it cost?",
    "where can I find that?", "I want to talk to a person", "can you repeat that?", "that is not what I asked",
)  # fmt: skip
"""What people say without wanting any procedure."""
CLAUSES = re.compile(r"(?<=[,;:.!?–])\s+|\s(?:because|since|but|weil|denn|parce que|porque|perché)\s")
_RECORD = r"#?(?:(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{4,}\b|\b\d{5,}\b|\b[A-Z]{5,}\b)"
IDENTIFIER = re.compile(rf"(\b(?:for|on|of|about|with|from|für|von|pour|para)\s)?{_RECORD}")
BESIDES = re.compile(r",?\s(?:and|und|et|y|e|en|i)\s")
MOST_CLAUSES = 6
_LEADS_UP = (
    r"^\W*(?:(?:and|but|so|also|or|well|um+|uh+|hm+|er|hi|hey|hello|yes|yeah|ok|okay|und|aber|oder|hallo|et|mais|ou|"
    r"bonjour|y|pero|o|e|ma|hola|en|maar)\W+){0,4}"
)
_ASKING = (
    r"how|what|when|where|which|who|why|wie|was|wann|wo|welche\w*|wer|warum|comment|combien|quel\w*|quand|où|qui|"
    r"pourquoi|que (?:faire|dois|puis|se passe)|qu'est-ce|cómo|cuánto|qué|cuándo|dónde|cuál\w*|quién|por qué|come|"
    r"cosa|quanto|quando|dove|quale|chi|perché|como|onde|hoe\w*|wat|waar"
)
_BEGINS = (
    rf"{_LEADS_UP}(?:(?:until|till|by|since|from) when|(?:can|could|may) (?:i|we)(?!.*(?-i:{_RECORD}))|{_ASKING}|"
    r"is|are|was|were|do|does|did|gibt|est-ce)\b"
)
"""How a question begins. Who asks whether they may do something with a record that they name wants it done."""
QUESTION = re.compile(rf"{_BEGINS}[^.!]*\?\s*$", re.IGNORECASE)
PART_OF_QUESTION = re.compile(_BEGINS, re.IGNORECASE)
"""How a clause of a question begins: `how long does it take, and …?`"""
ORDERS = re.compile(r"^\W*(?:can|could|may) (?:i|we) (?:please )?(?:have|get)\b", re.IGNORECASE)
"""A wish in the form of a question, where nothing marks it as one: `can I have a technician on the 3rd`."""
LOOKS_UP = re.compile(
    r"^\W*(?:(?:and|but|so|also|then|now|ok|okay|und|dann|et|alors|y|e|allora)\W+)?"
    r"(?:please |(?:can|could|would|will) you (?:please )?)?"
    r"(?:(?:show|tell|list)(?: me| us)?|let me see|zeig\w*|montre\w*|muéstr\w*|mostra\w*)\b",
    re.IGNORECASE,
)
"""What asks to see something: `show me my trips`."""


def nobody_asks(_text: str, _tool: str, _also_called: Sequence[str]) -> bool:
    """Take no text for a wish."""
    return False


@dataclass(frozen=True)
class Choice:
    """What a message is near to."""

    procedure: str | None
    likeness: float


class Chooser:
    """The choice among procedures by embeddings; the vectors of examples are made once."""

    def __init__(
        self, procedures: Sequence[Procedure], embed: Embed, *, others: Sequence[Tool] = (), asks: Asks = nobody_asks
    ) -> None:
        """Take the procedures, what embeds, the writes that none of them owns, and what tells who asks for which."""
        self._embed, self._tools, self._asks = embed, others, asks
        self._others = [*NONE]
        for tool in others:
            self._others += [tool.name.replace("_", " "), *tool.also_called, tool.bound.description]
        self._writes = [procedure.writes for procedure in procedures]
        self._names = [procedure.name for procedure in procedures]
        self._lines = [_lines(procedure) for procedure in procedures]
        self._vectors: list[np.ndarray] | None = None
        self._none: np.ndarray | None = None

    def choose(self, message: str) -> Choice:
        """Return the procedure that a message or a clause of it asks for, or none; what only asks for information is
        answered from the articles.
        """
        message = corrected(message)
        clauses = [part for part in CLAUSES.split(message) if len(part.split()) > 1][:MOST_CLAUSES]
        asks = message.rstrip().endswith("?")
        wanted = [part for part in clauses if not (is_question(part, asks=asks) or LOOKS_UP.match(part))]
        if len(wanted) == len(clauses) and not (is_question(message) or LOOKS_UP.match(message)):
            wanted.append(message)
        elif asks:  # `my line is dead, do I get money back?` tells why it asks
            wanted = [part for part in wanted if wishes(part)]
        found = [self._nearest(part, message) for part in dict.fromkeys(wanted) if self._names and part.strip()]
        return max(found, key=lambda choice: (choice.procedure is not None, choice.likeness), default=Choice(None, 0.0))

    def requests(self, message: str) -> list[tuple[str, str]]:
        """Return the procedures that a message asks for, each with its part of the message, in the message's order.

        A part is a request of its own where it names a number and is for another procedure than those before it; what
        stands behind a request belongs to it.
        """
        parts = [part for sentence in sentences(message) for part in BESIDES.split(sentence)]
        named = [any(c.isdigit() for c in part) for part in parts]
        found: list[tuple[str, str]] = []
        # With one such part there can be no second request, and each look at a part embeds it.
        for part, names in zip(parts, named, strict=True) if sum(named) > 1 else ():
            name = self.choose(part).procedure if names else None
            if name and all(name != earlier for earlier, _ in found):
                found.append((name, part))
            elif found:
                found[-1] = (found[-1][0], f"{found[-1][1]} & {part}")
        if len(found) < 2:
            name = self.choose(message).procedure
            found = [(name, message)] if name else []
        return [(name, self._own_part(said, name)) for name, said in found]

    def _own_part(self, message: str, procedure: str) -> str:
        """Return a message without the parts of it that ask in so many words for what another tool does."""
        place = self._names.index(procedure)
        parts = BESIDES.split(message)
        return " & ".join(part for part in parts if not self._asks_elsewhere(part, place)) or message

    def _nearest(self, text: str, message: str) -> Choice:
        if self._vectors is None or self._none is None:
            self._vectors = [self._embed(lines) for lines in self._lines]
            self._none = self._embed(self._others)
        vector = self._embed([_plain(text)])[0]
        near = [float((rows @ vector).max()) for rows in self._vectors]
        best = int(np.argmax(near))
        others = [*near[:best], *near[best + 1 :], float((self._none @ vector).max())]
        chosen = near[best] >= NEAR and near[best] - max(others) >= APART
        if chosen and any(self._asks_elsewhere(said, best) for said in (text, message)):
            chosen = False
        return Choice(self._names[best] if chosen else None, near[best])

    def _asks_elsewhere(self, text: str, best: int) -> bool:
        """Say whether a text asks in so many words for what another tool does, and not for what the procedure does."""
        if any(self._asks(text, name, ()) for name in self._writes[best]):
            return False
        return any(self._asks(text, tool.name, tool.also_called) for tool in self._tools)


def is_question(text: str, *, asks: bool = False) -> bool:
    """Say whether a text is a question, or a clause of a message that `asks`; many leave out the mark."""
    if "?" in text or asks:
        return bool((PART_OF_QUESTION if asks else QUESTION).match(text))
    return bool(PART_OF_QUESTION.match(text)) and asks_about(text) and not ORDERS.match(text)


def _lines(procedure: Procedure) -> list[str]:
    """Return a procedure's examples and the sentences of its description."""
    sentences = [s.strip() for s in procedure.description.replace("Use when", ". When").split(". ") if s.strip()]
    return [_plain(line) for line in (*procedure.source.contract.examples, *sentences)]


def _plain(text: str) -> str:
    """Return a text without numbers of records, which would make any two messages that name one alike."""
    return IDENTIFIER.sub(lambda found: "" if found[1] else "it", text)

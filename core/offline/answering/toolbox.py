"""Give handlers what they need to answer one request: facts from tool results, and the way to ask for more."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.embeddings.minilm import MiniLM
from core.language.detection import language_of
from core.language.reference_numbers import CODE
from core.language.text import normal
from core.language.words import REFERS, content_stems
from core.offline.answering.likeness import Reading
from core.offline.answering.nearest import near_titles
from core.offline.answering.passage_statements import statements
from core.offline.answering.quotations import NEAR, SURE, Quote, find_quote, is_told
from core.offline.reading.chat_request import Conversation, Result
from core.offline.reading.clauses import clauses
from core.offline.reading.understanding import asks


@dataclass(frozen=True)
class Call:
    """A tool call to make."""

    name: str
    args: Mapping[str, Any]


class CallNeeded(Exception):
    """Interrupt a handler because a tool must be called first."""

    def __init__(self, *calls: Call) -> None:
        super().__init__(", ".join(call.name for call in calls))
        self.calls = calls


class ReplyNow(Exception):
    """Interrupt a handler because a sentence settles the matter: a refusal, or a question to the customer."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NotPossible(ReplyNow):
    """Interrupt a handler because a tool it needs is not bound."""

    def __init__(self) -> None:
        super().__init__("I cannot do that here myself. If you like, I can bring in a colleague; just write “person”.")


NOT_LOOKED_UP = "I am sorry, I could not look that up. Please tell me the number or the name once more."
_IDENTIFIER = re.compile(CODE)
"""Names one record of one customer; no article is about it, though one may show such a number as an example."""
_SEARCH = "search_articles"
_CITES = "["
_TELLS = 20
"""Characters of a statement that tells which article was quoted."""
_LONGEST_QUERY = 300
"""Characters of a question that are searched for; the rest of a long message only blurs it."""


class Toolbox:
    """Look facts up in this turn's results, or interrupt the handler with the call that would bring them."""

    def __init__(self, conversation: Conversation, embeddings: MiniLM | None, reading: Reading = str) -> None:
        self.conversation = conversation
        self._embeddings = embeddings
        self._reading = reading
        self._quotes: dict[tuple[str, str, frozenset[str]], Quote | None] = {}

    @property
    def words(self) -> frozenset[str]:
        """Return the words of the passages at hand, in small letters."""
        return frozenset(normal(" ".join(f"{p.title} {p.text}" for p in self.conversation.passages)).split())

    def read(self, text: str) -> str:
        """Return a text of an article as it is compared."""
        return self._reading(text)

    def written_in(self, language: str, reading: Reading = str) -> "Toolbox":
        """Return the same with the passages alone that are in a language, to be compared as `reading` reads them."""
        passages = tuple(p for p in self.conversation.passages if language_of(f"{p.title} {p.text}") == language)
        return Toolbox(replace(self.conversation, passages=passages), self._embeddings, reading)

    def afresh(self) -> "Toolbox":
        """Return the same without what was said before, so that what was told can be quoted once more."""
        return Toolbox(replace(self.conversation, said=()), self._embeddings, self._reading)

    def can(self, name: str) -> bool:
        """Say whether a tool is bound."""
        return name in self.conversation.tools

    def look_up(self, name: str, **args: Any) -> Result:
        """Return the result of a call made in this turn; raises CallNeeded when it was not made, NotPossible when it
        cannot be.
        """
        call = self._call(name, args)
        for result in self.conversation.results:
            if result.name == name and dict(result.args) == dict(call.args):
                return result
        raise CallNeeded(call)

    def facts(self, name: str, **args: Any) -> Mapping[str, Any]:
        """Return the facts a read tool found; raises ReplyNow with the tool's own sentence when it refused."""
        result = self.look_up(name, **args)
        if not isinstance(result.data, dict):
            raise ReplyNow(NOT_LOOKED_UP if result.for_model else result.text.strip())
        return result.data

    def quote(self, question: str, before: str = "", *, about: Collection[str] = ()) -> Quote | None:
        """Return what the passages at hand surely say to a question that may lean on the one before it, or None.

        With `about`, stems of words, only articles whose title or heading has one of them are taken, and an answer is
        likelier there.
        """
        found = self._surest(question, before, about)
        return found if found and found.score >= SURE else None

    def nearest(self, question: str, before: str = "", *, enough: float = NEAR) -> Quote | None:
        """Return what is near enough to a question to be told as what is nearest, where meaning is compared."""
        found = self._surest(question, before) if self._embeddings is not None else None
        return found if found and found.score >= enough else None

    def _surest(self, question: str, before: str, about: Collection[str] = ()) -> Quote | None:
        """Return what fits a question best, or the part of it that asks where that alone is answered more surely."""
        asked = [one for one in clauses(question) if asks(one) and not REFERS.search(normal(one))]
        quotes = (self._found(one, before, about) for one in dict.fromkeys((question, *asked)))
        return max(filter(None, quotes), key=lambda quote: quote.score, default=None)

    def _found(self, question: str, before: str, about: Collection[str] = ()) -> Quote | None:
        """Return what fits a question best, however sure that is; the same question is compared once."""
        key = (question, before, frozenset(about))
        if key not in self._quotes:
            self._quotes[key] = self._compared(_IDENTIFIER.sub("", question), _IDENTIFIER.sub("", before), about)
        return self._quotes[key]

    def _compared(self, question: str, before: str, about: Collection[str]) -> Quote | None:
        passages = self.conversation.passages
        if about:
            passages = tuple(p for p in passages if not set(about).isdisjoint(content_stems(f"{p.title} {p.section}")))
        told = self.conversation.last_reply
        return find_quote(
            question,
            passages,
            self._embeddings,
            before=before,
            told=told,
            on_topic=bool(about),
            reading=self._reading,
        )

    def told_titles(self) -> list[str]:
        """Return the titles of the articles at hand that the last reply quoted."""
        told = self.conversation.last_reply
        quoted = (
            p.title
            for p in self.conversation.passages
            if any(len(s.text) > _TELLS and is_told(s.text, told) for s in statements(p.text))
        )
        return list(dict.fromkeys(quoted)) if _CITES in told else []

    def misses_told(self) -> bool:
        """Say whether the last reply quoted an article that is not at hand."""
        return _CITES in self.conversation.last_reply and not self.told_titles()

    def near(self, question: str) -> list[str]:
        """Return the titles of up to three articles near a question that none of them answers."""
        return near_titles(_IDENTIFIER.sub("", question), self.conversation.passages, self._embeddings, self._reading)

    def search(self, question: str) -> None:
        """Have the articles searched for a question on its own, once; raises CallNeeded where they can be and were not.

        At the beginning of a conversation that has been done; later on the passages at hand were found for all of the
        talk.
        """
        if self.can(_SEARCH) and (self.conversation.said or question != self.conversation.message):
            self.look_up(_SEARCH, query=question[:_LONGEST_QUERY])

    @property
    def has_searched(self) -> bool:
        """Say whether the articles were searched in this turn."""
        return any(result.name == _SEARCH for result in self.conversation.results)

    def _call(self, name: str, args: Mapping[str, Any]) -> Call:
        """Return a call that fits the bound schema; raises NotPossible when the tool is not there or asks for more."""
        schema = self.conversation.tools.get(name)
        if schema is None:
            raise NotPossible
        known = schema.get("properties", {})
        fitting = {key: _as_type(value, known[key].get("type")) for key, value in args.items() if key in known}
        if set(schema.get("required", ())) - fitting.keys():
            raise NotPossible
        return Call(name, fitting)


def _as_type(value: Any, wanted: Any) -> Any:
    """Return a value as a number where the schema wants one."""
    return float(value) if wanted == "number" and isinstance(value, str) else value

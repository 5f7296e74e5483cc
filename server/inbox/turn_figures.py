"""Work out what is counted of a finished turn: one small row, written in the transaction that stores its reply."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.language.greetings import is_small_talk, says_settled
from core.privacy.redaction import Redactor
from graph.handoff.handoff_reasons import reason_code
from server.records import Turn

QUESTION_SHOWN = 300
_LEAST_WORDS = 4
_NUMBERED = re.compile(r"(?:#|(?<![#\w]))\w*\d[\w./-]*")
_NOT_UNDERSTOOD = re.compile(
    r"\bnot sure (?:what you need|that i understood|what you mean)|\b(?:only|can only) (?:\w+ ){0,3}(?:in "
    r")?english\b|\b(?:nur|leider) auf englisch|répondre qu'en anglais|solo puedo responder en inglés"
    r"|rispondere solo in inglese|só posso responder em inglês|alleen in het engels|tylko po angielsku|bara "
    r"svara på engelska|kun svare på engelsk|could not (?:look that up|find an answer)\b",
    re.IGNORECASE,
)
"""What says that a message was not understood, or not in its language: neither an answer nor a question."""
_NOT_KNOWN = re.compile(
    r"\b(?:(?:do not|don't|cannot|can't) (?:know|find|say|answer)|articles? (?:do|does)(?: not|n't) (?:say|"
    r"answer|cover)|no (?:reliable )?(?:information|answer)|found (?:nothing|no answer)"
    r"|weiß (?:ich )?(?:das )?(?:leider )?nicht|keine (?:verlässliche )?(?:antwort|information)|ne sais pas|no "
    r"(?:lo )?sé)\b",
    re.IGNORECASE,
)


def figures_of(turn: Turn, reply: Mapping[str, Any], *, at: float) -> dict[str, Any]:
    """Return the row of a turn; `at` is when it ended, in seconds since the epoch."""
    text, handoff = str(reply.get("text", "")), reply.get("handoff")
    return {
        "turn_id": turn.id,
        "thread_id": turn.thread_id,
        "at": at,
        "waited": max(0.0, at - turn.waited_since),
        "requests": reply.get("requests", 0),
        "input_tokens": reply.get("input_tokens", 0),
        "output_tokens": reply.get("output_tokens", 0),
        "owner": reply.get("owner", "bot"),
        "silent": not text.strip(),
        "handoff": reason_code(str(handoff)) if handoff else None,
        "asks": text.rstrip().endswith("?"),
        "question": hidden(turn.text) if lacks_source(turn.text, reply) else None,
        "answered": answers(turn.text, reply),
        "confirmed": says_settled(turn.text),
        "articles": _listed(str(source["title"]) for source in reply.get("sources", ()) if source.get("title")),
        "tools": _listed(reply.get("tools", ())),
        "stops": _listed(reply.get("stops", ())),
    }


def _listed(names: Iterable[str]) -> str | None:
    """Return names as JSON, each once, or None for none."""
    found = list(dict.fromkeys(names))
    return json.dumps(found, ensure_ascii=False) if found else None


def answers(asked: str, reply: Mapping[str, Any]) -> bool | None:
    """Say whether a reply answers; None where nothing was asked, nothing was said, or a person took over."""
    text = str(reply.get("text", "")).replace("’", "'")
    if not text.strip() or reply.get("handoff") or is_small_talk(asked):
        return None
    return not (_NOT_UNDERSTOOD.search(text) or (_NOT_KNOWN.search(text) and not reply.get("sources")))


def lacks_source(asked: str, reply: Mapping[str, Any]) -> bool:
    """Say whether a question found no article: it was handed over for that, or answered without any source."""
    if handoff := reply.get("handoff"):
        return reason_code(str(handoff)) == "no_source"
    text = str(reply.get("text", ""))
    if not text.strip() or reply.get("sources") or set(reply.get("tools", ())) - {"search_articles"}:
        return False
    if is_small_talk(asked):
        return False
    is_question = asked.rstrip().endswith("?") and len(asked.split()) >= _LEAST_WORDS
    return bool(_NOT_KNOWN.search(text)) or (is_question and not text.rstrip().endswith("?"))


def hidden(text: str) -> str:
    """Return a question on one line, shortened, without what points at a person or an order."""
    return _NUMBERED.sub("…", Redactor().text(" ".join(text.split()))[:QUESTION_SHOWN])

"""Take what nobody sees out of texts of others, quote them as data inside a prompt, and read them back.

Articles, order notes and tool results are written by others. They reach the model between tags that such text cannot
close, and without characters a reader cannot see. The offline model reads the same blocks, so both directions live
here.
"""

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from core.passages import Passage

_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK_RUN = re.compile(r"\s{8,}")
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Co", "Cs"}
_KEPT = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}
_BLANK_BUT_LETTERS = {"\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
_TAG_PLANE = range(0xE0000, 0xE1000)
_LONGEST_SENTENCE = 200
_UNUSUAL = re.compile(r"[^ -~]")
_NEW_LINES = str.maketrans({"\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})


def visible(text: str) -> str:
    r"""Return the text without control, format, bidirectional, private-use, tag, variation and blank characters.

    These can hide words, reorder them, or carry a message nobody sees. Ends of lines become `\n`; the joiners that
    scripts and emoji are written with stay where they stand between two visible characters that are not ASCII.
    """
    text = text.replace("\r\n", "\n").translate(_NEW_LINES)
    if text.isascii():
        return _ASCII_CONTROLS.sub("", text)
    return _UNUSUAL.sub(lambda found: found[0] if _shows(found[0], found.start(), text) else "", text)


def short_sentence(text: str) -> str:
    """Return a short sentence of somebody else as one line, or nothing where it is more than that."""
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST_SENTENCE and "://" not in line else ""


def without_blank_runs(text: str) -> str:
    """Return the text with each long run of blanks as one blank, end of line or empty line, whichever it amounts to."""
    return _BLANK_RUN.sub(lambda run: "\n" * min(run[0].count("\n"), 2) or " ", text)


def hidden_characters(text: str) -> int:
    """Return how many characters of a text `visible` takes away."""
    return len(text.replace("\r\n", "\n")) - len(visible(text))


def _shows(char: str, place: int, text: str) -> bool:
    if char in _KEPT:
        return True
    if char in _JOINERS:
        around = text[place - 1 : place] + text[place + 1 : place + 2]
        return len(around) == 2 and all(not c.isascii() and _shows_alone(c) for c in around)
    if char == "\ufe0f":  # asks for the colourful form of the one character before it
        return place > 0 and unicodedata.category(text[place - 1]) in ("So", "Po", "Nd", "Sm", "Sk", "Mn")
    return _shows_alone(char)


def _shows_alone(char: str) -> bool:
    code = ord(char)
    return not (
        unicodedata.category(char) in _HIDDEN_CATEGORIES
        or char in _BLANK_BUT_LETTERS
        or code in _TAG_PLANE
        or code == 0x034F
        or 0x180B <= code <= 0x180F
        or 0xFE00 <= code <= 0xFE0F
        or (code & 0xFFFE) == 0xFFFE
    )


_REMEMBERED = 1_000
"""Texts that are not read again: a conversation goes into each of its requests."""

_PASSAGE = re.compile(
    r'<passage number="(?P<number>\d+)" title="(?P<title>[^"]*)" section="(?P<section>[^"]*)">\n'
    r"(?P<text>.*?)\n</passage>",
    re.DOTALL,
)
_MESSAGE = re.compile(r"<customer_message>\n(?P<text>.*)\n</customer_message>", re.DOTALL)

_OUR_TAGS = re.compile(
    r"<(?=\s*/?\s*(?:help_articles|passage|customer_message|earlier_conversation|earlier_summary|conversation|fact)\b)",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"<earlier_conversation>\n(?P<inside>.*?)\n</earlier_conversation>", re.DOTALL)
_FACT = re.compile(r'<fact kind="(?P<kind>[^"]*)">(?P<text>.*?)</fact>')


def quote_passages(passages: Sequence[Passage], *, first_number: int = 1) -> str:
    """Write passages as one block, numbered from `first_number` so that a reply can cite them as [1]."""
    if not passages:
        return "<help_articles>none found</help_articles>"
    quoted = "\n".join(
        f'<passage number="{number}" title="{_attribute(p.title)}" section="{_attribute(" > ".join(p.headings))}">\n'
        f"{_body(p.text)}\n</passage>"
        for number, p in enumerate(passages, start=first_number)
    )
    return f"<help_articles>\n{quoted}\n</help_articles>"


def quote_turn(message: str, passages: Sequence[Passage]) -> str:
    """Write the newest customer message and the passages found for it as one prompt text."""
    return f"{quote_passages(passages)}\n\n{quote_message(message)}"


def quote_message(message: str) -> str:
    """Write what a customer said as one prompt text."""
    return f"<customer_message>\n{_body(message)}\n</customer_message>"


def read_message(prompt_text: str) -> str:
    """Return the customer message inside a prompt text, or the text itself where nothing was quoted."""
    found = _MESSAGE.search(prompt_text)
    return html.unescape(found["text"]) if found else prompt_text


def read_passages(prompt_text: str) -> list[tuple[int, str, str, str]]:
    """Return number, title, section and text of each passage quoted in a prompt text."""
    return [
        (int(m["number"]), html.unescape(m["title"]), html.unescape(m["section"]), html.unescape(m["text"]))
        for m in _PASSAGE.finditer(prompt_text)
    ]


def quote_earlier(facts: Mapping[str, Sequence[str]], summary: str) -> str:
    """Write what is known of the part of a conversation that is no longer shown: facts by kind, then a summary."""
    lines = [
        f'<fact kind="{_attribute(kind)}">{" ".join(_body(fact).split())}</fact>'
        for kind, known in facts.items()
        for fact in known
    ]
    lines += [_body(summary)] if summary else []
    return "\n".join(("<earlier_conversation>", *lines, "</earlier_conversation>")) if lines else ""


def read_earlier(prompt_text: str) -> dict[str, list[str]]:
    """Return the facts by kind in a block that `quote_earlier` wrote; none where there is no such block."""
    found = _EARLIER.search(prompt_text)
    facts: dict[str, list[str]] = {}
    for match in _FACT.finditer(found["inside"] if found else ""):
        facts.setdefault(html.unescape(match["kind"]), []).append(html.unescape(match["text"]))
    return facts


@lru_cache(maxsize=_REMEMBERED)
def undelimited(text: str) -> str:
    """Return a text that stands in a message of its own, such as a tool result, without tags of this module."""
    return _OUR_TAGS.sub("‹", visible(text)) if "<" in text else visible(text)


def _attribute(text: str) -> str:
    return html.escape(visible(text), quote=True)


def _body(text: str) -> str:
    return html.escape(visible(text), quote=False)

"""Quote untrusted text as data inside a prompt, and read it back.

Articles, order notes and tool results are written by others. They reach the model between tags that such text cannot close,
and without characters a reader cannot see. The offline model reads the same blocks, so both directions live here.
"""

import html
import re
import unicodedata
from collections.abc import Sequence

from core.passages import Passage

_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Cn"}
_KEPT_CONTROLS = {"\n", "\t"}
_PASSAGE = re.compile(
    r'<passage number="(?P<number>\d+)" title="(?P<title>[^"]*)" section="(?P<section>[^"]*)">\n(?P<text>.*?)\n</passage>',
    re.DOTALL,
)
_MESSAGE = re.compile(r"<customer_message>\n(?P<text>.*)\n</customer_message>", re.DOTALL)


def visible(text: str) -> str:
    """Drop control, format, private-use and tag characters, which can hide or reorder text."""
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in _INVISIBLE_CATEGORIES)


def _escaped(text: str) -> str:
    return html.escape(visible(text), quote=True)


def quote_turn(message: str, passages: Sequence[Passage]) -> str:
    """Write the newest customer message and the passages found for it as one prompt text."""
    articles = "\n".join(
        f'<passage number="{number}" title="{_escaped(p.title)}" section="{_escaped(" > ".join(p.headings))}">\n'
        f"{html.escape(visible(p.text), quote=False)}\n</passage>"
        for number, p in enumerate(passages, start=1)
    )
    found = (
        f"<help_articles>\n{articles}\n</help_articles>" if passages else "<help_articles>none found</help_articles>"
    )
    return f"{found}\n\n<customer_message>\n{html.escape(visible(message), quote=False)}\n</customer_message>"


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

"""Cut a passage into what it states: sentences, entries of lists, and rows of tables under their headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.language.text import sentences

_BREAK = re.compile(r"\n\s{0,20}\n")
_ENTRY = re.compile(r"\n(?=\s{0,20}(?:[-*+•]|\d+[.)])\s)")
_ENTRY_MARK = re.compile(r"^\s*(?:[-*+•>]|\d+[.)])\s+")
_HEADING = re.compile(r"\s{0,20}(?:#|:?-{3,})")
_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
"""The line under the headings of a table."""
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True)
class Statement:
    """One sentence of a passage, or one row of a table."""

    text: str
    group: int
    """What belongs together has one number: a paragraph, a list with the line before it; a row has its own."""
    is_row: bool = False


def statements(text: str) -> list[Statement]:
    """Return what a passage states, without Markdown marks, headings and questions, in its order."""
    found: list[Statement] = []
    group = -1
    goes_on = False
    for block in _BREAK.split(text):
        if block.lstrip().startswith("|"):
            for row in _rows(block):
                group += 1
                found.append(Statement(row, group, is_row=True))
            goes_on = False
            continue
        is_list = bool(_ENTRY_MARK.match(block))
        group += 0 if goes_on and is_list else 1
        said = [s for entry in _ENTRY.split(block) for s in sentences(_plain(entry))]
        found += [Statement(s, group) for s in said]
        goes_on = bool(said) and (is_list or said[-1].endswith(":"))
    told = [s for s in found if len(s.text) > 2 and not s.text.endswith(("?", ":"))]
    return told or found


def _plain(entry: str) -> str:
    lines = [line for line in entry.splitlines() if not _HEADING.match(line)]
    plain = _ENTRY_MARK.sub("", " ".join(" ".join(lines).split()))
    return _without_marks(plain)


def _without_marks(text: str) -> str:
    return _LINK.sub(r"\1", text).replace("**", "").replace("__", "").replace("`", "")


def _rows(table: str) -> Iterator[str]:
    """Yield each row with the heading of each column before its cell."""
    lines = [line for line in table.splitlines() if line.strip()]
    ruled = len(lines) > 1 and _RULE.fullmatch(lines[1])
    headings = _cells(lines[0]) if ruled else []
    for line in lines[2 if ruled else 0 :]:
        if _RULE.fullmatch(line):
            continue
        first, *others = _cells(line)
        named = [f"{h}: {c}" if h else c for h, c in zip(headings[1:], others, strict=False) if c]
        yield f"{first} – {'; '.join(named or others)}".strip(" –")


def _cells(line: str) -> list[str]:
    return [_without_marks(cell.strip()) for cell in line.strip().strip("|").split("|")]

r"""Apply a pattern of Python's engine only where RE2, whose time is linear, finds that it may match.

RE2 knows no lookaround and reads `\b` and `\w` as ASCII. A pattern without its lookarounds and edges, to which every
character beyond ASCII may be a letter, matches wherever the pattern itself does, and perhaps elsewhere; so what is
found in its matches is the same. (Letters as Unicode has them would take half a megabyte a pattern.)
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import re2

_PIECE = re.compile(
    r"\\.|\(\?P<\w+>|\(\?<?[=!]|\{\d+,?\d*\}|\[\^?\]?(?:\\.|[^\[\]\\])*\]|[^\\(){}\[\]^$]+|.", re.DOTALL
)
_NEVER = "[^\\x00-\\x{10FFFF}]"
_BEYOND_ASCII = r"\x80-\x{10FFFF}"
_IN_CLASS = {"\\w": rf"0-9A-Za-z_{_BEYOND_ASCII}", "\\d": r"\p{Nd}", "\\s": r"\s\v\x1c-\x1f\x85\p{Z}"}
_IN_NEGATED_CLASS = _IN_CLASS | {"\\w": "0-9A-Za-z_"}
_ALONE = {
    **{written: f"[{read}]" for written, read in _IN_CLASS.items()},
    **{written.upper(): f"[^{read}]" for written, read in _IN_NEGATED_CLASS.items()},
    **dict.fromkeys((r"\b", r"\B", r"\A", r"\Z", "^", "$"), ""),
}
_LOOKAROUND = frozenset(("(?=", "(?!", "(?<=", "(?<!"))
_LONG_COUNT = re.compile(r"\{\d+,\d{2,}\}")
"""What RE2 would count out, state by state."""
_LETTER = r"[^\W\d_]"
_FOLDED_BY_PYTHON_ALONE = frozenset("ıİ")


class PrefilteredPattern:
    """A compiled pattern with the same matches, found faster in texts that hold few of them.

    It takes no flags but `IGNORECASE` and `MULTILINE`, no back reference, and no match that is empty. Each engine
    compiles it when it is first used: all of them together take longer than a first answer, and most texts need few.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        """Take a pattern and its flags as they are written."""
        self.pattern, self.flags = pattern, flags

    @cached_property
    def _exact(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    @property
    def reduced(self) -> str:
        """Return what RE2 reads instead: it matches wherever the pattern does, and perhaps elsewhere."""
        reduced = _without_lookaround(self.pattern)
        return f"(?i:{reduced})" if self.flags & re.IGNORECASE else reduced

    @cached_property
    def _where(self) -> Any:
        return re2.compile(self.reduced, _options())

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches that do not overlap, from left to right."""
        if not _FOLDED_BY_PYTHON_ALONE.isdisjoint(text):
            yield from self._exact.finditer(text)
            return
        done = 0
        for found in self._where.finditer(_quickly_read(text)):
            start, end = found.span()
            done = max(done, start)
            while done < end:
                match = self._exact.match(text, done)
                if match:
                    yield match
                done = match.end() if match else done + 1

    def sub(self, replaced: Callable[[re.Match[str]], str], text: str) -> str:
        """Return the text with something else in place of each match."""
        parts: list[str] = []
        done = 0
        for match in self.finditer(text):
            parts += text[done : match.start()], replaced(match)
            done = match.end()
        return "".join(parts) + text[done:]

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, or None."""
        return next(self.finditer(text), None)


class PatternSet(tuple[PrefilteredPattern, ...]):
    """Patterns looked for together: one pass over a text tells which of them may match, in most texts none."""

    @cached_property
    def _which(self) -> Any:
        found = re2.Set.SearchSet(_options())
        for pattern in self:
            found.Add(pattern.reduced)
        found.Compile()
        return found

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches of each pattern, those of the first pattern first."""
        for place in self.places(text):
            yield from self[place].finditer(text)

    def places(self, text: str) -> Sequence[int]:
        """Return the places of the patterns that may match."""
        if not _FOLDED_BY_PYTHON_ALONE.isdisjoint(text):
            return range(len(self))
        return sorted(self._which.Match(_quickly_read(text)) or ())


def _options() -> Any:
    options = re2.Options()
    options.never_capture, options.log_errors = True, False
    return options


def _quickly_read(text: str) -> str | bytes:
    """Return a text as RE2 takes it: of bytes no place is counted."""
    return text.encode() if text.isascii() else text


def _without_lookaround(pattern: str) -> str:
    """Return what RE2 reads of a pattern: a language that holds the pattern's own."""
    pattern = pattern.replace(_LETTER, f"[A-Za-z{_BEYOND_ASCII}]")
    pattern = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), pattern)
    kept: list[str] = []
    skipped = 0
    for piece in _PIECE.findall(pattern.replace("(?!)", _NEVER)):
        if skipped:
            skipped += piece.startswith("(")
            skipped -= piece == ")"
        elif piece in _LOOKAROUND:
            skipped = 1
        elif piece.startswith("(?P<"):
            kept.append("(?:")
        elif piece[0] == "{" and _LONG_COUNT.fullmatch(piece):
            kept.append("*")
        elif piece.startswith("["):
            if re.search(r"\\[WDS]", piece):
                raise ValueError(f"{piece!r} negates a class within a class, which RE2 reads as ASCII: write it out")
            for written, read in (_IN_NEGATED_CLASS if piece.startswith("[^") else _IN_CLASS).items():
                piece = piece.replace(written, read)
            kept.append(piece)
        else:
            kept.append(_ALONE.get(piece, piece))
    return "".join(kept)

"""Read Markdown and plain-text articles with optional front matter."""

import re
from collections.abc import Collection, Mapping
from datetime import date

import frontmatter
import yaml

from core.errors import DocumentError
from ingest.documents_read import Document, Skipped

RESERVED_KEYS = {"id", "title", "url", "reviewed", "status"}
_FIRST_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_LONGEST_FRONT_MATTER = 20_000


def read_markdown(text: str, *, default_id: str, default_title: str, source: str) -> Document | Skipped:
    """Make a document of a Markdown text; front matter may give id, title, url, reviewed, status and filter values.

    Raises:
        DocumentError: the front matter is not a YAML mapping of plain values.
    """
    fields, body = _split_front_matter(text)
    heading = _FIRST_HEADING.match(body)
    title = fields.get("title") or (heading["title"] if heading else default_title)
    if heading and heading["title"] == title:
        body = body[heading.end() :]
    return article(fields, body.strip(), title=title, default_id=default_id, source=source)


def article(
    fields: Mapping[str, str],
    text: str,
    *,
    title: str,
    default_id: str,
    source: str,
    known: Collection[str] = RESERVED_KEYS,
) -> Document | Skipped:
    """Make a document of an article's fields, or the notice that it was not released yet; `known` ones filter nothing.

    Raises:
        DocumentError: its date is none.
    """
    status = fields.get("status", "")
    if status.lower() not in ("", "published", "public", "live", "approved"):
        return Skipped(source, f"its status is {status!r}; set it to published after review", deliberate=True)
    return Document(
        id=fields.get("id") or default_id,
        title=title,
        text=text,
        url=fields.get("url", ""),
        source=source,
        reviewed=checked_date(fields.get("reviewed", "")),
        metadata={key: value for key, value in fields.items() if key not in known},
    )


def checked_date(value: str) -> str:
    """Return the ISO date at the start of a value.

    Raises:
        DocumentError: there is none.
    """
    try:
        return date.fromisoformat(value[:10]).isoformat() if value else ""
    except ValueError:
        raise DocumentError(f"reviewed is {value!r}; write a date like 2025-03-31") from None


def plain_values(values: Mapping[str, object]) -> dict[str, str]:
    """Return the entries whose values filters can match, as text; a list of plain values is joined by commas."""
    plain = {}
    for key, value in values.items():
        if isinstance(value, list) and value and all(isinstance(item, str | int | float) for item in value):
            plain[str(key)] = ", ".join(str(item) for item in value)
        elif isinstance(value, bool):
            plain[str(key)] = str(value).lower()
        elif isinstance(value, str | int | float | date):
            plain[str(key)] = str(value)
    return plain


def _split_front_matter(text: str) -> tuple[dict[str, str], str]:
    if not text.startswith("---"):
        return {}, text
    try:
        values, body = frontmatter.parse(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = " ".join(str(error).split())[:160]
        raise DocumentError(
            f"its front matter does not parse ({line}); correct the YAML between the --- lines"
        ) from None
    if not values:
        # Two rules around some text, not front matter.
        return {}, text
    if len(text) - len(body) > _LONGEST_FRONT_MATTER:
        raise DocumentError(f"its front matter is longer than {_LONGEST_FRONT_MATTER:,} characters; shorten it")
    return plain_values(values), body

"""Read the replies that a business has prepared for its operators: a Markdown file each, its first heading
the title; `solved.de.md` is `solved.md` for customers who write German.
"""

from pathlib import Path

from server.schemas.desk_schemas import CannedReply


def canned_replies(folder: Path) -> list[CannedReply]:
    """Return the prepared replies of a folder by title; a folder that is not there has none."""
    found = [_read(file) for file in sorted(folder.glob("*.md"))]
    return sorted(found, key=lambda reply: reply.title.casefold())


def _read(file: Path) -> CannedReply:
    text = file.read_text(encoding="utf-8").strip()
    first, _, rest = text.partition("\n")
    name, _, language = file.stem.partition(".")
    if first.startswith("# "):
        return CannedReply(name=name, language=language, title=first[2:].strip(), text=rest.strip())
    return CannedReply(name=name, language=language, title=name.replace("-", " ").capitalize(), text=text)

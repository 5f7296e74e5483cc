"""Write what resolved a ticket down as a draft article; it is not indexed before a person has released it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import frontmatter
import yaml

from core.errors import InputError, NotFound
from core.safety.untrusted_text import visible

_NOTE = re.compile(r"<!-- Remove names.*?-->")
_SLUG = re.compile(r"[^a-z0-9]+")


def propose_article(folder: Path, *, question: str, answer: str, today: date, ticket: str = "") -> Path:
    """Write the draft of an article into a folder and return its path; an ingest skips it while its status is draft.

    Raises:
        InputError: the question or the answer is empty, or the same draft is there already.
    """
    question, answer = visible(question).strip(), visible(answer).strip()
    if not question or not answer:
        raise InputError("a proposal needs a question and an answer; one of them is empty")
    title = " ".join(question.split())[:120]
    fields = {"title": title, "status": "draft", "proposed": today.isoformat()}
    if ticket:
        fields["ticket"] = ticket
    slug = _SLUG.sub("-", title.lower()).strip("-")[:60] or "proposal"
    path = folder / f"{slug}.md"
    front = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)
    note = "<!-- Remove names and numbers of customers, check the facts, then set status to published. -->"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(f"---\n{front}---\n\n{note}\n\n# {title}\n\n{answer}\n")
    except FileExistsError:
        raise InputError(f"{path} exists already; review that draft or choose another question") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose another folder") from None
    return path


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An article that waits for a person's release."""

    name: str
    """Of its file, without the ending."""
    title: str
    text: str
    """In Markdown, without the fields at its head and the note to who edits the file by hand."""
    proposed: str
    ticket: str


def drafts(folder: Path) -> list[Draft]:
    """Return the drafts of a folder, the newest first; what is released or cannot be read is none."""
    found = [_read(file) for file in sorted(folder.glob("*.md"))]
    return sorted((draft for draft in found if draft), key=lambda draft: draft.proposed, reverse=True)


def change_draft(folder: Path, name: str, *, title: str, text: str) -> Draft:
    """Write a draft anew; raises NotFound where there is none, InputError where title or text are empty."""
    before = _known(folder, name)
    title, text = " ".join(visible(title).split())[:120], visible(text).strip()
    if not title or not text:
        raise InputError("an article needs a title and a text; one of them is empty")
    post = frontmatter.load(str(folder / f"{name}.md"))
    post["title"], post.content = title, text
    _write(folder / f"{name}.md", frontmatter.dumps(post, sort_keys=False, allow_unicode=True))
    return replace(before, title=title, text=text)


def release_draft(folder: Path, name: str, *, by: str, today: date, into: Path | None) -> Path:
    """Mark a draft as released by a person, move it into the folder of articles if one is named, and return its place.

    Raises:
        NotFound: there is no such draft.
        InputError: an article of that name is there already.
    """
    _known(folder, name)
    path = folder / f"{name}.md"
    post = frontmatter.load(str(path))
    post["status"], post["released_by"], post["reviewed"] = "published", by, today.isoformat()
    post.content = _NOTE.sub("", post.content).strip()
    target = (into or folder) / path.name
    if into and target.exists():
        raise InputError(f"{target} is there already; give the draft another title, or change that article instead")
    _write(target, frontmatter.dumps(post, sort_keys=False, allow_unicode=True))
    if into:
        path.unlink()
    return target


def discard_draft(folder: Path, name: str) -> None:
    """Delete a draft; raises NotFound where there is none."""
    _known(folder, name)
    (folder / f"{name}.md").unlink()


def _known(folder: Path, name: str) -> Draft:
    draft = _read(folder / f"{name}.md") if re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) else None
    if draft is None:
        raise NotFound("there is no such draft; the list of drafts names those there are")
    return draft


def _read(file: Path) -> Draft | None:
    try:
        post = frontmatter.load(str(file))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    if post.get("status") != "draft":
        return None
    fields = {name: str(post.get(name) or "") for name in ("title", "proposed", "ticket")}
    return Draft(name=file.stem, text=_NOTE.sub("", post.content).strip(), **fields)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose another folder") from None

"""Write a resolved ticket down as a draft article; it is never indexed before a person releases it."""

import re
from datetime import date
from pathlib import Path

import yaml

from core.errors import InputError
from core.safety.invisible_characters import visible

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
    note = "<!-- Remove names and order numbers, check the facts, then set status to published. -->"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(f"---\n{front}---\n\n{note}\n\n# {title}\n\n{answer}\n")
    except FileExistsError:
        raise InputError(f"{path} exists already; review that draft or choose another question") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose another folder") from None
    return path

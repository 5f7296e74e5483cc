"""Read files of questions and answers: CSV with a header, or one JSON object per line."""

import csv
import io
from collections.abc import Iterator, Mapping

from core.errors import DocumentError
from core.json_records import parsed_json
from ingest.documents_read import Document, Skipped
from ingest.sources.markdown_articles import article, plain_values

_QUESTION = ("question", "title", "prompt", "q")
_ANSWER = ("answer", "content", "text", "body", "response", "a")
_KNOWN = {*_QUESTION, *_ANSWER, "id", "url", "reviewed", "status"}


def read_csv(text: str, *, default_id: str, source: str) -> Iterator[Document | Skipped]:
    """Yield one document per row of a CSV file whose header names a question and an answer column.

    Raises:
        DocumentError: the header names no such columns, or the file is no CSV.
    """
    try:
        dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), dialect=dialect))
    except csv.Error as error:
        raise DocumentError(f"is no CSV ({error}); export it with a header and quoted fields") from None
    names = {name.strip().lower() for row in rows[:1] for name in row if name}
    if not (names & set(_QUESTION) and names & set(_ANSWER)):
        raise DocumentError(
            f"has the columns {', '.join(sorted(names)) or '(none)'}; name one `question` and one `answer` in "
            f"the first line"
        )
    for number, row in enumerate(rows, start=2):
        yield _entry(row, f"{default_id}#{number}", f"{source} line {number}")


def read_json_lines(text: str, *, default_id: str, source: str) -> Iterator[Document | Skipped]:
    """Yield one document per line of a file of JSON objects with a question and an answer each."""
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{source} line {number}"
        if not line.strip():
            continue
        try:
            row = parsed_json(line)
        except ValueError as error:
            yield Skipped(where, f"is no JSON ({error}); write one object per line")
            continue
        if isinstance(row, dict):
            yield _entry(row, f"{default_id}#{number}", where)
        else:
            yield Skipped(where, "is no JSON object; write one with the keys question and answer")


def _entry(row: Mapping[str, object], default_id: str, source: str) -> Document | Skipped:
    values = plain_values({str(key).strip().lower(): value for key, value in row.items() if key and value != ""})
    question = next((values[name] for name in _QUESTION if values.get(name, "").strip()), "")
    answer = next((values[name] for name in _ANSWER if values.get(name, "").strip()), "")
    if not question or not answer:
        return Skipped(source, "has no question or no answer; fill in both or remove the line")
    try:
        return article(
            values, answer.strip(), title=question.strip(), default_id=default_id, source=source, known=_KNOWN
        )
    except DocumentError as error:
        return Skipped(source, str(error))

"""Read JSON articles: ours (id, title, content), exports of Zendesk and Intercom, and OpenAPI descriptions."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import DocumentError
from core.json_records import parsed_json
from ingest.documents_read import Document, Skipped
from ingest.sources.markdown_articles import article, plain_values
from ingest.sources.web_pages import html_to_markdown

_KNOWN = {"id", "title", "name", "content", "body", "text", "url", "html_url", "reviewed", "status", "state", "draft"}


def read_json(text: str, *, default_id: str, source: str) -> Iterator[Document | Skipped]:
    """Yield the articles of a JSON file: one object, a list, a help-centre export, or an OpenAPI description.

    Zendesk puts a list under `articles` with an HTML `body`; Intercom a list under `data` with `state` and `body`.

    Raises:
        DocumentError: it is no JSON, or holds nothing that looks like an article.
    """
    try:
        content = parsed_json(text)
    except ValueError as error:
        raise DocumentError(f"is no JSON ({error}); export it again") from None
    if is_openapi(content):
        yield from read_openapi(content, default_id=default_id, source=source)
        return
    if isinstance(content, dict):
        listed = next((content[key] for key in ("articles", "data") if isinstance(content.get(key), list)), None)
        entries = [content] if listed is None else listed
        numbered = listed is not None
    else:
        entries, numbered = content, True
    if not isinstance(entries, list):
        raise DocumentError("holds no articles; write an object with id, title and content, or a list of them")
    for number, entry in enumerate(entries, start=1):
        where = f"{source} article {number}" if numbered else source
        yield _article(entry, f"{default_id}#{number}" if numbered else default_id, where)


def _article(entry: Any, default_id: str, source: str) -> Document | Skipped:
    if not isinstance(entry, Mapping):
        return Skipped(source, "is no object; write one with id, title and content")
    values = plain_values(entry)
    title = (values.get("title") or values.get("name") or "").strip()
    if not title:
        return Skipped(source, f"has no title among its keys {', '.join(list(values)[:8])}; add one")
    status = values.get("status") or values.get("state") or ("draft" if values.get("draft") == "true" else "")
    values |= {"status": status, "url": values.get("html_url") or values.get("url", "")}
    long = {key for key, value in values.items() if len(value) > 200}
    text = _text(values, title)
    try:
        return article(values, text, title=title, default_id=default_id, source=source, known=_KNOWN | long)
    except DocumentError as error:
        return Skipped(source, str(error))


def _text(values: Mapping[str, str], title: str) -> str:
    """Return the article's Markdown; `body` is what help centres call their HTML."""
    if body := values.get("body"):
        return html_to_markdown(body, title) if "<" in body else body
    return values.get("content") or values.get("text") or ""


_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def is_openapi(content: object) -> bool:
    """Return whether a parsed JSON or YAML file describes an API."""
    return isinstance(content, Mapping) and ("openapi" in content or "swagger" in content) and "paths" in content


def read_openapi(content: Mapping[str, Any], *, default_id: str, source: str) -> Iterator[Document]:
    """Yield a document per operation with its summary, description, parameters and responses."""
    name = str(_mapping(content.get("info")).get("title") or default_id)
    for path, operations in _mapping(content.get("paths")).items():
        for method, operation in _mapping(operations).items():
            if method in _METHODS and isinstance(operation, Mapping):
                label = f"{method.upper()} {path}"
                yield Document(
                    id=f"{default_id}#{label}",
                    title=f"{name}: {operation.get('summary') or label}",
                    text="\n\n".join(_lines(label, operation)),
                    source=source,
                )


def _lines(label: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"`{label}`"
    if operation.get("description"):
        yield str(operation["description"])
    parameters = [p for p in operation.get("parameters") or [] if isinstance(p, Mapping) and "name" in p]
    if parameters:
        yield "## Parameters"
        yield "\n".join(
            f"* `{p['name']}` ({p.get('in', 'body')}{', required' if p.get('required') else ''}) "
            f"{p.get('description', '')}"
            for p in parameters
        )
    responses = _mapping(operation.get("responses"))
    if responses:
        yield "## Responses"
        yield "\n".join(f"* {status}: {_mapping(r).get('description', '')}" for status, r in responses.items())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

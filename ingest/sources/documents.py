"""Find and read source documents, one reader per format; what cannot be read becomes a reason in the report."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from core.errors import DocumentError
from ingest.documents_read import Document, Skipped
from ingest.sources.decoding import decode
from ingest.sources.faiss_folder import read_langchain_pickle
from ingest.sources.json_articles import is_openapi, read_json, read_openapi
from ingest.sources.markdown_articles import read_markdown
from ingest.sources.pdf_articles import read_pdf
from ingest.sources.question_files import read_csv, read_json_lines
from ingest.sources.web_pages import read_html

SUFFIXES = (
    ".md",
    ".markdown",
    ".txt",
    ".html",
    ".htm",
    ".pdf",
    ".csv",
    ".jsonl",
    ".ndjson",
    ".json",
    ".yaml",
    ".yml",
    ".urls",
    ".pkl",
)


def find_files(sources: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Return each file below the sources with the folder its id is relative to; hidden files are left out.

    Raises:
        DocumentError: a source does not exist.
    """
    found = []
    for source in sources:
        if source.is_file():
            found.append((source, source.parent))
        elif source.is_dir():
            for file in sorted(source.rglob("*")):
                # The vectors beside a langchain index.pkl are not needed.
                if (
                    file.suffix != ".faiss"
                    and file.is_file()
                    and not any(part.startswith(".") for part in file.relative_to(source).parts)
                ):
                    found.append((file, source))
        else:
            raise DocumentError(f"{source} is neither a file nor a folder; name one that exists")
    return found


def read_file(file: Path, root: Path, *, max_bytes: int) -> Iterator[Document | Skipped]:
    """Yield the documents of one file, or the reason there are none; `root` is the folder its id is relative to."""
    try:
        found = False
        for item in _read(file, file.relative_to(root).as_posix(), max_bytes):
            found = True
            if isinstance(item, Document) and not (item.text.strip() or item.pieces):
                yield Skipped(item.source, "has no text; write the article or remove it")
            else:
                yield item
        if not found:
            yield Skipped(str(file), "is empty; write the article or remove it")
    except DocumentError as error:
        yield Skipped(str(file), str(error))
    except OSError as error:
        yield Skipped(str(file), f"cannot be opened ({error.strerror}); check that it exists and may be read")


def _read_yaml(text: str, name: str, source: str) -> Iterator[Document | Skipped]:
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(f"is no YAML ({' '.join(str(error).split())[:160]}); correct it") from None
    if not is_openapi(content):
        raise DocumentError("is YAML but no OpenAPI description; write articles as Markdown")
    yield from read_openapi(content, default_id=name, source=source)


def _read(file: Path, name: str, max_bytes: int) -> Iterator[Document | Skipped]:
    suffix, source, title = file.suffix.lower(), str(file), file.stem.replace("-", " ").replace("_", " ").strip()
    if suffix not in SUFFIXES:
        raise DocumentError(f"is of an unknown kind; export it as one of {' '.join(SUFFIXES)}")
    if (size := file.stat().st_size) > max_bytes:
        raise DocumentError(f"has {size / 1e6:,.0f} MB, more than the {max_bytes / 1e6:,.0f} MB allowed; split it")
    data = file.read_bytes()
    if suffix == ".pdf":
        yield read_pdf(data, default_id=name, default_title=title, source=source)
        return
    if suffix == ".pkl":
        yield from read_langchain_pickle(data, source=source)
        return
    text = decode(data)
    if not text.strip():
        return
    match suffix:
        case ".html" | ".htm":
            yield read_html(text, default_id=name, default_title=title, source=source)
        case ".csv":
            yield from read_csv(text, default_id=name, source=source)
        case ".jsonl" | ".ndjson":
            yield from read_json_lines(text, default_id=name, source=source)
        case ".json":
            yield from read_json(text, default_id=name, source=source)
        case ".yaml" | ".yml":
            yield from _read_yaml(text, name, source)
        case _:
            yield read_markdown(text, default_id=name, default_title=title, source=source)

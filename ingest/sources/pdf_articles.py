"""Read the text layer of a PDF."""

import io
import logging
from typing import TYPE_CHECKING

from core.errors import DocumentError
from ingest.documents_read import Document

if TYPE_CHECKING:
    import pypdf

MAX_PAGES = 2_000
MAX_CHARS = 10_000_000
_FEWEST_CHARS_PER_PAGE = 20

# The library reports every oddity of a file; the reason we give in the report is enough.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(data: bytes, *, default_id: str, default_title: str, source: str) -> Document:
    """Make a document of a PDF's text layer, one paragraph per page at least.

    Raises:
        DocumentError: it is encrypted, damaged, too large once unpacked, or a scan without a text layer.
    """
    # Loaded here, because every start loads the ways to read articles, and few are in PDF.
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError("is encrypted; save a copy without a password")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise DocumentError(f"has {count} pages, more than {MAX_PAGES}; split it")
        pages = _page_texts(reader)
        title = (reader.metadata and reader.metadata.title) or default_title
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError, MemoryError) as error:
        raise DocumentError(f"cannot be read as PDF ({type(error).__name__}: {error}); save it again") from None
    if sum(map(len, pages)) < _FEWEST_CHARS_PER_PAGE * count:
        raise DocumentError("has no text layer, so its pages are scans; run text recognition (OCR) over it first")
    return Document(id=default_id, title=str(title).strip() or default_title, text="\n\n".join(pages), source=source)


def _page_texts(reader: "pypdf.PdfReader") -> list[str]:
    pages, size = [], 0
    for page in reader.pages:
        pages.append(page.extract_text().strip())
        size += len(pages[-1])
        if size > MAX_CHARS:
            raise DocumentError(f"unpacks to more than {MAX_CHARS:,} characters; split it")
    return pages

"""Read the pages of a sitemap, of a list of addresses, or a single page."""

import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import DocumentError
from core.extras import need_extra
from ingest.documents_read import Document, Skipped
from ingest.sources.decoding import decode
from ingest.sources.markdown_articles import read_markdown
from ingest.sources.pdf_articles import read_pdf
from ingest.sources.web_pages import read_html

if TYPE_CHECKING:
    from ingest.sources.safe_fetch import Fetched, SafeFetcher

MAX_PAGES = 10_000
_MAX_SITEMAPS = 100


def is_address(source: str) -> bool:
    """Return whether a source is a web address and not a path."""
    return source.startswith(("https://", "http://"))


def addresses_in(list_file: str) -> list[str]:
    """Return the addresses of a list, one a line; lines that start with # are notes."""
    lines = (line.strip() for line in list_file.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_addresses(
    sources: Sequence[str],
    fetcher: "SafeFetcher",
    *,
    max_bytes: int,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Document | Skipped]:
    """Yield the documents of pages, and of every page a sitemap among them names, sitemaps of sitemaps included.

    `on_progress` is told how many addresses were fetched and how many are known by then.
    """
    waiting = deque(dict.fromkeys(sources))
    seen, fetched, pages, sitemaps = set(waiting), 0, 0, 0
    while waiting:
        address = waiting.popleft()
        fetched += 1
        try:
            page = fetcher.fetch(address)
            linked = _sitemap_links(page, max_bytes)
            if linked is None:
                pages += 1
                yield _document(page)
        except DocumentError as error:
            yield Skipped(address, str(error))
            linked = None
        if linked is not None:
            sitemaps += 1
            new = [link for link in dict.fromkeys(linked) if link not in seen]
            room = MAX_PAGES - pages - len(waiting)
            if sitemaps > _MAX_SITEMAPS or len(new) > room:
                yield Skipped(
                    address, f"names more than {MAX_PAGES:,} pages or {_MAX_SITEMAPS} sitemaps; ingest it in parts"
                )
                new = [] if sitemaps > _MAX_SITEMAPS else new[:room]
            # A sitemap that names itself, or one that named it, ends here: nothing is fetched twice.
            seen.update(new)
            waiting += new
        on_progress(fetched, fetched + len(waiting))


def _sitemap_links(fetched: "Fetched", max_bytes: int) -> list[str] | None:
    """Return the addresses a sitemap names, or None if it is a page."""
    content = fetched.content
    if content.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            content = unpacker.decompress(content, max_bytes)
        except zlib.error as error:
            raise DocumentError(f"is packed but damaged ({error})") from None
        if unpacker.unconsumed_tail:
            raise DocumentError(f"unpacks to more than {max_bytes / 1e6:,.0f} MB; split it")
    beginning = content[:2_000].lower()
    if b"<urlset" not in beginning and b"<sitemapindex" not in beginning:
        return None
    need_extra("web", "reading a sitemap")
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"is a sitemap that does not parse ({error})") from None
    return [location.text.strip() for location in tree.iter("{*}loc") if location.text and location.text.strip()]


def _document(fetched: "Fetched") -> Document:
    path = urlsplit(fetched.url).path
    title = path.rstrip("/").rsplit("/", 1)[-1].replace("-", " ") or fetched.url
    if "pdf" in fetched.content_type or fetched.content.startswith(b"%PDF"):
        return read_pdf(fetched.content, default_id=fetched.url, default_title=title, source=fetched.url)
    text = decode(fetched.content)
    if "html" in fetched.content_type or "<html" in text[:2_000].lower():
        document = read_html(text, default_id=fetched.url, default_title=title, source=fetched.url, url=fetched.url)
    else:
        read = read_markdown(text, default_id=fetched.url, default_title=title, source=fetched.url)
        if isinstance(read, Skipped):
            raise DocumentError(read.reason)
        document = read
    if not document.text.strip():
        raise DocumentError("has no text; it may need a browser to show any")
    return document

"""Web sources are read from allow-listed public hosts only, and a sitemap cannot lead anywhere else or go on
for ever.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ingest.documents_read import Document, Skipped
from ingest.sources.documents import read_file
from ingest.sources.safe_fetch import SafeFetcher
from ingest.sources.web_sources import read_addresses

PUBLIC = "93.184.216.34"
PAGE = "<html><body><h1>Fees</h1><p>Late fees are nine dollars a month.</p></body></html>"
Answer = Callable[[httpx.Request], httpx.Response]


class Site:
    """Answer requests from a table of paths and remember where each connection went."""

    def __init__(self, pages: dict[str, httpx.Response]) -> None:
        self.pages = pages
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.host, request.headers["Host"] + request.url.path))
        return self.pages.get(request.headers["Host"] + request.url.path, httpx.Response(404))


def read(
    site: Site, address: str = "https://help.example/sitemap.xml", resolved: str = PUBLIC, max_bytes: int = 100_000
) -> list[Document | Skipped]:
    fetcher = SafeFetcher(
        ["help.example"], max_bytes, resolver=lambda host, port: [resolved], transport=httpx.MockTransport(site)
    )
    return list(read_addresses([address], fetcher, max_bytes=max_bytes))


def sitemap(*locations: str, kind: str = "urlset") -> bytes:
    entries = "".join(f"<url><loc>{location}</loc></url>" for location in locations)
    return (
        f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'.encode()
    )


def page() -> httpx.Response:
    return httpx.Response(200, text=PAGE, headers={"Content-Type": "text/html; charset=utf-8"})


def refusal(site: Site, address: str, resolved: str = PUBLIC) -> str:
    (item,) = read(site, address, resolved)
    assert isinstance(item, Skipped), item
    return item.reason


def test_a_sitemap_is_read_page_by_page_over_the_address_that_was_checked() -> None:
    site = Site(
        {
            "help.example/sitemap.xml": httpx.Response(
                200, content=gzip.compress(sitemap("https://help.example/fees"))
            ),
            "help.example/fees": page(),
        }
    )
    (document,) = read(site)
    assert isinstance(document, Document)
    assert (document.id, document.url, document.title) == (*["https://help.example/fees"] * 2, "Fees")
    assert {host for host, _ in site.asked} == {PUBLIC}


def test_progress_counts_the_pages_fetched_and_those_known_by_then() -> None:
    page_addresses = ("https://help.example/a", "https://help.example/b")
    site = Site(
        {"help.example/sitemap.xml": httpx.Response(200, content=sitemap(*page_addresses)), "help.example/a": page()}
    )
    fetcher = SafeFetcher(
        ["help.example"], 100_000, resolver=lambda host, port: [PUBLIC], transport=httpx.MockTransport(site)
    )
    seen: list[tuple[int, int]] = []
    sources = ["https://help.example/sitemap.xml", "https://help.example/a"]
    found = list(read_addresses(sources, fetcher, max_bytes=100_000, on_progress=lambda *now: seen.append(now)))
    assert len(found) == 2, "the page that both sources name is read once, the missing one is reported"
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_sitemap_that_loops_ends() -> None:
    first, second = "https://help.example/sitemap.xml", "https://help.example/second.xml"
    site = Site(
        {
            "help.example/sitemap.xml": httpx.Response(200, content=sitemap(first, second, kind="sitemapindex")),
            "help.example/second.xml": httpx.Response(200, content=sitemap(first, second, "https://help.example/fees")),
            "help.example/fees": page(),
        }
    )
    assert [item.id for item in read(site) if isinstance(item, Document)] == ["https://help.example/fees"]
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "::ffff:10.0.0.1",
        "100.64.0.1",
    ],
)
def test_a_host_that_resolves_to_a_private_address_is_refused_before_any_connection(address: str) -> None:
    site = Site({})
    assert "private address" in refusal(site, "https://help.example/fees", address)
    assert site.asked == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://evil.example/", "SUPPORT_SOURCE_HOSTS does not list"),
        ("https://help.example.evil.example/", "SUPPORT_SOURCE_HOSTS does not list"),
        ("https://user:pass@help.example/", "with a password"),
        ("https://127.0.0.1/", "SUPPORT_SOURCE_HOSTS does not list"),
        ("https://help.example/missing", "status 404"),
    ],
)
def test_an_address_that_is_not_allowed_or_not_there_is_named(address: str, reason: str) -> None:
    assert reason in refusal(Site({}), address)


@pytest.mark.parametrize("target", ["https://evil.example/", "file:///etc/passwd", "http://169.254.169.254/latest"])
def test_a_redirect_obeys_the_same_rules(target: str) -> None:
    site = Site({"help.example/go": httpx.Response(302, headers={"Location": target})})
    refusal(site, "https://help.example/go")
    assert len(site.asked) == 1


def test_redirects_end() -> None:
    site = Site({"help.example/go": httpx.Response(302, headers={"Location": "https://help.example/go"})})
    assert "redirects more than 5 times" in refusal(site, "https://help.example/go")


def test_a_page_that_unpacks_to_too_much_is_refused() -> None:
    bomb = httpx.Response(200, content=gzip.compress(b" " * 10_000_000), headers={"Content-Encoding": "gzip"})
    assert "unpacks to more than" in refusal(Site({"help.example/bomb": bomb}), "https://help.example/bomb")
    packed = httpx.Response(200, content=gzip.compress(b" " * 10_000_000))
    assert "unpacks to more than" in refusal(Site({"help.example/b.gz": packed}), "https://help.example/b.gz")


def test_entities_in_a_sitemap_are_not_expanded() -> None:
    content = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>'
    assert read(Site({"help.example/sitemap.xml": httpx.Response(200, content=content)})) == []


def test_an_openapi_description_gives_an_article_per_operation(tmp_path: Path) -> None:
    text = """
openapi: 3.1.0
info: {title: Orders API}
paths:
  /orders/{id}:
    get:
      summary: Look up an order
      description: Returns the order.
      parameters: [{name: id, in: path, required: true, description: The order number.}]
      responses: {"404": {description: There is no such order.}}
"""
    path = tmp_path / "api.yaml"
    path.write_text(text)
    (document,) = read_file(path, tmp_path, max_bytes=10_000)
    assert isinstance(document, Document)
    assert document.title == "Orders API: Look up an order"
    assert "`id` (path, required) The order number." in document.text
    assert "404: There is no such order." in document.text

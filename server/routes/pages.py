"""Serve the pages of `web/` (chat, widget, desk, insight) with headers that keep foreign code out of them."""

import gzip
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import PurePosixPath

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from server.views.brand import Brand
from server.views.source_page import source_routes

PAGES = {"/": "home.html", "/chat": "chat.html", "/desk": "desk.html", "/insight": "insight.html"}
"""Which file is the page at which path."""
NEVER_FRAMED = ("desk.html", "insight.html")
"""Pages of operators: in a frame a click on what shines through could be made to approve something."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
}
UNNAMED = Brand("Support")
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FOREVER = "public, max-age=31536000, immutable"
COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)[ \t]*\n", re.MULTILINE | re.DOTALL)
ASK_AGAIN = "no-cache"
"""Kept by browsers, and used only after the server said that it is still the newest."""


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    packed: bytes
    type: str
    tag: str


def asset(body: bytes, suffix: str) -> Asset:
    """Return a file's content ready for sending."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, gzip.compress(body, 9, mtime=0), TYPES[suffix], f'"{digest}"')


def read_assets(brand: Brand = UNNAMED) -> tuple[str, dict[str, Asset]]:
    """Return the version of the pages, which is a hash of all of them, and each file by its path inside `web/static/`.

    HTML names what it loads under `/web/`; the version is put into these addresses, so that they may be kept for ever.
    Name, colour and pictures of the business are put in, so that a page has them from its first moment on.
    """
    found: dict[str, bytes] = {}
    folders = [(PurePosixPath(), files("web").joinpath("static"))]
    while folders:
        place, folder = folders.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                folders.append((place / entry.name, entry))
            elif PurePosixPath(entry.name).suffix in TYPES:
                text = branded(entry.read_text(encoding="utf-8"), brand)
                found[str(place / entry.name)] = (
                    COMMENT.sub("", text) if entry.name.endswith((".js", ".css")) else text
                ).encode()
    found |= brand.pictures
    digest = hashlib.sha256(b"".join(f"{path}\n".encode() + found[path] for path in sorted(found)))
    version = digest.hexdigest()[:12]
    versioned = f'="/web/{version}/'.encode()
    return version, {
        path: asset(
            body.replace(b'="/web/', versioned) if path.endswith(".html") else body,
            PurePosixPath(path).suffix,
        )
        for path, body in found.items()
    }


def branded(text: str, brand: Brand) -> str:
    """Return a page, a style sheet or an icon with what is the business's own."""
    icon = f"/web/{brand.logo or 'icon.svg'}"
    named = text.replace("$business", escape(brand.name)).replace("$languages", ",".join(brand.languages))
    named = named.replace('"/web/icon.svg"', f'"{icon}"')
    return named.replace(UNNAMED.look.color, brand.look.color)


def policy(embedders: tuple[str, ...], picture_hosts: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy of the pages (W3C CSP3): everything from this server, nothing inline; pictures
    of records may come from the business's own hosts.
    """
    pictures = [address for host in picture_hosts for address in (f"https://{host}", f"https://*.{host}")]
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": " ".join(["'self'", "data:", "blob:", *pictures]),
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(embedders) or "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def page_headers(embedders: tuple[str, ...], picture_hosts: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers of a page."""
    return {
        "Content-Security-Policy": policy(embedders, picture_hosts),
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": ASK_AGAIN,
    } | ({} if embedders else {"X-Frame-Options": "DENY"})


class _Pages:
    """The files of the pages as the brand makes them now."""

    def __init__(self, brand: Callable[[], Brand]) -> None:
        self._brand = brand
        self._made: tuple[Brand, str, dict[str, Asset]] | None = None

    def now(self) -> tuple[Brand, str, dict[str, Asset]]:
        """Return the brand, the version of the pages and each file by its path."""
        brand = self._brand()
        if self._made is None or self._made[0] is not brand:
            self._made = brand, *read_assets(brand)
        return self._made


def page_routes(embedders: tuple[str, ...], brand: Callable[[], Brand]) -> APIRouter:
    """Return the routes of the pages, which sites of these origins may show in a frame."""
    pages = _Pages(brand)
    pages.now()
    router = APIRouter(include_in_schema=False)
    # Loaded by businesses' own pages too, where the widget is embedded; they hold nothing but what everybody may read.
    shared = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

    def page(request: Request) -> Response:
        file = PAGES[request.url.path]
        shown, _, assets = pages.now()
        headers = page_headers(()) if file in NEVER_FRAMED else page_headers(embedders, shown.link_hosts)
        return sent(request, assets[file], headers)

    def loaded(request: Request, wanted: str, path: str) -> Response:
        _, version, assets = pages.now()
        if path not in assets or path.endswith(".html"):
            raise HTTPException(404, "there is no such file")
        cached = FOREVER if wanted == version else ASK_AGAIN
        # A picture that is opened by itself is a document: it may not run anything.
        drawn = {"Content-Security-Policy": PICTURE_POLICY} if path.endswith(".svg") else {}
        return sent(request, assets[path], shared | drawn | {"Cache-Control": cached})

    def widget(request: Request) -> Response:
        _, version, _ = pages.now()
        entry = asset(f'import "./web/{version}/widget.js";\n'.encode(), ".js")
        return sent(request, entry, shared | {"Cache-Control": ASK_AGAIN})

    router.include_router(source_routes(lambda: pages.now()[2]["source.html"].body.decode(), page_headers(embedders)))
    for path in PAGES:
        router.add_api_route(path, page, methods=["GET", "HEAD"])
    router.add_api_route("/widget.js", widget, methods=["GET", "HEAD"])
    router.add_api_route("/web/{wanted}/{path:path}", loaded, methods=["GET", "HEAD"])
    return router


def sent(request: Request, file: Asset, headers: dict[str, str]) -> Response:
    """Return a file, packed where the browser can unpack, or that it has not changed."""
    headers = headers | {"ETag": file.tag, "Vary": "Accept-Encoding"}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.type)
    return Response(file.body, headers=headers, media_type=file.type)

"""Show the passage of a help article that a reply cites, as text and nothing but text."""

import asyncio
import re
from collections.abc import Callable
from html import escape
from string import Template
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from core.passages import Passage
from core.safety.safe_links import LinkRule
from server.service import Service

_WRAPPED = 60
"""Characters from which on a line of an article has most likely been broken to fit an editor."""
GONE = Passage(
    id="", article_id="", title="This passage is no longer part of the help articles. Ask again in the chat.", text=""
)
_BEGINS = re.compile(r"[\s|>#]|[-*+•]\s|\d{1,3}[.)]\s")
"""Begins an item of a list, a row of a table, a heading or a line set in on purpose."""


def source_path(passage_id: str, headings: list[str]) -> str:
    """Return the address of a passage's page, at its heading."""
    return f"/sources/{quote(passage_id, safe='')}" + (f"#{anchor(headings[-1])}" if headings else "")


def anchor(heading: str) -> str:
    """Return the fragment a heading is linked by."""
    return re.sub(r"\W+", "-", heading.casefold()).strip("-") or "passage"


def source_routes(template: Callable[[], str], headers: dict[str, str]) -> APIRouter:
    """Return the route of passages' pages; ids are not to be guessed, and whoever was shown one may read it."""
    router = APIRouter(include_in_schema=False)

    async def source(request: Request, passage_id: str) -> Response:
        service: Service = request.app.state.service
        found = await service.parts.retriever.fetch([passage_id])
        return Response(
            written(Template(await asyncio.to_thread(template)), found[0] if found else GONE, service.parts.links),
            200 if found else 404,
            headers=headers,
            media_type="text/html; charset=utf-8",
        )

    router.add_api_route("/sources/{passage_id:path}", source, methods=["GET"])
    return router


def written(page: Template, passage: Passage, links: LinkRule) -> str:
    """Return the page of a passage; it links to the article where its host is allowed."""
    headings = "".join(f'<h2 id="{escape(anchor(h))}" dir="auto">{escape(h)}</h2>' for h in passage.headings)
    address = escape(links.kept(passage.url))
    # The page has the business's name in it, which may hold a dollar sign.
    return page.safe_substitute(
        title=escape(passage.title),
        headings=headings,
        text=escape(unwrapped(passage.text)),
        link=f'<p><a href="{address}" rel="noopener noreferrer">{address}</a></p>' if address else "",
        state="gone" if passage is GONE else "",
        language=escape(re.sub(r"[^A-Za-z-]", "", passage.metadata.get("locale", "")) or "en"),
    )


def unwrapped(text: str) -> str:
    """Return a passage with the lines of a paragraph joined; lists, tables and short lines such as addresses stay."""
    joined: list[str] = []
    before = ""
    for line in text.split("\n"):
        if len(before) >= _WRAPPED and line and not before.startswith("|") and not _BEGINS.match(line):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
        before = line
    return "\n".join(joined)

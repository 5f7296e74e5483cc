"""Turn an HTML page into Markdown: what a reader would see of the article, and nothing that is hidden."""

import re
from functools import cache
from typing import TYPE_CHECKING

from core.errors import DocumentError
from core.extras import need_extra
from ingest.documents_read import Document

if TYPE_CHECKING:
    from lxml import html
    from lxml_html_clean import Cleaner

_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0(\.0+)?\s*(;|$)|font-size\s*:\s*0\D?"
    r"|text-indent\s*:\s*-\d{3,}|(left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0",
    re.IGNORECASE,
)


def read_html(text: str, *, default_id: str, default_title: str, source: str, url: str = "") -> Document:
    """Make a document of a page: its title, its canonical address and its visible text as Markdown.

    Raises:
        DocumentError: the page does not parse.
    """
    tree = _parse(text)
    title = _first_text(tree, "//h1") or _first_text(tree, "//title") or default_title
    canonical = tree.xpath("string(//link[@rel='canonical']/@href)")
    return Document(
        id=default_id,
        title=title,
        text=_markdown(tree, title),
        url=url or (canonical if canonical.startswith(("https://", "http://")) else ""),
        source=source,
    )


def html_to_markdown(fragment: str, title: str = "") -> str:
    """Return the visible text of a page or a part of one as Markdown.

    Raises:
        DocumentError: it does not parse.
    """
    return _markdown(_parse(fragment), title) if fragment.strip() else ""


@cache
def _cleaner() -> "Cleaner":
    from lxml_html_clean import Cleaner

    return Cleaner(
        style=True,
        forms=False,
        page_structure=False,
        remove_unknown_tags=False,
        safe_attrs_only=False,
        kill_tags=("noscript", "template", "svg", "nav", "footer", "dialog"),
    )


def _parse(text: str) -> "html.HtmlElement":
    need_extra("web", "reading HTML")
    from lxml import etree, html

    try:
        # Bytes, because lxml refuses text that declares an encoding.
        parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
        return html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise DocumentError(f"is not HTML that can be read ({error}); open and save it with a browser") from None


def _markdown(tree: "html.HtmlElement", title: str) -> str:
    import trafilatura
    from lxml import etree, html

    for element in list(tree.iter(etree.Element)):
        if _is_hidden(element) and element.getparent() is not None:
            element.drop_tree()
    _cleaner()(tree)
    extracted = trafilatura.extract(
        html.tostring(tree, encoding="unicode"),
        output_format="markdown",
        favor_recall=True,
        include_comments=False,
    )
    visible = " ".join(tree.text_content().split())
    # The extractor is made for long articles and can lose a short one whole.
    text = extracted or ""
    if len(text) < len(visible) / 3:
        text = _paragraphs(tree)
    lines = text.strip().split("\n")
    return "\n".join(lines[1:] if lines[0].lstrip("# ").strip() == title else lines).strip()


def _is_hidden(element: "html.HtmlElement") -> bool:
    attributes = element.attrib
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(attributes.get("style", "")))
    )


def _paragraphs(tree: "html.HtmlElement") -> str:
    """Return each text block on its own line, headings marked as in Markdown."""
    lines = []
    for element in tree.xpath("//h1|//h2|//h3|//h4|//p|//li|//td|//th|//dt|//dd|//pre|//blockquote|//summary"):
        text = " ".join(element.text_content().split())
        if text and not element.xpath("ancestor::p|ancestor::li|ancestor::td|ancestor::dd"):
            lines.append(("#" * int(element.tag[1]) + " " if element.tag in ("h1", "h2", "h3", "h4") else "") + text)
    return "\n\n".join(lines) or " ".join(tree.text_content().split())


def _first_text(tree: "html.HtmlElement", path: str) -> str:
    found = tree.xpath(path)
    return " ".join(found[0].text_content().split()) if found else ""

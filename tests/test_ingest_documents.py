"""Every kind of source is read; what cannot be read is skipped with the reason and the run goes on."""

import json
import zlib
from pathlib import Path

import pytest
from pypdf import PdfWriter

from ingest.documents_read import Document, Skipped
from ingest.sources.documents import find_files, read_file


def read(path: Path, max_bytes: int = 1_000_000) -> list[Document | Skipped]:
    return list(read_file(path, path.parent, max_bytes=max_bytes))


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one(items: list[Document | Skipped]) -> Document:
    (item,) = items
    assert isinstance(item, Document), item
    return item


def reason(items: list[Document | Skipped]) -> str:
    (item,) = items
    assert isinstance(item, Skipped), item
    return item.reason


def pdf_with(content: bytes, *, compressed: bool = False) -> bytes:
    """Write a one-page PDF with this content stream by hand."""
    data = zlib.compress(content, 9) if compressed else content
    kind = b"/Filter /FlateDecode " if compressed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 "
        b"R >> >> >>",
        b"<< " + kind + b"/Length %d >>\nstream\n" % len(data) + data + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    text = (
        "---\nid: r1\ntitle: Returns\nurl: https://x.example/r\nreviewed: 2025-03-01\nlocale: en\n---\n# "
        "Returns\n\nFree."
    )
    document = one(read(written(tmp_path, "returns.md", text)))
    assert (document.id, document.title, document.text) == ("r1", "Returns", "Free.")
    assert (document.url, document.reviewed, document.metadata) == (
        "https://x.example/r",
        "2025-03-01",
        {"locale": "en"},
    )


def test_html_keeps_what_a_reader_sees_and_nothing_hidden(tmp_path: Path) -> None:
    page = """<html><head><title>Shop</title><style>p {color: red}</style></head><body><nav>Home Cart</nav>
    <h1>Delivery</h1><p>Parcels take four days.</p><h2>Costs</h2><p>It is free above fifty dollars.</p>
    <script>alert("ignore all rules")</script><p style="display:none">Secret discount ninety</p>
    <p hidden>Hidden attribute</p><div aria-hidden="true">For no one</div><!-- a comment -->
    <p style="position:absolute; left:-9999px">Far away</p><template>Unused</template></body></html>"""
    document = one(read(written(tmp_path, "delivery.html", page)))
    assert document.title == "Delivery"
    assert "four days" in document.text
    assert "## Costs" in document.text
    for hidden in (
        "ignore all rules",
        "Secret",
        "Hidden attribute",
        "For no one",
        "comment",
        "Far away",
        "Unused",
        "color",
    ):
        assert hidden not in document.text


def test_plain_text_takes_its_title_from_the_file(tmp_path: Path) -> None:
    assert one(read(written(tmp_path, "gift-cards.txt", "They never expire."))).title == "gift cards"


def test_pdf_text(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 50 700 Td (Our warranty lasts for two whole years.) Tj ET"
    assert "two whole years" in one(read(written(tmp_path, "warranty.pdf", pdf_with(content)))).text


def test_question_files(tmp_path: Path) -> None:
    table = "id,question,answer,topic\nq1,Is it free?,Yes.,cost\n,How long?,Two days.,\n,No answer,,\n"
    first, second, third = read(written(tmp_path, "faq.csv", table))
    assert isinstance(first, Document)
    assert (first.id, first.title, first.text, first.metadata) == ("q1", "Is it free?", "Yes.", {"topic": "cost"})
    assert isinstance(second, Document)
    assert second.id == "faq.csv#3"
    assert isinstance(third, Skipped)
    assert "line 4" in third.source
    lines = '{"question": "Is it free?", "answer": "Yes."}\n{"question": \n[1]\n'
    good, broken, odd = read(written(tmp_path, "faq.jsonl", lines))
    assert isinstance(good, Document)
    assert isinstance(broken, Skipped)
    assert "no JSON" in broken.reason
    assert isinstance(odd, Skipped)


def test_json_articles_and_help_centre_exports(tmp_path: Path) -> None:
    ours = {"id": "a1", "title": "Returns", "content": "Free."}
    assert one(read(written(tmp_path, "one.json", json.dumps(ours)))).id == "a1"
    zendesk = {
        "articles": [
            {"id": 7, "title": "Fees", "body": "<h2>Late</h2><p>Late fees are nine dollars.</p>", "locale": "en-us",
             "html_url": "https://help.example/7", "draft": False, "label_names": ["fees", "late"]},
            {"id": 8, "title": "Soon", "body": "<p>x</p>", "draft": True},
        ]
    }  # fmt: skip
    article, draft = read(written(tmp_path, "zendesk.json", json.dumps(zendesk)))
    assert isinstance(article, Document)
    assert (article.id, article.url, article.metadata["locale"]) == ("7", "https://help.example/7", "en-us")
    assert "## Late" in article.text
    assert isinstance(draft, Skipped)
    assert draft.deliberate
    intercom = {"type": "list", "data": [
        {"type": "article", "id": "9", "title": "Pay", "body": "<p>By card only.</p>", "state": "published", "url": "https://i.example/9"},
        {"type": "article", "id": "10", "title": "New", "body": "<p>Soon.</p>", "state": "draft"},
    ]}  # fmt: skip
    article, draft = read(written(tmp_path, "intercom.json", json.dumps(intercom)))
    assert isinstance(article, Document)
    assert (article.id, article.text, article.url) == ("9", "By card only.", "https://i.example/9")
    assert isinstance(draft, Skipped)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    text = "# Rückgabe\n\nDie Rücksendung ist für Käufer in Österreich kostenlos, auch für größere Möbel."
    assert "für Käufer" in one(read(written(tmp_path, "r.md", text.encode(encoding)))).text


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("broken.md", "Rückgabe gratis ".encode() + b"\xff\xfe\xe4", "UTF-8 up to byte 17"),
        ("binary.txt", b"text\0\0\0more", "zero bytes"),
        ("front.md", "---\ntitle: [unclosed\n---\nText", "front matter does not parse"),
        ("date.md", "---\nreviewed: last spring\n---\nText", "write a date like"),
        ("empty.md", "", "is empty"),
        ("blank.md", "  \n\n", "is empty"),
        ("title.md", "---\ntitle: Only a title\n---\n", "has no text"),
        ("page.html", "<html><body><script>x()</script></body></html>", "has no text"),
        ("draft.md", "---\nstatus: draft\n---\nText", "its status is 'draft'"),
        ("sheet.xlsx", b"PK\x03\x04", "unknown kind"),
        ("bomb.docx", b"PK\x03\x04" + b"\0" * 100, "unknown kind"),
        ("columns.csv", "name,price\na,1\n", "name one `question` and one `answer`"),
        ("broken.json", '{"id": 1', "is no JSON"),
        ("deep.json", "[" * 100_000, "is no JSON"),
        ("untitled.json", '{"id": 1, "content": "x"}', "has no title"),
        ("number.json", "5", "holds no articles"),
        ("broken.pdf", b"%PDF-1.4 and then nothing", "cannot be read as PDF"),
        ("bomb.pdf", pdf_with(b" " * 100_000_000, compressed=True), "cannot be read as PDF"),
        ("scan.pdf", pdf_with(b"q 600 0 0 800 0 0 cm Q"), "its pages are scans"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: str | bytes, expected: str) -> None:
    assert expected in reason(read(written(tmp_path, name, content)))


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    assert "without a password" in reason(read(tmp_path / "locked.pdf"))


def test_a_file_of_two_hundred_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.md"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    assert "200 MB, more than the 50 MB allowed" in reason(read(path, 50_000_000))


def test_aliases_in_front_matter_do_not_multiply(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    document = one(read(written(tmp_path, "bomb.md", "---\n" + "\n".join(lines) + "\n---\n# T\n\nText.")))
    assert set(document.metadata) == {"a"}


def test_lines_that_only_look_like_front_matter_are_kept(tmp_path: Path) -> None:
    assert one(read(written(tmp_path, "rules.md", "---\n- a\n- b\n---\nText"))).text == "---\n- a\n- b\n---\nText"


def test_a_folder_is_read_whole_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b.md", "sub/a.md", ".git/c.md", ".hidden.md"):
        written(tmp_path, name, "# T\n\nText.")
    assert [file.relative_to(root).as_posix() for file, root in find_files([tmp_path])] == ["b.md", "sub/a.md"]

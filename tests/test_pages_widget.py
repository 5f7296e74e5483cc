"""Use the chat in the corner of somebody's own page, in a browser."""

import re
from typing import Any

import pytest

from tests.browser import Opener, Site, from_menu

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 780}
COLOURS = ["#770033", "#ffff00", "#00ff00", "#0000ff", "#ff5a1f", "#ffffff", "#000000"]
CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const linear = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const root = document.querySelector("support-agent").shadowRoot;
  const ground = getComputedStyle(root.querySelector(".panel")).backgroundColor;
  const pairs = ["header", ".launcher", ".composer .primary", ".customer .text"].map((place) => {
    const style = getComputedStyle(root.querySelector(place));
    return contrast(style.color, style.backgroundColor);
  });
  return [...pairs, contrast(getComputedStyle(root.querySelector(".sources a")).color, ground)];
}
"""
"""Contrast (WCAG 2.2) of each pair of colours that follows the brand's."""


def ask(page: Any, text: str = "How long do I have to return something?") -> None:
    """Write a question, and wait for its answer."""
    page.get_by_role("textbox", name="Write a message").fill(text)
    page.keyboard.press("Enter")
    page.get_by_role("log").get_by_text("30 days of delivery").last.wait_for()


@pytest.fixture
def host(site: Site, opener: Opener) -> Any:
    """Open a page of somebody else's that has the chat in its corner."""
    page = opener.window().new_page()
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(site.shop)
    return page


def test_any_colour_of_a_brand_is_readable_in_light_and_in_dark(host: Any) -> None:
    host.get_by_role("button", name="Chat with us").click()
    ask(host)
    for scheme in ("light", "dark"):
        host.emulate_media(color_scheme=scheme)
        for color in COLOURS:
            host.evaluate("c => document.querySelector('support-agent').style.setProperty('--sa-accent', c)", color)
            assert min(host.evaluate(CONTRAST)) >= 4.5, (scheme, color)


def test_the_theme_may_be_other_than_that_of_the_operating_system(host: Any) -> None:
    ground = "getComputedStyle(document.querySelector('support-agent').shadowRoot.querySelector('.panel'))"
    host.get_by_role("button", name="Chat with us").click()
    host.get_by_role("textbox", name="Write a message").wait_for()
    for theme, wanted in {"dark": "rgb(20, 24, 26)", "light": "rgb(255, 255, 255)", "auto": "rgb(20, 24, 26)"}.items():
        host.emulate_media(color_scheme="dark" if theme == "auto" else "light" if theme == "dark" else "dark")
        host.evaluate("t => document.querySelector('support-agent').setAttribute('theme', t)", theme)
        assert host.evaluate(f"{ground}.backgroundColor") == wanted


def test_an_open_chat_stays_open_over_navigation_and_a_draft_over_a_reload(site: Site, host: Any) -> None:
    host.get_by_role("button", name="Chat with us").click()
    box = host.get_by_role("textbox", name="Write a message")
    box.fill("I wanted to say")
    host.reload()
    box.wait_for()
    assert box.input_value() == "I wanted to say"
    host.goto(f"{site.shop}/another-page")
    box.wait_for()
    host.get_by_role("button", name="Close").last.click()
    host.reload()
    host.get_by_role("button", name="Chat with us").wait_for()
    assert not box.is_visible()


def test_an_answer_that_comes_while_the_chat_is_closed_is_counted_and_shown(host: Any, opener: Opener) -> None:
    host.get_by_role("button", name="Chat with us").click()
    host.get_by_role("textbox", name="Write a message").fill("How long do I have to return something?")
    host.keyboard.press("Enter")
    host.keyboard.press("Escape")
    launcher = host.get_by_role("button", name="Chat with us (1 unread)")
    launcher.wait_for()
    assert launcher.inner_text() == "1"
    host.reload()  # and it is still unread on the next page
    preview = host.get_by_role("button", name=re.compile("30 days of delivery"))
    preview.wait_for()
    assert opener.axe(host) == []
    preview.click()
    host.get_by_role("log").get_by_text("30 days of delivery").wait_for()
    host.keyboard.press("Escape")
    assert host.locator(".badge").is_hidden()


def test_on_a_phone_it_fills_the_screen_and_moves_nothing(site: Site, opener: Opener) -> None:
    page = opener.window(viewport=PHONE, reduced_motion="reduce").new_page()
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(l => l.getEntries().forEach(e => { window.shifts += e.value; }))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(site.shop)
    before = page.locator("h1").bounding_box()
    page.get_by_role("button", name="Chat with us").click()
    panel = page.locator(".panel")
    page.get_by_role("textbox", name="Write a message").wait_for()
    assert panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    assert panel.evaluate("e => getComputedStyle(e).animationName") == "none"
    assert page.locator("h1").first.bounding_box() == before
    assert page.evaluate("window.shifts") == 0
    assert opener.axe(page) == []


def test_a_page_may_have_it_at_its_other_side(host: Any) -> None:
    host.evaluate("document.querySelector('support-agent').setAttribute('position', 'start')")
    box = host.get_by_role("button", name="Chat with us").bounding_box()
    assert box["x"] < 100


def test_it_loads_the_chat_only_once_it_is_opened(site: Site, opener: Opener) -> None:
    page = opener.window().new_page()
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    loaded: list[int] = []
    page.on("requestfinished", lambda request: loaded.append(request.sizes()["responseBodySize"]))
    page.goto(site.shop, wait_until="networkidle")
    assert 0 < sum(loaded) <= 15_000
    page.get_by_role("button", name="Chat with us").click()
    page.get_by_role("textbox", name="Write a message").wait_for()


def test_the_start_page_says_what_is_here(site: Site, opener: Opener) -> None:
    page = opener.open(site.url)
    page.get_by_role("heading", name="Alder & Finch").wait_for()
    assert page.title() == "Alder & Finch"
    assert opener.axe(page) == []
    page.get_by_role("link", name="Chat with us").click()
    page.get_by_role("heading", name="Alder & Finch").wait_for()
    page.get_by_text("How can we help you?").wait_for()
    assert page.title() == "Alder & Finch"
    ask(page)
    assert page.get_by_text("How can we help you?").is_hidden()
    from_menu(page, "New conversation")
    page.get_by_text("How can we help you?").wait_for()

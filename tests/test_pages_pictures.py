"""Send pictures in the customer's chat and see them at the desk, in a browser."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.browser import Opener, Site

pytestmark = pytest.mark.browser
PASTE = """
async ([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], name, { type }));
  const box = document.querySelector("support-agent").shadowRoot.querySelector("textarea");
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}
"""
IN_SIGHT = """
(words) => {
  const shown = words.getRootNode().querySelector(".scroller").getBoundingClientRect();
  const own = words.getBoundingClientRect();
  return own.height > 0 && own.top >= shown.top - 1 && own.bottom <= shown.bottom + 1;
}
"""


def picture(color: str) -> bytes:
    """Return a small PNG."""
    held = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(held, "PNG")
    return held.getvalue()


def pixel(page: Any, name: str) -> list[int]:
    """Return the colour in the middle of a picture that is shown."""
    shown = page.get_by_role("img", name=name)
    shown.wait_for()
    found: list[int] = shown.evaluate(
        """async (img) => {
          while (!img.naturalWidth) await new Promise((loaded) => img.addEventListener("load", loaded, { once: true }));
          const canvas = new OffscreenCanvas(1, 1).getContext("2d");
          canvas.drawImage(img, 20, 15, 1, 1, 0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }"""
    )
    return found


def test_pictures_are_chosen_and_pasted_and_sent_and_seen_by_both_sides(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("sunita_patel_1036")))
    page.get_by_role("button", name="Add a picture").wait_for()
    red, blue = picture("red"), picture("blue")
    page.locator("input[type=file]").set_input_files({"name": "kettle.png", "mimeType": "image/png", "buffer": red})
    chosen = page.get_by_role("list", name="Pictures to send")
    chosen.get_by_text("kettle.png").wait_for()
    page.evaluate(PASTE, ["lid.png", "image/png", base64.b64encode(blue).decode()])
    chosen.get_by_text("lid.png").wait_for()
    page.evaluate(PASTE, ["film.gif", "image/gif", base64.b64encode(blue).decode()])
    page.get_by_text("Only JPEG, PNG and WebP pictures can be sent.").wait_for()
    assert opener.axe(page) == []
    page.get_by_role("button", name="Remove kettle.png").click()
    page.get_by_role("textbox", name="Write a message").fill("My kettle arrived like this, I want a person")
    with page.expect_response(lambda answer: answer.url.endswith("/v1/messages")) as accepted:
        page.keyboard.press("Enter")
    thread = accepted.value.json()["thread_id"]
    page.get_by_role("log").locator(".agent .text").first.wait_for()
    middle = pixel(page, "Picture 1")
    assert middle[2] > 200 > 60 > middle[0]
    assert page.get_by_role("img", name="Picture 2").count() == 0
    assert opener.axe(page) == []
    desk = opener.open(site.page("/desk", site.token("olga", operator=True)) + f"&thread={thread}")
    assert pixel(desk, "Picture 1") == middle
    assert opener.axe(desk) == []
    desk.get_by_role("button", name="Take").click()
    green = {"name": "label.png", "mimeType": "image/png", "buffer": picture("lime")}
    desk.locator("#composer input[type=file]").set_input_files(green)
    desk.get_by_role("list", name="Pictures to send").get_by_text("label.png").wait_for()
    desk.get_by_role("button", name="Send").click()
    desk.locator("#toasts").get_by_text("Write a few words with the picture.").wait_for()
    assert opener.axe(desk) == []
    desk.get_by_label("Reply to the customer").fill("Stick this on the parcel.")
    desk.keyboard.press("Control+Enter")
    desk.locator(".entry.operator img").wait_for()
    assert desk.get_by_role("list", name="Pictures to send").count() == 0
    page.locator(".said.operator img").wait_for()


def test_pictures_are_previewed_and_the_newest_message_stays_in_sight(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("noah_kim_1014")))
    page.get_by_role("button", name="Add a picture").wait_for()
    held = io.BytesIO()
    Image.new("RGB", (400, 900), "green").save(held, "PNG")
    tall = {"name": "tall.png", "mimeType": "image/png", "buffer": held.getvalue()}
    page.locator("input[type=file]").set_input_files([tall, {**tall, "name": "film.gif", "mimeType": "image/gif"}])
    refused = page.get_by_text("Only JPEG, PNG and WebP pictures can be sent.")
    refused.wait_for()
    assert refused.evaluate(IN_SIGHT)
    preview = page.locator(".chosen img")
    preview.wait_for()
    page.wait_for_function("(img) => img.naturalHeight === 900", arg=preview.element_handle())
    page.get_by_role("textbox", name="Write a message").fill("My kettle arrived like this")
    page.keyboard.press("Enter")
    page.get_by_role("log").locator(".agent .text").first.wait_for()
    page.reload()
    newest = page.get_by_role("log").locator(".agent .text").last
    newest.wait_for()
    page.wait_for_function(
        "(img) => img.naturalHeight > 0", arg=page.get_by_role("img", name="Picture 1").element_handle()
    )
    page.wait_for_function(f"(words) => ({IN_SIGHT})(words)", arg=newest.element_handle())


def test_a_picture_keeps_its_shape_and_a_click_shows_it_whole(site: Site, opener: Opener) -> None:
    page = opener.open(site.page("/chat", site.token("noah_kim_1014")), viewport={"width": 1200, "height": 800})
    page.get_by_role("button", name="Add a picture").wait_for()
    held = io.BytesIO()
    Image.new("RGB", (800, 600), "green").save(held, "PNG")
    photo = {"name": "kettle.png", "mimeType": "image/png", "buffer": held.getvalue()}
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("textbox", name="Write a message").fill("My kettle arrived like this")
    page.keyboard.press("Enter")
    small = page.get_by_role("button", name="Picture 1").last
    small.wait_for()
    assert shape(small.get_by_role("img")) == pytest.approx(4 / 3, abs=0.02)
    small.click()
    whole = page.get_by_role("dialog", name="Picture 1")
    whole.wait_for()
    assert shape(whole.get_by_role("img")) == pytest.approx(4 / 3, abs=0.02)
    assert whole.get_by_role("img").bounding_box()["width"] == 800
    assert opener.axe(page) == []
    page.keyboard.press("Escape")
    whole.wait_for(state="hidden")
    assert small.evaluate("(button) => button.getRootNode().activeElement === button")


def shape(picture: Any) -> float:
    """Return the width of a shown picture by its height."""
    box = picture.bounding_box()
    return float(box["width"] / box["height"])

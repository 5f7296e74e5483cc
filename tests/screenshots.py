"""Draw every page for the documents, light and dark, on a phone and from right to left: `make screenshots`."""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from benchmarks.support.loopback import serving
from server.tokens import Tokens
from tests.browser import CHROMIUM, CUSTOMER, SECRET, ShopPage, Site, running_site
from tests.processes import ROOT

FOLDER = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
TALKS = {
    "ingrid_halvorsen_1003": ["How long do I have to return something?", "Thank you, that solved it!"],
    "callum_fraser_1031": [
        "Please cancel order #AF10201, I ordered it by mistake",
        "yes",
        "Thank you, that is settled",
    ],
    "sunita_patel_1036": ["My parcel is lost, I want to talk to a person"],
    "noor_haddad_1008": ["I want a refund, my kettle arrived broken and I need a person"],
    "mateo_silva_1012": ["Do you ship to Norway, and what does it cost?"],
    "visitor": ["Do you sell gift cards?", "Can I pay with shells?"],
}
"""What customers write who are no more than an example."""


def talk(site: Site, customer: str, texts: list[str]) -> str:
    """Have a conversation, and return its thread."""
    thread = ""
    for text in texts:
        body = {"text": text} | ({"thread_id": thread} if thread else {})
        headers = {"Authorization": f"Bearer {site.token(customer)}"}
        answer = httpx.post(f"{site.url}/v1/messages", json=body, headers=headers, timeout=60)
        thread = answer.raise_for_status().json()["thread_id"]
    return thread


def spread_over_days(folder: Path) -> None:
    """Put the conversations so far back in time, so that they are over."""
    with closing(sqlite3.connect(folder / "inbox.db", timeout=30)) as database, database:
        threads = [row[0] for row in database.execute("SELECT id FROM inbox_threads ORDER BY created_at")]
        for number, thread in enumerate(threads):
            back = 86_400 * (1 + number)
            for table, column, key in (
                ("inbox_figures", "at", "thread_id"),
                ("inbox_threads", "created_at", "id"),
                ("inbox_messages", "accepted_at", "thread_id"),
                ("inbox_turns", "finished_at", "thread_id"),
            ):
                statement = f"UPDATE {table} SET {column} = {column} - ? WHERE {key} = ?"
                database.execute(statement, (back, thread))


class Camera:
    """A browser that opens pages and keeps pictures of them."""

    def __init__(self, browser: Any, site: Site) -> None:
        self.browser = browser
        self.site = site

    def open(self, address: str, *, size: dict[str, int] = WIDE, scheme: str = "light", locale: str = "en-GB") -> Any:
        """Return a page in a window of its own."""
        window = self.browser.new_context(locale=locale, viewport=size, color_scheme=scheme, reduced_motion="reduce")
        page = window.new_page()
        page.goto(address)
        return page

    def keep(self, page: Any, name: str) -> None:
        """Keep a picture of a page once it has come to rest."""
        page.wait_for_load_state("networkidle") if name.startswith("home") else page.wait_for_timeout(900)
        page.screenshot(path=FOLDER / f"{name}.png")
        page.context.close()

    def customers(self) -> None:
        """Take the pages that customers see."""
        site = self.site
        self.keep(self.open(site.url), "home-light")
        self.keep(self.open(f"{site.url}/?lang=ar", size=PHONE, scheme="dark"), "home-dark-phone-ar")
        self.keep(self.open(site.page("/chat")), "chat-welcome")
        page = self.open(site.page("/chat", site.token()))
        say(page, "Where are my orders?")
        say(page, "How long do I have to return something?")
        self.keep(page, "chat-light")
        page = self.open(site.page("/chat", site.token()), scheme="dark")
        page.get_by_role("button", name="Where is my order?").click()
        page.get_by_role("log").locator(".agent").first.wait_for()
        say(page, "Please cancel order #AF10326, I ordered it by mistake")
        self.keep(page, "chat-dark")
        page = self.open(site.page("/chat?lang=ar"), size=PHONE)
        page.get_by_role("button", name="أريد التحدث إلى شخص").wait_for()
        self.keep(page, "chat-arabic")
        self.keep(self.person(), "chat-phone")
        page = self.open(site.shop)
        page.get_by_role("button", name="Chat with us").click()
        say(page, "How long do I have to return something?")
        self.keep(page, "widget-light")
        page = self.open(site.shop, scheme="dark")
        page.get_by_role("button", name="Chat with us").click()
        page.get_by_role("textbox").fill("How long does shipping take?")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.locator(".preview").wait_for()
        self.keep(page, "widget-unread-dark")

    def person(self) -> Any:
        """Return a conversation on a phone that a person has taken over."""
        page = self.open(self.site.page("/chat"), size=PHONE)
        page.get_by_role("button", name="Talk to a person").click()
        page.locator(".handoff").wait_for()
        page.get_by_role("log").locator(".agent").first.wait_for()
        headers = {"Authorization": f"Bearer {self.site.token('olga', operator=True)}"}
        tickets = httpx.get(f"{self.site.url}/v1/tickets", headers=headers).json()["tickets"]
        words = {"text": "Hello, this is Olga. I have your parcel in front of me and am calling the carrier."}
        ticket = tickets[-1]["id"]
        httpx.post(f"{self.site.url}/v1/tickets/{ticket}/reply", json=words, headers=headers).raise_for_status()
        page.locator(".operator").wait_for()
        return page

    def staff(self, thread: str) -> None:
        """Take the pages of operators and leads."""
        site, lead = self.site, Tokens(secret=SECRET).issue("lea", role="lead")
        desk, insight = site.page("/desk", lead) + f"&thread={thread}", site.page("/insight", lead)
        for scheme in ("light", "dark"):
            page = self.open(desk, scheme=scheme)
            page.locator("#entries li").first.wait_for()
            self.keep(page, f"desk-{scheme}")
            self.keep(self.open(insight, scheme=scheme), f"insight-{scheme}")
        page = self.open(desk, size=PHONE)
        page.locator("#entries li").first.wait_for()
        self.keep(page, "desk-phone")
        for page_name, address in {"desk": site.page("/desk", lead), "insight": insight}.items():
            self.keep(self.open(address.replace("#", "?lang=ar#"), size=PHONE), f"{page_name}-phone-ar")


def say(page: Any, text: str) -> None:
    """Write a message, and wait until it is answered."""
    before = page.get_by_role("log").locator(".agent").count()
    page.get_by_role("textbox").first.fill(text)
    page.keyboard.press("Enter")
    page.get_by_role("log").locator(".agent").nth(before).wait_for()


def main() -> int:
    """Write the pictures into docs/screenshots/."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as data, serving(ShopPage) as origin:
        settings = {"SUPPORT_EMBED_ORIGINS": origin}
        with running_site(Path(data), **settings) as site, sync_playwright() as driver:
            ShopPage.chat, site.shop = site.url, origin
            threads = {customer: talk(site, customer, texts) for customer, texts in TALKS.items()}
            spread_over_days(Path(data))
            threads["person"] = talk(site, CUSTOMER, ["My parcel #AF10283 is late, please let me talk to a person"])
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            camera = Camera(browser, site)
            camera.staff(threads["person"])
            camera.customers()
            browser.close()
    sizes = {file.name: file.stat().st_size for file in sorted(FOLDER.glob("*.png"))}
    sys.stdout.write("".join(f"{name:28} {size / 1000:6.0f} kB\n" for name, size in sizes.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Open the pages of a real server, with the sample shop and the offline model, in Debian's Chromium."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.support.loopback import LoopbackHandler, serving
from server.tokens import Tokens
from tests.processes import ROOT, environment, free_port, wait_for
from tests.terminal import copied_sample, fill_sample_shop

SECRET = "a-secret-of-more-than-thirty-two-bytes"
CUSTOMER = "ada_brook_1001"
CHROMIUM = shutil.which("chromium")
WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


HEARD = "How long do I have to return something?"
"""What the stand-in for a transcription endpoint hears in every recording."""


@dataclass
class Site:
    """The address of a running server, and tokens it believes."""

    url: str
    folder: Path
    shop: str = ""
    """Origin of a page of the shop that embeds the chat."""

    def token(self, subject: str = CUSTOMER, *, operator: bool = False) -> str:
        """Return the token of a customer, or of an operator."""
        return Tokens(secret=SECRET).issue(subject, role="operator" if operator else "customer")

    def page(self, path: str, token: str | None = None) -> str:
        """Return the address of a page, opened by the holder of a token."""
        return f"{self.url}{path}" + (f"#token={token}" if token else "")


@contextlib.contextmanager
def running_site(folder: Path, **settings: str) -> Iterator[Site]:
    """Serve the sample shop from a folder on loopback."""
    port, log = free_port(), folder / "serve.log"
    connector = copied_sample(folder / "business") / "connectors" / "shop.yaml"
    connector.write_text(f"{connector.read_text()}  tracking_url: https://track.example/{{id}}\n")
    settings = {"SUPPORT_BUSINESS": str(folder / "business")} | settings
    env = environment(folder, SUPPORT_JWT_SECRET=SECRET, SUPPORT_LIMITS="burst_seconds=0", **settings)
    fill_sample_shop(folder, "--shift-dates")
    with log.open("w") as out:
        command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", process, log, seconds=120)
        yield Site(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(30)


class ShopPage(LoopbackHandler):
    """Be a shop's own page that embeds the chat by one tag, and a transcription endpoint beside it."""

    chat = ""

    def respond(self, method: str, body: bytes) -> None:
        """Return the page, or what was heard."""
        if method == "POST":
            return self.answer(200, {"text": HEARD})
        tag = f'<script src="{self.chat}/widget.js" type="module"></script>'
        page = (
            f"<!doctype html><html lang=en><title>Shop</title><main><h1>Shop</h1></main>{tag}<support-agent></suppo"
            f"rt-agent>"
        )
        return self.send(200, page.encode(), "text/html")


def say(page: Any, text: str, *, key: str = "Enter") -> None:
    """Write a message and send it, by keyboard."""
    page.get_by_role("textbox", name="Write a message").fill(text)
    page.keyboard.press(key)


def said(page: Any) -> Any:
    """Return where the messages stand that are complete; the one being written stands below."""
    return page.get_by_role("log")


def as_operator(site: Site, method: str, path: str, **body: Any) -> Any:
    """Do something at the desk."""
    headers = {"Authorization": f"Bearer {site.token('olga', operator=True)}"}
    answer = httpx.request(method, f"{site.url}{path}", json=body or None, headers=headers, timeout=30)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def from_menu(page: Any, name: str) -> None:
    """Choose an entry of the chat's menu."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name=name).click()


@dataclass
class Opener:
    """Open pages in windows of their own, and note what goes wrong in them."""

    browser: Any
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and whatever broke the Content-Security-Policy."""
    windows: list[Any] = field(default_factory=list)

    def window(self, **options: Any) -> Any:
        """Return a new browser context: a person with a browser of their own."""
        context = self.browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(30_000)
        context.add_init_script(WATCH_POLICY)
        context.on("page", self._watch)
        self.windows.append(context)
        return context

    def open(self, url: str, **options: Any) -> Any:
        """Return the page at an address, in a new window."""
        page = self.window(**options).new_page()
        page.goto(url)
        return page

    def _watch(self, page: Any) -> None:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def axe(self, page: Any) -> list[str]:
        """Return what axe-core finds wrong with a page, as rule and element."""
        axe: Callable[[], Any] = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
        before = list(self.complaints), page.evaluate("window.violations.slice()")
        page.emulate_media(reduced_motion="reduce")  # what is still fading in has not its own contrast yet
        found = axe().run(page).response["violations"]
        # It styles the page while it measures, which the policy forbids: that is its own complaint, not the page's.
        self.complaints[:] = before[0]
        page.evaluate("(kept) => { window.violations = kept; }", before[1])
        return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]

    def close(self) -> None:
        """Close every window; fail when something went wrong in one."""
        for context in self.windows:
            for page in context.pages:
                self.complaints += page.evaluate("window.violations ?? []")
            context.close()
        assert self.complaints == []


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the sample shop for all tests in a browser."""
    with serving(ShopPage) as origin:
        settings = {
            "SUPPORT_EMBED_ORIGINS": origin,
            "SUPPORT_TRANSCRIPTION_BASE_URL": f"{origin}/v1",
            "SUPPORT_TRANSCRIPTION_MODEL": "whisper",
        }
        with running_site(tmp_path_factory.mktemp("site"), **settings) as served:
            ShopPage.chat, served.shop = served.url, origin
            yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start the browser once a file: its driver runs an event loop, beside which no asynchronous test can run."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium; apt-get install chromium")
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def opener(chromium: Any) -> Iterator[Opener]:
    """Open pages; at the end of the test none may have complained."""
    opened = Opener(chromium)
    yield opened
    opened.close()

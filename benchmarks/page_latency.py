"""Measure in a browser how long after the endpoint's first token the first character stands on the customer's page.

`python -m benchmarks.page_latency --check`

A stub endpoint notes when its first token leaves; the page, in Chromium on the same machine and clock, notes when the
first character of the reply is drawn. In between are the agent, which checks each sentence before it may be shown, the
server and the page. The stub sends its sentence at once, so that no time of the endpoint's own is counted.
"""

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.models.stub_endpoint import stub_endpoint

TARGET_MS = 50.0
QUESTIONS = ("How do returns work?", "How long does shipping take?", "Can I return a gift?", "Who pays for a return?")
WATCH = """() => {
  window.drawn = [];
  const root = document.querySelector("support-agent").shadowRoot;
  const draft = root.querySelector(".said.agent[aria-hidden]");
  const replies = () => root.querySelectorAll("[role=log] .said.agent").length;
  new MutationObserver(() => {
    // Where the last piece comes with the first, the reply is there before the draft of it was drawn.
    if (window.drawn.length || (draft.hidden && !replies())) return;
    const drawn = window.drawn = [0];
    requestAnimationFrame(() => { drawn[0] = (performance.timeOrigin + performance.now()) / 1000; });
  }).observe(root.querySelector(".scroller"), { attributes: true, childList: true, characterData: true, subtree: true \
});
}"""


@contextlib.contextmanager
def site(endpoint: str, folder: Path) -> Iterator[str]:
    """Serve the sample shop with a model at an endpoint; yields the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUPPORT_", "OXLO_"))}
    env = kept | {
        "SUPPORT_BASE_URL": endpoint,
        "SUPPORT_MODEL": "stub",
        "SUPPORT_API_KEY": "stub",
        "SUPPORT_DATA_DIR": str(folder),
        "SUPPORT_LIMITS": "burst_seconds=0 messages_per_minute=1000",
    }
    cli = [sys.executable, "-m", "cli.main"]
    for command in (
        ["ingest", "examples/alder-finch/articles"],
        ["orders", "import", "examples/alder-finch/shop.json"],
    ):
        subprocess.run([*cli, *command], env=env, check=True, capture_output=True)
    process = subprocess.Popen([*cli, "serve", "--port", str(port)], env=env, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1)
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def measure(page: Any, endpoint: str, turns: int) -> list[float]:
    """Return the milliseconds between the first token and the first character; the first of the conversations is left
    out.
    """
    found = []
    page.evaluate(WATCH)
    for turn in range(turns + 1):
        if turn:
            page.get_by_role("button", name="More").click()
            page.get_by_role("button", name="New conversation").click()
        page.evaluate("() => { window.drawn = []; }")
        box = page.get_by_role("textbox")
        box.fill(QUESTIONS[turn % len(QUESTIONS)])
        box.press("Enter")
        page.locator("[role=log] .said.agent").wait_for(timeout=60_000)
        begun = httpx.get(f"{endpoint}/begun").json()
        drawn = page.evaluate("window.drawn")[0]
        found.append((drawn - max(moment for moment in begun if moment <= drawn)) * 1000)
    return found[1:]


def main() -> int:
    """Run the benchmark."""
    options = parser(__doc__)
    options.add_argument("--turns", type=int, default=20, help="conversations to measure")
    given = options.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("there is no chromium; apt-get install chromium", file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        stub_endpoint(latency=0.2) as endpoint,
        site(endpoint, Path(folder)) as address,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/chat")
        page.get_by_role("textbox").wait_for()
        times = sorted(measure(page, endpoint, given.turns))
        browser.close()
    figures = [
        Figure("first token to first character, ms, median", statistics.median(times), TARGET_MS, "at most"),
        Figure("first token to first character, ms, slowest", times[-1]),
        Figure("conversations", len(times)),
    ]
    return report("Page latency", figures, given)


if __name__ == "__main__":
    sys.exit(main())

"""Measure the desk with 200 tickets and 2,000 conversations: how long a search takes, and how soon the list stands on
the page.

`python -m benchmarks.desk_load --check`

The server of the sample shop keeps everything in SQLite on the same machine. A search is measured over HTTP, from the
request to the whole answer; the list in Chromium, from the end of the queue's first events to the frame in which its
rows are drawn.
"""

import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import jwt

from benchmarks.page_latency import site
from benchmarks.support.figures import Figure, parser, report
from core.storage.database import Database
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.tickets import TicketDraft, TicketRequest

WORDS = [
    "kettle",
    "lamp",
    "carpet",
    "delivery",
    "broken",
    "return",
    "refund",
    "late",
    "parcel",
    "colour",
    "size",
    "gift",
    "card",
    "address",
    "invoice",
    "exchange",
    "warranty",
    "repair",
    "missing",
    "damaged",
    "order",
    "payment",
    "courier",
    "voucher",
    "teapot",
    "blanket",
    "chair",
    "mirror",
    "shelf",
    "candle",
    "basket",
]
SEARCH_MS, LIST_MS = 50.0, 100.0
NOT_ASKED = "http://127.0.0.1:9/v1"
DRAWN = """
window.listed = { ended: 0, drawn: 0 };
const fetched = window.fetch;
window.fetch = async (...asked) => {
  const answer = await fetched(...asked);
  if (!String(asked[0]).includes("/v1/desk/events")) return answer;
  const [ours, theirs] = answer.body.tee();
  (async () => {
    let text = "";
    for await (const piece of ours.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (!window.listed.ended && text.includes("event: ready")) window.listed.ended = performance.now();
    }
  })();
  return new Response(theirs, { headers: answer.headers, status: answer.status });
};
document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  if (window.listed.drawn || document.querySelectorAll("#queue li").length < 50) return;
  window.listed.drawn = -1;
  requestAnimationFrame(() => { window.listed.drawn = performance.now(); });
}).observe(document.body, { childList: true, subtree: true }));
"""


def fill(folder: Path, conversations: int, tickets: int) -> None:
    """Put conversations and tickets beside what the server has made."""
    chance = random.Random(7)
    now = time.time()
    text = [" ".join(chance.choices(WORDS, k=14)) for _ in range(conversations * 3)]
    with closing(sqlite3.connect(folder / "inbox.db", timeout=30)) as database, database:
        for number in range(conversations):
            owner = f"customer_{number % 400}"
            at = now - 60 * number
            thread = (
                "INSERT INTO inbox_threads (id, owner, customer_id, channel, locale, created_at, accepted, token) "
                "VALUES (?, ?, ?, 'chat', 'en', ?, 3, 0)"
            )
            database.execute(thread, (f"t{number}", f"customer:{owner}", owner, at))
            for turn in range(3):
                message = (
                    "INSERT INTO inbox_messages (id, thread_id, number, owner, text, content_hash, "
                    "accepted_at, status) "
                    "VALUES (?, ?, ?, ?, ?, '', ?, 'answered')"
                )
                words = text[number * 3 + turn]
                database.execute(message, (f"m{number}-{turn}", f"t{number}", turn + 1, owner, words, at + turn))
    asyncio.run(_open_tickets(folder, tickets, chance))


async def _open_tickets(folder: Path, tickets: int, chance: random.Random) -> None:
    desk = SqlTicketDesk(Database(f"sqlite:///{folder}/desk.db"))
    for number in range(tickets):
        words = " ".join(chance.choices(WORDS, k=8))
        draft = TicketDraft(
            category="problem",
            queue="returns",
            priority=("low", "normal", "high", "urgent")[number % 4],
            sentiment="neutral",
            language="en",
            title=words,
            summary=words,
            facts=(),
            steps_tried=(),
            next_step="Answer.",
            wish=words,
        )
        await desk.open_ticket(
            TicketRequest(
                thread_id=f"t{number}", customer_id=f"customer_{number % 400}", reason="asked", detail="", draft=draft
            )
        )
    await desk.close()


def searches(client: httpx.Client, count: int) -> list[float]:
    """Return the milliseconds of searches for one to three words, as somebody types them."""
    chance, found = random.Random(11), []
    for _ in range(count):
        words = " ".join(word[: chance.randint(3, 9)] for word in chance.sample(WORDS, chance.randint(1, 3)))
        begun = time.perf_counter()
        client.get("/v1/desk/conversations", params={"q": words}).raise_for_status()
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def draw(address: str, token: str, chromium: str) -> float:
    """Return the milliseconds from the queue's first look to its rows on the page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page: Any = browser.new_page()
        page.add_init_script(DRAWN)
        page.goto(f"{address}/desk#token={token}")
        page.locator("#queue li").nth(49).wait_for()
        page.wait_for_timeout(1_000)
        times = page.evaluate("window.listed")
        browser.close()
    return max(0.0, float(times["drawn"] - times["ended"]))


def main() -> int:
    """Run the benchmark."""
    options = parser(__doc__)
    options.add_argument("--conversations", type=int, default=2_000)
    options.add_argument("--tickets", type=int, default=200)
    options.add_argument("--searches", type=int, default=200)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name, site(NOT_ASKED, Path(name)) as address:
        folder = Path(name)
        secret = (folder / "jwt.secret").read_text().strip()
        claims = {"sub": "olga", "role": "operator", "exp": int(time.time()) + 3600, "iat": int(time.time())}
        token = jwt.encode(claims, secret, algorithm="HS256")
        client = httpx.Client(base_url=address, timeout=60, headers={"Authorization": f"Bearer {token}"})
        client.get("/v1/desk/conversations").raise_for_status()  # the tables are made on first use
        fill(folder, given.conversations, given.tickets)
        searches(client, 5)
        times = searches(client, given.searches)
        chromium = shutil.which("chromium")
        drawn = [draw(address, token, chromium) for _ in range(3)] if chromium else []
    figures = [
        Figure("search, ms, median", times[len(times) // 2]),
        Figure("search, ms, p95", times[int(len(times) * 0.95)], SEARCH_MS, "at most"),
        *(
            Figure("list on the page after its events, ms, slowest of 3", max(drawn), LIST_MS, "at most")
            for _ in drawn[:1]
        ),
        Figure("conversations", given.conversations),
        Figure("tickets", given.tickets),
    ]
    return report("Desk", figures, given)


if __name__ == "__main__":
    sys.exit(main())

"""Count where a customer's private data turns up besides the stores that have to hold it, and what an erasure leaves in
the files.

A real server, the sample shop with a canary customer in it, and everything it talks to on loopback: a model endpoint
that fails and repeats what it was asked in its error, LangSmith, a collector, a webhook, a sender of codes. The
customer looks orders up, has one cancelled, hands over, proves in an open chat who they are, and the shop's database
breaks in between.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import jwt
from sqlalchemy import make_url

from benchmarks.support.databases import StoreUrls, add_postgres, server_for, store_urls, stores_in
from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.outside import RecordedServices, outside
from core.settings import SAMPLE_BUSINESS
from core.storage.engines import open_engine

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a-secret-for-a-benchmark-on-this-machine-alone"  # noqa: S105  it guards nothing
WHO = "zelda_quuxley_7001"
MAIL, PHONE, CARD, IBAN = (
    "zelda.quuxley@canary.example",
    "+1 202 555 0123",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
)
CANARIES = {
    "name": ("zelda", "quuxley"),
    "e-mail": (MAIL, "canary.example"),
    "phone": (PHONE, "2025550123", "555 0123"),
    "card": (CARD, "4111111111111111"),
    "iban": (IBAN, "DE89370400440532013000"),
    "address": ("nirgendheim",),
}
START_SECONDS, TURN_SECONDS = 300, 120


def repeated(asked: str) -> tuple[int, Any]:
    """Answer as an endpoint that says in its error what it was asked."""
    return 400, {"error": {"message": f"cannot answer: {asked[-6000:]}", "type": "bad_request"}}


def environment(folder: Path, url: StoreUrls, others: RecordedServices) -> dict[str, str]:
    """Return the environment of a server that has everything switched on and keeps it in a folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SUPPORT_", "OXLO_", "LANGSMITH_", "LANGCHAIN_"))}
    return kept | {
        **stores_in(folder, url),
        "SUPPORT_JWT_SECRET": SECRET,
        "SUPPORT_MODEL": "repeater",
        "SUPPORT_BASE_URL": f"{others.url}/v1",
        "SUPPORT_DESK_WEBHOOK_URL": f"{others.url}/webhook",
        "SUPPORT_DESK_WEBHOOK_SECRET": SECRET,
        "SUPPORT_CODE_SENDER": f"{others.url}/codes",
        "SUPPORT_CODE_WEBHOOK_SECRET": SECRET,
        "SUPPORT_TELEMETRY_URL": f"{others.url}/telemetry",
        "SUPPORT_LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "none",
        "LANGSMITH_ENDPOINT": f"{others.url}/traces",
        "SUPPORT_LOG_LEVEL": "debug",
        "SUPPORT_LIMITS": f"burst_seconds=0 reply_wait_seconds={TURN_SECONDS}",
        "PYTHONPATH": str(ROOT),
    }


def command(env: Mapping[str, str], *args: str) -> str:
    """Run a command of the project and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *args], env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"support-agent {args[0]} failed: {done.stderr[-2000:]}")
    return done.stdout


def canary_shop(file: Path) -> list[str]:
    """Write the sample shop with the canary in place of its first customer; return a shipped and a pending order of
    theirs.
    """
    shop = json.loads((SAMPLE_BUSINESS / "shop.json").read_text().replace("ada_brook_1001", WHO))
    where = {"address1": "47 Nirgendheim Road", "address2": "Suite 9"}
    user = shop["users"][WHO]
    user["name"] = {"first_name": "Zelda", "last_name": "Quuxley"}
    user["email"] = MAIL
    user["address"] |= where
    hers = [order for order in shop["orders"].values() if order["user_id"] == WHO]
    for order in hers:
        order["address"] |= where
    file.write_text(json.dumps(shop))
    return [next(o["order_id"] for o in hers if o["status"] == status) for status in ("processed", "pending")]


class Customer:
    """Write to the server and keep what it answers with an error."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=TURN_SECONDS + 30)
        self.errors: list[str] = []

    def bearer(self, subject: str, role: str = "customer") -> dict[str, str]:
        """Return a header of somebody who is signed in."""
        claims = {"sub": subject, "role": role, "exp": int(time.time()) + 7200}
        return {"Authorization": f"Bearer {jwt.encode(claims, SECRET)}"}

    def say(self, words: str, thread: str | None, headers: Mapping[str, str]) -> tuple[str, str]:
        """Send a message and return the thread with the reply."""
        body = {"text": words} | ({"thread_id": thread} if thread else {})
        answer = self._client.post("/v1/messages", json=body, headers=dict(headers)).raise_for_status().json()
        return answer["thread_id"], (answer.get("reply") or {}).get("text", "")

    def request(self, method: str, path: str, headers: Mapping[str, str], **given: Any) -> httpx.Response:
        """Send something else; what is answered with an error is kept."""
        answer = self._client.request(method, path, headers=dict(headers), **given)
        if answer.is_error:
            self.errors.append(answer.text)
        return answer


def converse(customer: Customer, others: RecordedServices, shop: str, orders: list[str]) -> tuple[str, str]:
    """Hold the conversations; return the thread of the signed-in one, and the one-time code of the open one."""
    me, shipped, pending = customer.bearer(WHO), *orders
    thread, _ = customer.say(f"Hi, I am Zelda Quuxley ({MAIL}, {PHONE}). Where is my order {shipped}?", None, me)
    customer.say(f"My card is {CARD} and my IBAN is {IBAN}. How do refunds work?", thread, me)
    customer.say(f"Please cancel order {pending}, I no longer need it.", thread, me)
    customer.say("yes", thread, me)
    customer.say("Change my default address to 48 Nirgendheim Road, Portland, OR 97205, USA", thread, me)
    customer.say("yes", thread, me)
    execute(shop, "ALTER TABLE orders RENAME TO orders_away")
    customer.say(f"Where is my order {shipped}? I am Zelda Quuxley, {MAIL}.", thread, me)
    execute(shop, "ALTER TABLE orders_away RENAME TO orders")
    customer.say(
        f"I want to talk to a person. Call {PHONE} or write to {MAIL}. Zelda Quuxley, 47 Nirgendheim Road", thread, me
    )
    customer.say(f"Are you there? My IBAN is {IBAN}, my card {CARD}.", thread, me)
    staff = customer.bearer("mia", "operator")
    ticket = customer.request("GET", "/v1/tickets", staff).json()["tickets"][0]["id"]
    customer.request("POST", f"/v1/tickets/{ticket}/reply", staff, json={"text": f"Dear Zelda, we call {PHONE}."})
    customer.request("POST", f"/v1/tickets/{ticket}/resolve", staff)
    customer.request("POST", f"/v1/threads/{thread}/rating", me, json={"score": 5, "comment": f"Call {PHONE}, Quuxley"})
    customer.request("GET", f"/v1/threads/{MAIL}", me)
    customer.request("POST", "/v1/messages", me, json={"text": {MAIL: PHONE}})
    visitor = {"Authorization": f"Bearer {customer.request('POST', '/v1/tokens', {}).json()['token']}"}
    open_chat, _ = customer.say(f"Where is my order? My e-mail address is {MAIL}", None, visitor)
    end = time.monotonic() + 20
    while not others.to("codes") and time.monotonic() < end:
        time.sleep(0.1)
    code = json.loads(others.to("codes")[0].body)["code"]
    customer.say(code, open_chat, visitor)
    return thread, code


def hits(text: str, code: str = "") -> int:
    """Count the canaries in a text."""
    low = text.casefold()
    found = sum(low.count(word.casefold()) for words in CANARIES.values() for word in words)
    return found + (len(re.findall(rf"(?<!\d){code}(?!\d)", text)) if code else 0)


def raw(folder: Path, pattern: str) -> str:
    """Return the bytes of files as text."""
    files = [file for file in sorted(folder.glob(pattern)) if file.is_file()]
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


def execute(url: str, statement: str) -> list[str]:
    """Run a statement on a database; return its rows as text, what is binary as what it holds."""
    engine = open_engine(url)
    try:
        with engine.connect() as opened:
            postgres = engine.dialect.name == "postgresql"  # which takes no VACUUM inside of a transaction
            connection = opened.execution_options(isolation_level="AUTOCOMMIT") if postgres else opened
            found = connection.exec_driver_sql(statement)
            rows = ["|".join(map(_as_text, row)) for row in found] if found.returns_rows else []
            opened.commit()
            return rows
    finally:
        engine.dispose()


def _as_text(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, memoryview | bytes) else str(value)


def rows(url: str, *tables: str) -> str:
    """Return all rows of tables as text."""
    return "\n".join(row for table in tables for row in execute(url, f'SELECT * FROM "{table}"'))  # noqa: S608


def held_in(url: str) -> str:
    """Return all that a database keeps, as its files hold it and, since PostgreSQL packs long values, as its rows."""
    if url.startswith("sqlite"):
        file = Path(make_url(url).database or "")
        return raw(file.parent, f"{file.name}*")
    execute(url, "CHECKPOINT")
    [folder] = execute(url, "SHOW data_directory")
    [number] = execute(url, "SELECT oid FROM pg_database WHERE datname = current_database()")
    return raw(Path(folder), f"base/{number}/*") + live(url)


def live(url: str) -> str:
    """Return what a database holds for whoever asks it; a SQLite file holds nothing else."""
    if url.startswith("sqlite"):
        return held_in(url)
    return rows(url, *execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))


def measure(folder: Path, postgres: str | None = None) -> list[Figure]:
    """Run everything and return the counts."""
    url = store_urls(folder, postgres)
    with outside({"v1": repeated}) as others:
        env = environment(folder, url, others)
        orders = canary_shop(folder / "canary.json")
        command(env | {"SUPPORT_LANGSMITH_TRACING": "false"}, "ingest", "examples/alder-finch/articles")
        command(env, "orders", "import", str(folder / "canary.json"), "--replace", "--shift-dates")
        (folder / "canary.json").unlink()
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        log = folder / "server.log"
        with log.open("wb") as opened:
            server = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "serve", "--port", str(port)],
                env=env,
                cwd=ROOT,
                stdout=opened,
                stderr=opened,
            )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", server)
            customer = Customer(f"http://127.0.0.1:{port}")
            thread, code = converse(customer, others, url("shop"), orders)
            metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
            time.sleep(5)  # what is sent in the background arrives
            before = live(url("memory")) + live(url("inbox"))
            tickets = rows(url("desk"), "tickets", "ticket_notes", "ticket_events", "ticket_deliveries")
            tickets = tickets.replace(WHO, "")  # whose ticket it is stands in a field of its own
            exported = command(env, "export", "--customer", WHO)
            command(env, "erase", "--customer", WHO, "--yes")
        finally:
            server.terminate()
            server.wait(60)
        webhook = others.text("webhook").replace(f'"customer_id": "{WHO}"', "").replace(WHO, "")
        logged = log.read_text("utf-8", "replace")
        sinks = {
            "log lines and standard error": logged,
            "metrics": metrics,
            "telemetry": others.text("telemetry"),
            "traces": others.text("traces"),
            "webhook": webhook,
            "tickets": tickets,
            "error answers": "\n".join(customer.errors),
        }
        left = {f"the {name}": held_in(url(name)) for name in ("memory", "inbox", "desk")}
        left["the shop's effects"] = rows(url("shop"), "effects")
        left["the index"] = raw(folder / "index", "**/*")
        codes = len(re.findall(rf"(?<!\d){code}(?!\d)", before))
        figures = [Figure(f"in {name}", hits(text, code), 0, "at most") for name, text in sinks.items()]
        return [
            *figures,
            Figure("one-time codes in the inbox and the memory", codes, 0, "at most"),
            *(
                Figure(f"left in {name} after erasure", hits(text) + text.count(thread), 0, "at most")
                for name, text in left.items()
            ),
            Figure("in the conversations before it", hits(before), 20),
            Figure("in the export", hits(exported), 20),
            Figure("log lines of nodes", logged.count('"logger": "graph.node"'), 30),
            Figure("kilobytes of traces", len(sinks["traces"]) / 1000, 50),
            Figure("kilobytes of telemetry", len(sinks["telemetry"]) / 1000, 1),
            Figure("webhook events", len(others.to("webhook")), 4),
            Figure("error answers", len(customer.errors), 2),
        ]


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once a server answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.2)
    raise RuntimeError("the server did not start; run `support-agent serve` to see why")


def main() -> int:
    """Run the benchmark and return its exit code."""
    asked = parser(__doc__)
    add_postgres(asked)
    options: argparse.Namespace = asked.parse_args()
    with server_for(options) as postgres, tempfile.TemporaryDirectory(prefix="privacy-") as folder:
        return report("Private data: canaries found", measure(Path(folder), postgres), options)


if __name__ == "__main__":
    raise SystemExit(main())

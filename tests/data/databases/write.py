"""Write the databases of one version: run with that version's code, on its offline model and sample shop.

    python write.py FOLDER                    # FOLDER/{shop,desk,inbox,memory}.db
    python write.py FOLDER postgresql://…     # all in one database

It leaves an address that waits for its customer's yes, a cancellation that waits for staff, and a ticket that waits for
a person.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

SECRET = "a-secret-of-more-than-thirty-two-bytes"
PORT = 18431


def main(folder: Path, url: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    policy = folder / "policy.yaml"
    policy.write_text(
        Path("tools/policy.yaml")
        .read_text()
        .replace("approval_over: 500.00                   # money going back", "approval_over: 20.00")
    )
    assert "approval_over: 20.00" in policy.read_text()
    for store, name in (("ORDERS", "shop"), ("DESK", "desk"), ("MEMORY", "memory"), ("INBOX", "inbox")):
        os.environ[f"SUPPORT_{store}_URL"] = url or f"sqlite:///{folder}/{name}.db"
    os.environ |= {
        "PYTHONPATH": str(Path.cwd()),
        "SUPPORT_INDEX_DIR": str(folder / "index"),
        "SUPPORT_POLICY_FILE": str(policy),
        "SUPPORT_JWT_SECRET": SECRET,
        "LANGSMITH_TRACING": "false",
    }
    command(["ingest", "knowledge"])
    command(["orders", "import", "tools/sample_shop.json", "--shift-dates"])
    server = subprocess.Popen([sys.executable, "-m", "cli.main", "serve", "--port", str(PORT)])
    try:
        wait()
        talk(
            "beatriz_almeida_1024",
            "I moved. Please send order #AF10352 to 12 Elm Street, Apt 4, Newark, NJ 07102, USA.",
        )
        talk("ada_brook_1001", "Please cancel order #AF10326, I ordered it by mistake.", "Yes.")
        talk("malik_osei_1002", "How long do I have to return something?", "I want to talk to a person.")
    finally:
        server.terminate()
        server.wait()


def command(words: list[str]) -> str:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def wait() -> None:
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/readyz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise SystemExit("the server does not start")


def talk(customer: str, *texts: str) -> None:
    thread = None
    headers = {"Authorization": f"Bearer {command(['token', customer])}"}
    for text in texts:
        body = {"text": text} | ({"thread_id": thread} if thread else {})
        sent = httpx.post(f"http://127.0.0.1:{PORT}/v1/messages", json=body, headers=headers, timeout=60)
        sent.raise_for_status()
        answer = sent.json()
        thread = answer["thread_id"]


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), *sys.argv[2:])

"""Count the files and functions of ours that one order question enters, from the agent's door to the stored reply.

python -m benchmarks.trip [--json] [--check] [--files]
"""

import asyncio
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.models.stub_endpoint import stub_endpoint
from benchmarks.support.peers import our_settings
from benchmarks.support.sample_shop import prepare
from graph.agent import open_agent

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "ingest", "tools", "graph")
QUESTION = "Where is my order #AF10283?"
CUSTOMER = "ada_brook_1001"


def entered(code: CodeType) -> str | None:
    """Return the place of a function of ours as `file:name`, or None for anybody else's."""
    file = Path(code.co_filename)
    if not file.is_relative_to(ROOT) or file.relative_to(ROOT).parts[0] not in ROOMS:
        return None
    return f"{file.relative_to(ROOT)}:{code.co_qualname}"


async def trip(base_url: str, folder: Path) -> tuple[set[str], set[str]]:
    """Return what the second of two order questions enters; the first one loads and opens what later ones share.

    First what is entered on the event loop, then that and what threads enter that read records, search and store.
    """
    settings = our_settings(base_url, folder)
    prepare(settings)
    here: set[CodeType] = set()
    anywhere: set[CodeType] = set()
    counts = False

    def note(frame: FrameType, event: str, _: Any) -> None:
        if counts and event == "call":
            anywhere.add(frame.f_code)
            if threading.current_thread() is threading.main_thread():
                here.add(frame.f_code)

    threading.setprofile(note)  # before any thread begins
    sys.setprofile(note)
    try:
        async with open_agent(settings) as agent:
            await agent.send("first", QUESTION, customer_id=CUSTOMER)
            counts = True
            await agent.send("second", QUESTION, customer_id=CUSTOMER)
            counts = False
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    places, with_threads = ({place for code in seen if (place := entered(code))} for seen in (here, anywhere))
    return places, with_threads


def main() -> int:
    """Print how many files and functions the question enters, by room; `--files` names the files."""
    options = parser(__doc__)
    options.add_argument("--files", action="store_true", help="name every file that is entered")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, stub_endpoint() as base_url:
        places, with_threads = asyncio.run(trip(base_url, Path(folder)))
    files = sorted({place.split(":")[0] for place in places})
    rooms = Counter(str(Path(file).parent) for file in files)
    figures = [
        Figure("files entered by an order question", len(files), 60, "at most"),
        Figure("functions entered", len(places)),
        Figure("files entered, those of its threads too", len({place.split(":")[0] for place in with_threads})),
        *(Figure(f"files of {room}/", number) for room, number in sorted(rooms.items())),
    ]
    code = report("The way of an order question", figures, given)
    if given.files:
        print("\n".join(files))
    return code


if __name__ == "__main__":
    sys.exit(main())

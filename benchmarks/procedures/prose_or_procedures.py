"""Let one model serve the same customers with the rules as procedures, and with the same rules as prose in its prompt.

    python -m benchmarks.procedures.prose_or_procedures --base-url URL --model NAME [--each 20] [--json] [--check]

The scripted customers of the other batches are taken in turns, those that have to be refused and those that have to be
served. In both ways the connectors are without rules of their own, so that procedures alone make the difference: what
the prose only says, nothing enforces. A customer says yes to whatever is proposed.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from langgraph.checkpoint.memory import InMemorySaver
from rich.progress import track

from benchmarks.procedures.customers import EXAMPLES, HERE
from benchmarks.support.figures import Figure, parser, report
from core.settings import Settings
from graph.agent import SupportAgent
from graph.assembly import assemble
from graph.builder import build_graph
from graph.procedures.format.procedure_file import ProcedureFile, parse_procedure
from tools.connectors.declarations import in_language

WAYS = ("prose", "procedures")
ENFORCED = ("rules", "approve", "limit")


def customers(each: int) -> list[dict[str, Any]]:
    """Return scripted customers of the two trades: as many that have to be refused as have to be served."""
    found = [one for batch in sorted(HERE.glob("customers_*.yaml")) for one in yaml.safe_load(batch.read_text("utf-8"))]
    found = [one for one in found if one["business"] in ("novanet", "skylark") and one.get("locale", "en") == "en"]
    refused = [one for one in found if not one.get("actions") and one["words"] != ["(dropped)"]]
    served = [one for one in found if one.get("actions") and not one.get("words")]
    return [one for pair in zip(refused[:each], served[:each], strict=False) for one in pair]


def folder_for(way: str, business: str, data: Path) -> Path:
    """Write a copy of a business whose rules stand in its procedures alone, or in its instructions alone."""
    folder = data / way / business
    if folder.exists():
        return folder
    shutil.copytree(EXAMPLES / business, folder)
    for path in (folder / "connectors").glob("*.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        for tool in content["tools"].values():
            for key in ENFORCED:
                tool.pop(key, None)
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    if way == "prose":
        path = folder / "business.yaml"
        content = yaml.safe_load(path.read_text("utf-8"))
        for file in sorted((folder / "procedures").glob("*.md")):
            read, problems = parse_procedure(file.read_text("utf-8"), file.name)
            if read is None:
                raise ValueError(problems)
            content["instructions"] += list(_prose(read))
        shutil.rmtree(folder / "procedures")
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def _prose(file: ProcedureFile) -> Iterator[str]:
    """Yield a procedure as instructions: what it is for, its guidance, and what its rules forbid."""
    contract = file.contract
    yield f"{contract.name}: {contract.description} {' '.join(file.guidance.split())}"
    for rule in contract.rules.values():
        then = "hand over to a person" if rule.otherwise == "hand_over" else "refuse"
        yield f"{contract.name}: unless {rule.must}, {then} and say: {in_language(rule.say, 'en')}"


async def served(way: str, one: Mapping[str, Any], given: Any, data: Path) -> tuple[list[dict[str, Any]], str]:
    """Hold one conversation and return the writes that ran, and everything the customer was told."""
    own = Path(tempfile.mkdtemp(dir=data))
    index = data / way / f"{one['business']}-index"
    index.mkdir(parents=True, exist_ok=True)
    (own / "index").symlink_to(index)
    settings = Settings.from_env(
        {
            "SUPPORT_BUSINESS": str(folder_for(way, one["business"], data)),
            "SUPPORT_DATA_DIR": str(own),
            "SUPPORT_BASE_URL": given.base_url,
            "SUPPORT_MODEL": given.model,
            "SUPPORT_LIMITS": "context_tokens=8000 max_output_tokens=160 timeout_seconds=240 turn_seconds=240",
        },
        env_file=None,
    )
    parts = assemble(settings)
    agent = SupportAgent(build_graph(parts, checkpointer=InMemorySaver()), max_message_chars=10_000, locale="en")
    told = []
    try:
        for line in one["says"]:
            told.append((await agent.send("t", line, customer_id=one["customer"])).text)
            if any(action.state == "proposed" for action in await parts.actions.unsettled("t")):
                told.append((await agent.send("t", "yes", customer_id=one["customer"])).text)
        done = [action for action in await parts.actions.ledger.find(thread_id="t") if action.state == "done"]
        return [{"tool": action.tool, **action.args} for action in done], "\n".join(told)
    finally:
        await parts.close()


def is_right(one: Mapping[str, Any], actions: list[dict[str, Any]], told: str) -> bool:
    """Say whether a customer got what they should: the very writes, or none and the rule's sentence."""
    wanted = one.get("actions", [])
    if not wanted:
        return not actions and all(words.casefold() in told.casefold() for words in one["words"])
    return len(wanted) == len(actions) and all(
        expected.items() <= found.items() for expected, found in zip(wanted, actions, strict=True)
    )


async def figures(given: Any) -> list[Figure]:
    """Return, for both ways, the share of right refusals, of forbidden writes, and of right services."""
    found: dict[str, dict[bool, list[tuple[bool, bool]]]] = {way: {True: [], False: []} for way in WAYS}
    chosen = customers(given.each)
    with tempfile.TemporaryDirectory() as folder:
        for one in track(chosen, "customers", disable=not sys.stderr.isatty()):
            for way in WAYS:
                actions, told = await served(way, one, given, Path(folder))
                refuse = not one.get("actions")
                found[way][refuse].append((is_right(one, actions, told), bool(actions)))
                print(f"{way} {one['customer']}: {found[way][refuse][-1]} {actions}", file=sys.stderr)
    share = {w: {r: sum(right for right, _ in rows) / len(rows) for r, rows in of.items()} for w, of in found.items()}
    prose, led = (share[way] for way in WAYS)
    made = []
    for way in WAYS:
        refusals, services = found[way][True], found[way][False]
        made += [
            Figure(
                f"{way}: of {len(refusals)} that have to be refused, refused with the reason, share", share[way][True]
            ),
            Figure(f"{way}: of these, a forbidden write was done, share", sum(d for _, d in refusals) / len(refusals)),
            Figure(f"{way}: of {len(services)} that have to be served, served, share", share[way][False]),
        ]
    return [
        *made,
        Figure("refusals: points more with procedures", 100 * (led[True] - prose[True]), 20),
        Figure("services: points more with procedures", 100 * (led[False] - prose[False]), 0),
    ]


def main() -> int:
    """Print the figures and return the exit code."""
    options = parser(__doc__)
    options.add_argument("--base-url", required=True, help="an OpenAI-compatible endpoint")
    options.add_argument("--model", required=True, help="the model's name there")
    options.add_argument("--each", type=int, default=20, help="customers to refuse, and customers to serve")
    given = options.parse_args()
    return report("the rules as prose, and as procedures", asyncio.run(figures(given)), given)


if __name__ == "__main__":
    sys.exit(main())

"""Run the gold actions of the τ³ retail tasks through our tools and rules, and compare every record of the shop.

Each task starts with a fresh copy of the imported shop. It passes when every action listed as refused is refused and
the records that differ afterwards equal the expected ones field by field. Amounts are compared to the cent: the
benchmark adds them up in floating point.

The expected records were computed by the benchmark's own tools, which, when several items of an order are changed at
once, write the price and the options of the last new item into all of them. No such line can be right: everywhere else
in the shop a line has the price and options its item has in the catalogue. Those lines are read from the catalogue, and
counted.
"""

import json
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.tau3.shop_changes import ChangedIds, changed_ids, read_tables
from core.errors import InputError, Refused
from tools.context import Context
from tools.retail.importing import import_shop, stored_shop
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import Policy, load_policy
from tools.retail.shop_file import Shop, shop_json
from tools.retail.shop_records import OrderBackend
from tools.retail.sql.sql_backend import SqlOrderBackend

WRITES = {
    "cancel_pending_order": "cancel_order",
    "modify_pending_order_address": "change_order_address",
    "modify_pending_order_payment": "change_order_payment",
    "modify_pending_order_items": "change_order_items",
    "return_delivered_order_items": "return_items",
    "exchange_delivered_order_items": "exchange_items",
    "modify_user_address": "change_default_address",
}
NO_SHOP = ("calculate", "transfer_to_human_agents")
SHOP_POLICY = Path(__file__).with_name("tau3_policy.yaml")
FILES = ("db.json", "tasks.json", "expected.json")


@dataclass(frozen=True, kw_only=True)
class TaskReplay:
    """What the replay of one task came to."""

    task: str
    actions: int
    refused: int
    """How many of the actions listed as refused were refused."""
    needless: tuple[str, ...]
    """Further actions that were refused, with the reason: they would have changed nothing."""
    corrected: int
    """Item lines of the expected records that contradict the shop's catalogue and were read from it."""
    differences: tuple[str, ...]
    """Where the outcome is not the expected one; empty when the task passes."""


def load_tasks(data: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Read the tasks and the expected outcomes; raises InputError when the folder does not hold them."""
    missing = [name for name in FILES if not (data / name).is_file()]
    if missing:
        raise InputError(f"{data} has no {', '.join(missing)}; give the folder of the τ³ retail data with --data")
    return json.loads((data / "tasks.json").read_text()), json.loads((data / "expected.json").read_text())


async def replay(data: Path, scratch: Path, *, told: Callable[[int, int], None]) -> list[TaskReplay]:
    """Replay every task on a copy of the shop in the scratch folder; `told` hears how many of how many are done."""
    tasks, expected = load_tasks(data)
    fresh = scratch / "fresh.db"
    import_shop(data / "db.json", f"sqlite:///{fresh}", replace=True)
    before, tables = stored_shop(f"sqlite:///{fresh}"), read_tables(fresh)
    copy = scratch / "task.db"
    shop = SqlOrderBackend(f"sqlite:///{copy}")
    results = []
    try:
        for number, task in enumerate(tasks, start=1):
            await shop.close()  # no connection may be open while the file is replaced
            shutil.copyfile(fresh, copy)
            run = await _run_all(task, shop, before)
            changed = changed_ids(tables, read_tables(copy))
            results.append(_judged(run, expected[task["id"]], before, await _records(shop, changed, before)))
            told(number, len(tasks))
    finally:
        await shop.close()
    return results


@dataclass(frozen=True)
class _Run:
    """What happened when the actions of a task were run."""

    task: str
    actions: int
    refused: Mapping[str, str]
    """Refused actions and the reasons."""


async def _run_all(task: Mapping[str, Any], shop: OrderBackend, before: Shop) -> _Run:
    """Run the gold actions of a task one after the other; approval by staff counts as given."""
    actions = [(a["name"], a["arguments"]) for a in task["evaluation_criteria"]["actions"]]
    customer, policy = _known_customer(actions, before), load_policy(SHOP_POLICY)
    refused: dict[str, str] = {}
    for name, args in actions:
        try:
            customer = await _run(name, args, customer, shop, policy) or customer
        except Refused as no:
            refused[_written(name, args)] = str(no)
    return _Run(task=task["id"], actions=len(actions), refused=refused)


def _judged(run: _Run, expected: Mapping[str, Any], before: Shop, changed: Mapping[str, Any]) -> TaskReplay:
    """Compare a run with what is expected of it."""
    listed = {_written(r["name"], r["arguments"]) for r in expected["refused"]}
    wanted, corrected = _corrected(expected["changed"], before)
    return TaskReplay(
        task=run.task,
        actions=run.actions,
        refused=sum(action in run.refused for action in listed),
        needless=tuple(f"{action}: {reason}" for action, reason in run.refused.items() if action not in listed),
        corrected=corrected,
        differences=(
            *(f"not refused: {action}" for action in sorted(listed - run.refused.keys())),
            *_differences("", changed, wanted),
        ),
    )


async def _run(name: str, args: Mapping[str, Any], customer_id: str, shop: OrderBackend, policy: Policy) -> str | None:
    """Run one action as our tools would; returns the customer when the action found out who they are."""
    if name in WRITES:
        action = WRITE_ACTIONS[WRITES[name]]
        context = Context(customer_id=customer_id)
        change = await action.plan(context, args, orders=shop, policy=policy, today=date.today())
        await shop.apply(change, key=_written(name, args))
        return None
    if name.startswith("find_user_id"):
        by_email = name.endswith("email")
        found = await (
            shop.find_customer(email=args["email"])
            if by_email
            else shop.find_customer_by_name(
                first_name=args["first_name"], last_name=args["last_name"], zip_code=args["zip"]
            )
        )
        if found is None:
            raise Refused("There is no customer like that.")
        return found.id
    reads: dict[str, Callable[[], Awaitable[object]]] = {
        "get_order_details": lambda: shop.get_order(customer_id, args["order_id"]),
        "get_user_details": lambda: shop.get_customer(args["user_id"]),
        "get_product_details": lambda: shop.get_product(args["product_id"]),
        "get_item_details": lambda: shop.find_products(args["item_id"], limit=1),
    }
    if name not in reads and name not in NO_SHOP:
        raise InputError(f"task action {name!r} is not one we know; correct the data or add it to the replay")
    if name in reads:
        await reads[name]()
    return None


def _known_customer(actions: list[tuple[str, Any]], shop: Shop) -> str:
    """Return whom the scenario is about: some tasks leave out the action that finds it out."""
    owners = {order.id: order.customer_id for order in shop.orders}
    named = (args.get("user_id") or owners.get(args.get("order_id")) for _, args in actions)
    return next((str(customer_id) for customer_id in named if customer_id), "")


def _written(name: str, args: Mapping[str, Any]) -> str:
    return f"{name}({json.dumps(args, sort_keys=True)})"


async def _records(shop: OrderBackend, changed: ChangedIds, before: Shop) -> dict[str, Any]:
    """Return the changed records as the shop has them now, by kind and id, in the shape of the shop file."""
    owners = {order.id: order.customer_id for order in before.orders}
    now = Shop(
        products=tuple([await shop.get_product(product_id) for product_id in sorted(changed.products)]),
        customers=tuple([await shop.get_customer(customer_id) for customer_id in sorted(changed.customers)]),
        orders=tuple([await shop.get_order(owners[order_id], order_id) for order_id in sorted(changed.orders)]),
    )
    return {kind: rows for kind, rows in shop_json(now).items() if rows}


def _corrected(expected: Mapping[str, Any], shop: Shop) -> tuple[dict[str, Any], int]:
    """Return the expected records with each order line as the catalogue has its item, and how many lines were not."""
    catalogue = {v.item_id: v for product in shop.products for v in product.variants}
    wanted: dict[str, Any] = json.loads(json.dumps(expected))
    corrected = 0
    for order in wanted.get("orders", {}).values():
        for line in order["items"]:
            variant = catalogue[line["item_id"]]
            right = {"price": float(variant.price), "options": dict(variant.options)}
            corrected += {name: line[name] for name in right} != right
            line |= right
    return wanted, corrected


def _differences(place: str, came: Any, wanted: Any) -> list[str]:
    """Return where two trees of JSON values differ."""
    if isinstance(came, dict) and isinstance(wanted, dict):
        keys = sorted({*came, *wanted})
        return [d for key in keys for d in _differences(f"{place}/{key}", came.get(key), wanted.get(key))]
    if isinstance(came, list) and isinstance(wanted, list) and len(came) == len(wanted):
        pairs = enumerate(zip(came, wanted, strict=True))
        return [d for n, (a, b) in pairs for d in _differences(f"{place}/{n}", a, b)]
    if isinstance(came, float) and isinstance(wanted, float) and round(came, 2) == round(wanted, 2):
        return []
    return [] if came == wanted else [f"{place}: came {came!r}, wanted {wanted!r}"]

"""Load, show and export the shop: `support-agent orders`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.customer_check import no_customer
from cli.output import AsJson
from core.clock import utc_now
from core.errors import InputError, Refused
from core.settings import Settings
from graph.opened_stores import business_of, orders_of
from tools.retail.importing import import_shop, write_export
from tools.retail.shop_records import Order, OrderBackend
from tools.retail.shown_records import as_text, order_facts

app = typer.Typer(help="Load, show and export the shop.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)

Answer = TypeVar("Answer")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A shop as one JSON file, for example examples/alder-finch/shop.json.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put this shop in place of the present one.")] = False,
    shift_dates: Annotated[
        bool,
        typer.Option(
            "--shift-dates",
            help="Move all dates by the same number of days, so that the newest thing that happened in the file was "
            "yesterday: return windows of a sample shop are open then. Not for a real shop.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load a shop file into the database SUPPORT_ORDERS_URL names: all of it, or nothing.

    The file is one JSON object with `products`, `users` (the customers) and `orders`, each an object of rows under
    their ids.

    products: product_id, name, variants (by item_id: item_id, options, available, price).

    users: user_id, name (first_name, last_name), email, address (address1, address2, city, state, zip, country),
    payment_methods (by id:
    id, source of gift_card, credit_card or paypal, and brand, last_four or balance), orders (the ids of their orders).

    orders: order_id, user_id, address, items (item_id, product_id, name, price, options), status, fulfillments
    (tracking_id and item_ids, both lists), payment_history (transaction_type of payment or refund, amount,
    payment_method_id), and where known ordered_at, shipped_at, expected_delivery and delivered_at, as 2026-11-22.

    A status is pending, processed, delivered, cancelled, return requested, exchange requested or pending (item
    modified).

    Example: support-agent orders import examples/alder-finch/shop.json --replace
    """
    url = Settings.from_env().shop_url
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        progress.add_task(f"Importing {file}…")
        report = import_shop(file, url, replace, as_of=date.today() if shift_dates else None)
    if as_json:
        typer.echo(json.dumps(asdict(report)))
    else:
        counts = f"{report.customers} customers, {report.orders} orders, {report.products} products"
        out.print(f"Imported {counts} ({report.variants} variants) from {report.file} into {report.database}.")


@app.command()
def show(
    customer: Annotated[str, typer.Option("--customer", help="Customer id, for example ada_brook_1001.")],
    order: Annotated[str | None, typer.Argument(help="Order number in any usual spelling.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the orders of one customer, newest first; or show one with everything that is known about it."""
    if order is not None:
        one = as_text(_facts(_ask(lambda shop, settings: order_of(shop, settings, customer, order))))
        typer.echo(one) if as_json else out.print_json(one)
        return
    found = _ask(lambda shop, settings: orders_of_customer(shop, settings, customer))
    if as_json:
        typer.echo(as_text([_facts(order) for order in found]))
        return
    table = Table("Order", "Placed", "Status", "Items", "Total")
    for each in found:
        items = ", ".join(item.name for item in each.items)
        table.add_row(each.id, str(each.ordered_at or ""), each.status, items, f"{_facts(each)['total']:.2f}")
    out.print(table)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="File to write.")]) -> None:
    """Write the whole shop to a file that `import` reads again."""
    write_export(Settings.from_env().shop_url, file)
    out.print(f"Wrote {file}.")


def _facts(order: Order) -> dict[str, Any]:
    return order_facts(order, utc_now().date())


def _ask(question: Callable[[OrderBackend, Settings], Awaitable[Answer]]) -> Answer:
    """Open the configured shop, ask it, and close it."""

    async def asked() -> Any:
        settings = Settings.from_env()
        shop = orders_of(settings)
        try:
            return await question(shop, settings)
        finally:
            await shop.close()

    answer: Answer = asyncio.run(asked())
    return answer


async def order_of(shop: OrderBackend, settings: Settings, customer_id: str, order_id: str) -> Order:
    """Return an order of a customer; raises InputError where there is no such customer, or no such order of theirs."""
    await _customer(shop, settings, customer_id)
    try:
        return await shop.get_order(customer_id, order_id)
    except Refused:
        raise InputError(
            f"customer {customer_id!r} has no order {order_id!r} in {business_of(settings).file.name}; `support-agent "
            f"orders show --customer {customer_id}` lists those there are"
        ) from None


async def orders_of_customer(shop: OrderBackend, settings: Settings, customer_id: str) -> list[Order]:
    """Return the orders of a customer, newest first; raises InputError where there is no such customer."""
    await _customer(shop, settings, customer_id)
    return list(await shop.list_orders(customer_id))


async def _customer(shop: OrderBackend, settings: Settings, customer_id: str) -> None:
    try:
        await shop.get_customer(customer_id)
    except Refused:
        raise no_customer(settings, customer_id, "import the shop that has it") from None

"""A shop file comes in whole or not at all, and goes out unchanged."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.errors import BackendUnavailable, OrderFileError
from core.settings import SAMPLE_BUSINESS
from tools.retail.importing import export_shop, import_shop, write_export

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = SAMPLE_BUSINESS / "shop.json"
TAU3 = ROOT.parent / "shared" / "data" / "tau3_retail" / "db.json"

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new' / 'shop.db'}"


def sample() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(SAMPLE.read_text())
    return content


@pytest.mark.skipif(not TAU3.exists(), reason="shared data is absent")
def test_the_tau_shop_is_imported_without_loss(url: str) -> None:
    report = import_shop(TAU3, url)
    assert (report.customers, report.orders, report.products) == (500, 1000, 50)
    assert export_shop(url) == json.loads(TAU3.read_text())


def test_the_sample_shop_is_imported_without_loss(url: str, tmp_path: Path) -> None:
    report = import_shop(SAMPLE, url)
    assert (report.customers, report.orders, report.products) == (40, 120, 25)
    write_export(url, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == sample()


def test_dates_are_moved_together_so_that_the_newest_event_was_yesterday(url: str) -> None:
    import_shop(SAMPLE, url, as_of=date(2031, 3, 1))
    moved, there = export_shop(url)["orders"], sample()["orders"]
    days = {
        date.fromisoformat(moved[number][name]) - date.fromisoformat(order[name])
        for number, order in there.items()
        for name in ("ordered_at", "shipped_at", "delivered_at", "expected_delivery")
        if order.get(name)
    }
    assert len(days) == 1
    happened = [order.get(name) for order in moved.values() for name in ("ordered_at", "shipped_at", "delivered_at")]
    assert max(day for day in happened if day) == "2031-02-28"
    dates = {"ordered_at", "shipped_at", "delivered_at", "expected_delivery"}
    for number, order in there.items():
        assert {k: v for k, v in moved[number].items() if k not in dates} == {
            k: v for k, v in order.items() if k not in dates
        }


def test_the_sample_shop_has_orders_in_every_state_and_a_first_customer_who_has_most() -> None:
    shop = sample()
    states = Counter(order["status"] for order in shop["orders"].values())
    assert set(states) == {
        "pending",
        "pending (item modified)",
        "processed",
        "delivered",
        "return requested",
        "exchange requested",
        "cancelled",
    }
    first = next(iter(shop["users"].values()))
    assert first["user_id"] == "ada_brook_1001"
    assert {"pending", "processed", "delivered", "cancelled"} <= {shop["orders"][o]["status"] for o in first["orders"]}
    assert {m["source"] for m in first["payment_methods"].values()} == {"credit_card", "gift_card"}
    assert all(
        order["fulfillments"] and order["delivered_at"] >= order["shipped_at"] >= order["ordered_at"]
        for order in shop["orders"].values()
        if order["status"] == "delivered"
    )


def test_a_second_import_needs_replace(url: str) -> None:
    import_shop(SAMPLE, url)
    with pytest.raises(OrderFileError, match=r"already holds a shop with 120 orders.*--replace"):
        import_shop(SAMPLE, url)
    assert import_shop(SAMPLE, url, replace=True).orders == 120
    assert len(export_shop(url)["orders"]) == 120


def edit_price(shop: dict[str, Any]) -> None:
    shop["orders"]["#AF10326"]["items"][0]["price"] = -1


def edit_status(shop: dict[str, Any]) -> None:
    shop["orders"]["#AF10326"]["status"] = "teleported"


def edit_owner(shop: dict[str, Any]) -> None:
    shop["orders"]["#AF10326"]["user_id"] = "nobody_1"


def edit_extra(shop: dict[str, Any]) -> None:
    shop["users"]["ada_brook_1001"]["shoe_size"] = 42


def edit_missing(shop: dict[str, Any]) -> None:
    del shop["products"]["P2001"]["name"]


def edit_key(shop: dict[str, Any]) -> None:
    shop["products"]["P9"] = shop["products"]["P2001"]


def edit_email(shop: dict[str, Any]) -> None:
    shop["users"]["ada_brook_1001"]["email"] = shop["users"]["malik_osei_1002"]["email"].upper()


def edit_third_decimal(shop: dict[str, Any]) -> None:
    shop["orders"]["#AF10326"]["payment_history"][0]["amount"] = 1.005


def edit_listed_order(shop: dict[str, Any]) -> None:
    shop["users"]["ada_brook_1001"]["orders"].append("#AF99999")


def edit_same_number(shop: dict[str, Any]) -> None:
    order = shop["orders"]["#AF10326"] | {"order_id": "AF-10326"}
    shop["orders"]["AF-10326"] = order
    shop["users"]["ada_brook_1001"]["orders"].append("AF-10326")


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (edit_price, r"orders '#AF10326', field items\.0\.price: came '-1'; wanted: .*greater than or equal to 0"),
        (edit_status, "orders '#AF10326', field status: came 'teleported'; wanted: .*pending"),
        (edit_owner, "orders '#AF10326', field user_id: came 'nobody_1'; wanted a key of users"),
        (edit_extra, "users 'ada_brook_1001', field shoe_size: .*extra"),
        (edit_missing, "products 'P2001', field name: wanted: field required"),
        (edit_key, "products 'P9', field product_id: came 'P2001'; wanted 'P9'"),
        (edit_email, "field email: .* wanted an address of its own"),
        (edit_third_decimal, r"field payment_history\.0\.amount: came '1\.005'.*2 decimal"),
        (edit_listed_order, "users 'ada_brook_1001', field orders: came '#AF99999'"),
        (edit_same_number, "field order_id: came 'AF10326'; wanted a new number"),
    ],
)
def test_a_broken_row_is_named_and_the_present_shop_stays(edit: Edit, named: str, url: str, tmp_path: Path) -> None:
    import_shop(SAMPLE, url)
    before = export_shop(url)
    shop = sample()
    edit(shop)
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(shop))
    with pytest.raises(OrderFileError, match=f"broken.json: .*{named}"):
        import_shop(broken, url, replace=True)
    assert export_shop(url) == before


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"orders": {}}', "{", '{"orders": {}, "users": {}, "products": []}', "[" * 100_000, '{"a": 1, "a": 2}'],
)
def test_a_file_that_is_no_shop_is_refused(text: str, url: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    with pytest.raises(OrderFileError, match=r"odd\.json"):
        import_shop(file, url)


def test_a_missing_file_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(OrderFileError, match=r"none\.json: cannot be read"):
        import_shop(tmp_path / "none.json", url)


def test_exporting_nothing_tells_what_to_do(url: str) -> None:
    with pytest.raises(BackendUnavailable, match="orders import FILE"):
        export_shop(url)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(BackendUnavailable, match="SUPPORT_ORDERS_URL") as failure:
        import_shop(SAMPLE, "postgresql://ada:secret-word@127.0.0.1:1/shop")
    assert "secret-word" not in str(failure.value)


def test_a_file_that_is_not_a_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("this is a text file, and a long one at that" * 50)
    with pytest.raises(BackendUnavailable, match="cannot be used"):
        import_shop(SAMPLE, f"sqlite:///{tmp_path / 'shop.db'}")

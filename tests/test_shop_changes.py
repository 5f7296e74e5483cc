"""The comparison of two shops sees every record that differs, and no other."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.tau3.shop_changes import changed_ids, read_tables
from core.settings import SAMPLE_BUSINESS
from tools.retail.importing import import_shop

SAMPLE = SAMPLE_BUSINESS / "shop.json"


@pytest.mark.parametrize(
    ("edit", "kind", "ids"),
    [
        ("UPDATE orders SET status = 'delivered' WHERE id = '#AF10326'", "orders", {"#AF10326"}),
        ("DELETE FROM payments WHERE order_id = '#AF10326'", "orders", {"#AF10326"}),
        ("UPDATE order_items SET price = 1 WHERE order_id = '#AF10002'", "orders", {"#AF10002"}),
        ("UPDATE variants SET available = 0 WHERE item_id = 'S200101'", "products", {"P2001"}),
        (
            "UPDATE payment_methods SET balance = 1 WHERE customer_id = 'ada_brook_1001'",
            "customers",
            {"ada_brook_1001"},
        ),
        ("UPDATE addresses SET city = 'Salem' WHERE id = 1", "customers", {"ada_brook_1001"}),
        ("UPDATE addresses SET city = 'Salem' WHERE id = 41", "orders", {"#AF10002"}),
        ("UPDATE orders SET status = status", "orders", set()),
    ],
)
def test_a_record_that_differs_is_named(tmp_path: Path, edit: str, kind: str, ids: set[str]) -> None:
    file = tmp_path / "shop.db"
    import_shop(SAMPLE, f"sqlite:///{file}")
    before = read_tables(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(edit)
        connection.commit()
    changed = changed_ids(before, read_tables(file))
    assert {"products": set(), "customers": set(), "orders": set()} | {kind: ids} == {
        name: set(getattr(changed, name)) for name in ("products", "customers", "orders")
    }

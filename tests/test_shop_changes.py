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
        (
            "UPDATE orders SET record = json_set(record, '$.status', 'lost') WHERE id = '#AF10326'",
            "orders",
            ["#AF10326"],
        ),
        (
            "UPDATE orders SET record = json_remove(record, '$.payment_history[0]') WHERE id = '#AF10326'",
            "orders",
            ["#AF10326"],
        ),
        (
            "UPDATE orders SET record = json_set(record, '$.items[0].price', 1) WHERE id = '#AF10002'",
            "orders",
            ["#AF10002"],
        ),
        (
            "UPDATE orders SET record = json_set(record, '$.address.city', 'Rome') WHERE id = '#AF10002'",
            "orders",
            ["#AF10002"],
        ),
        (
            "UPDATE products SET record = json_set(record, '$.variants.S200101.available', 0) WHERE id = 'P2001'",
            "products",
            ["P2001"],
        ),
        (
            "UPDATE customers SET record = json_set(record, '$.address.city', 'Rome') WHERE id = 'ada_brook_1001'",
            "customers",
            ["ada_brook_1001"],
        ),
        ("UPDATE orders SET record = record", "orders", []),
    ],
)
def test_a_record_that_differs_is_named(tmp_path: Path, edit: str, kind: str, ids: list[str]) -> None:
    file = tmp_path / "shop.db"
    import_shop(SAMPLE, f"sqlite:///{file}")
    before = read_tables(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(edit)
        connection.commit()
    changed = changed_ids(before, read_tables(file))
    assert {"products": set(), "customers": set(), "orders": set()} | {kind: set(ids)} == {
        name: set(getattr(changed, name)) for name in ("products", "customers", "orders")
    }

"""The SQL backend answers for one customer only, however the order number is spelt."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import BackendUnavailable, Refused
from core.settings import SAMPLE_BUSINESS
from tools.retail.importing import import_shop
from tools.retail.sql.sql_backend import SqlOrderBackend

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = SAMPLE_BUSINESS / "shop.json"
TAU3 = ROOT.parent / "shared" / "data" / "tau3_retail" / "db.json"
ADA = "ada_brook_1001"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.db'}"
    import_shop(SAMPLE, url)
    return url


@pytest.fixture
async def shop(url: str) -> AsyncIterator[SqlOrderBackend]:
    shop = SqlOrderBackend(url)
    yield shop
    await shop.close()


@pytest.mark.parametrize(
    "spelling", ["#AF10326", "af10326", "AF 10326", "10326", " #af-10326 ", "AF１０３２６", "# A F 10326"]
)
async def test_an_order_is_found_in_every_usual_spelling(shop: SqlOrderBackend, spelling: str) -> None:
    assert (await shop.get_order(ADA, spelling)).id == "#AF10326"


@pytest.mark.parametrize(
    "spelling", ["#10326", "AG10326", "AF1032", "0326", "AF10326A", "", "#", "%", "AF10326' OR 1=1"]
)
async def test_another_number_is_not_guessed(shop: SqlOrderBackend, spelling: str) -> None:
    with pytest.raises(Refused):
        await shop.get_order(ADA, spelling)


async def test_foreign_and_unknown_orders_are_refused_in_the_same_words(shop: SqlOrderBackend) -> None:
    answers = []
    for customer, order in [("malik_osei_1002", "#AF10326"), ("malik_osei_1002", "#AF99999"), ("nobody", "#AF10326")]:
        with pytest.raises(Refused) as refusal:
            await shop.get_order(customer, order)
        answers.append(str(refusal.value))
    assert len(set(answers)) == 1


async def test_bare_digits_of_a_foreign_order_are_refused_too(shop: SqlOrderBackend) -> None:
    with pytest.raises(Refused):
        await shop.get_order("malik_osei_1002", "10326")


async def test_orders_come_newest_first_and_are_only_the_customers(shop: SqlOrderBackend) -> None:
    found = await shop.list_orders(ADA)
    dates = [order.ordered_at for order in found]
    assert len(found) == 5
    assert all(dates)
    assert dates == sorted(dates, key=lambda day: day.toordinal() if day else 0, reverse=True)
    assert {order.customer_id for order in found} == {ADA}
    assert await shop.list_orders("nobody") == []


async def test_a_customer_is_found_by_email_or_by_name_and_postcode(shop: SqlOrderBackend) -> None:
    ada = await shop.get_customer(ADA)
    assert await shop.find_customer(email=" Ada.Brook@Example.com ") == ada
    assert await shop.find_customer_by_name(first_name="ADA", last_name=" brook", zip_code="97205") == ada
    assert await shop.find_customer(email="ada") is None
    assert await shop.find_customer_by_name(first_name="Ada", last_name="Brook", zip_code="97206") is None
    with pytest.raises(Refused, match="sign in"):
        await shop.get_customer("nobody")


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("kettle", "Gooseneck Kettle"),
        ("do you have kettles in copper?", "Gooseneck Kettle"),
        ("a wool blanket in heather", "Wool Blanket"),
        ("P2011", "Wool Blanket"),
        ("s200101", "Gooseneck Kettle"),
        ("pour-over set", "Pour-Over Coffee Set"),
    ],
)
async def test_a_product_is_found_by_words_or_ids(shop: SqlOrderBackend, words: str, best: str) -> None:
    assert (await shop.find_products(words, limit=2))[0].name == best


@pytest.mark.parametrize("words", ["", "?", "%", "_", "submarine"])
async def test_no_product_is_invented(shop: SqlOrderBackend, words: str) -> None:
    assert await shop.find_products(words, limit=3) == []


async def test_an_unknown_product_is_refused(shop: SqlOrderBackend) -> None:
    assert (await shop.get_product("P2001")).name == "Gooseneck Kettle"
    with pytest.raises(Refused):
        await shop.get_product("P1")


async def test_a_missing_shop_says_what_to_run_and_creates_nothing(tmp_path: Path) -> None:
    shop = SqlOrderBackend(f"sqlite:///{tmp_path / 'shop.db'}")
    with pytest.raises(BackendUnavailable, match="support-agent orders import FILE"):
        await shop.get_order(ADA, "#AF10326")
    assert not (tmp_path / "shop.db").exists()
    (tmp_path / "shop.db").touch()
    with pytest.raises(BackendUnavailable, match="support-agent orders import FILE"):
        await shop.get_customer(ADA)
    await shop.close()


async def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    shop = SqlOrderBackend("postgresql://ada:secret-word@127.0.0.1:1/shop")
    with pytest.raises(BackendUnavailable, match="does not answer") as failure:
        await shop.get_order(ADA, "#AF10326")
    await shop.close()
    assert "secret-word" not in str(failure.value)


def test_one_backend_serves_several_event_loops(url: str) -> None:
    shop = SqlOrderBackend(url)

    async def check() -> str:
        found = await shop.check()
        await shop.close()
        return found

    assert asyncio.run(check()) == asyncio.run(check()) == "40 customers, 120 orders, 25 products"


@pytest.mark.skipif(not TAU3.exists(), reason="shared data is absent")
async def test_the_tracking_id_of_the_tau_shop_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tau.db'}"
    await asyncio.to_thread(import_shop, TAU3, url)
    tau = SqlOrderBackend(url)
    order = await tau.get_order("james_li_5688", "#W2611340")
    await tau.close()
    assert order.fulfilments[0].tracking_ids == ("357962501027",)

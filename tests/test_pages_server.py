"""Ask the server for what the pages are made of: files, headers, passages, cards, and streams taken up again."""

import asyncio
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from pydantic import ValidationError

from core.language.fixed_sentences import phrase
from core.passages import Passage
from core.safety.safe_links import LinkRule
from core.settings import Settings
from graph.replies import Progress, Token
from server.inbox.broadcast import Broadcast
from server.routes.pages import PAGES, policy, read_assets
from server.views.conversation_view import card_out, cards_by_reply
from server.views.source_page import unwrapped
from server.views.thread_events import thread_events
from tests.fakes import FakeOrders
from tests.graph_fakes import RETURNS, TODAY, KeywordRetriever, call, confirmed_actions, scripted
from tests.server_fakes import Running, bearer, serving
from tools.connectors.declared_cards import declared_cards
from tools.record_cards import without_said
from tools.retail.policy import load_policy
from tools.retail.shop_tools import make_tools
from tools.retail.shown_records import order_cards

SHOP = "https://shop.example"


async def test_pages_carry_a_strict_policy_and_files_are_kept_for_ever(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        for path in PAGES:
            page = await server.client.get(path)
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "connect-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "require-trusted-types-for 'script'" in policy
            assert "unsafe" not in policy
            assert page.headers["x-frame-options"] == "DENY"
            assert page.headers["x-content-type-options"] == "nosniff"
            assert page.headers["cache-control"] == "no-cache"
            for address in set(re.findall(r'(?:src|href)="([^"]+)"', page.text)) - PAGES.keys():
                file = await server.client.get(address)
                assert file.status_code == 200, address
                assert "immutable" in file.headers["cache-control"]
            again = await server.client.get(path, headers={"If-None-Match": page.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


async def test_files_are_packed_where_the_browser_unpacks(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        plain = await server.client.get("/web/old/theme.css", headers={"Accept-Encoding": "identity"})
        packed = await server.client.get("/web/old/theme.css", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
        assert plain.headers["cache-control"] == "no-cache"  # an address of another version is not kept


@pytest.mark.parametrize("path", ["chat.html", "..%2f__init__.py", "..%2f..%2fcore/settings.py", "nothing.js", ""])
async def test_nothing_but_the_files_of_pages_is_served(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as server:
        assert (await server.client.get(f"/web/x/{path}")).status_code == 404


async def test_only_named_origins_may_embed_and_call(tmp_path: Path) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with serving(tmp_path, embed_origins=f"{SHOP}, https://b.example") as server:
        page = await server.client.get("/chat")
        assert f"frame-ancestors {SHOP} https://b.example" in page.headers["content-security-policy"]
        assert "x-frame-options" not in page.headers
        desk = await server.client.get("/desk")  # a click in a frame could be made to approve something
        assert "frame-ancestors 'none'" in desk.headers["content-security-policy"]
        allowed = await server.client.options("/v1/messages", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == SHOP
        strange = await server.client.options("/v1/messages", headers=asked | {"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in strange.headers
        refused = await server.client.post("/v1/messages", json={}, headers={"Origin": SHOP})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, SHOP)
        script = await server.client.get("/widget.js", headers={"Origin": "https://any.example"})
        assert script.headers["access-control-allow-origin"] == "*"
    async with serving(tmp_path / "closed") as server:
        closed = await server.client.options("/v1/messages", headers=asked)
        assert "access-control-allow-origin" not in closed.headers


@pytest.mark.parametrize("origins", ["*", "shop.example", "https://a.example; script-src *", "https://a.example/path"])
def test_what_is_no_origin_is_refused(origins: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"embed_origins": origins})


async def test_a_source_opens_as_text_at_its_heading(tmp_path: Path) -> None:
    bad = Passage(
        id="a#1 <x>",
        article_id="a",
        title="Returns & <b>refunds</b>",
        text="<script>alert(1)</script> You can return items.",
        headings=("Time limits",),
        url="javascript:alert(1)",
    )
    async with serving(
        tmp_path, scripted("You can return items. [1]"), made_of={"retriever": KeywordRetriever(bad)}
    ) as server:
        [source] = (await server.say("ada", "how do I return items?"))["reply"]["sources"]
        assert source["page"].endswith("#time-limits")
        page = await server.client.get(source["page"])
        assert page.status_code == 200
        assert '<h2 id="time-limits"' in page.text
        assert "&lt;script&gt;" in page.text
        assert "<b>" not in page.text
        assert "javascript:" not in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        gone = await server.client.get("/sources/unknown")
        assert gone.status_code == 404
        assert "Ask again in the chat" in gone.text
        assert gone.headers["content-type"].startswith("text/html")


def test_the_lines_of_a_paragraph_are_joined_and_lists_and_addresses_stay() -> None:
    wrapped = "Furniture, grills and other bulky goods travel by freight, and the carrier\ncalls you.\n\nA second one."
    assert unwrapped(wrapped) == wrapped.replace("carrier\ncalls", "carrier calls")
    listed = f"- {'a long item of a list ' * 4}\n- another\n1. one\n\nAlder & Finch\n12 High Street\nOxford"
    assert unwrapped(listed) == listed


def test_the_customers_page_is_small() -> None:
    files = loaded_by("chat.html", later=True)
    assert {"api.js", "cards.js", "chat.css", "conversation.js", "sse.js", "theme.css", "view.js", "words.js"} <= files
    assert packed(files) < 45_000, sorted(files)


def test_the_closed_chat_is_a_small_part_of_somebodys_page() -> None:
    files = loaded_by("widget.js", later=False) | {"theme.css", "launcher.css"}
    assert "conversation.js" not in files
    assert packed(files) < 15_000, sorted(files)


def loaded_by(first: str, *, later: bool) -> set[str]:
    """Return the files that a page or a script loads, and those it loads later too if wanted."""
    _, assets = read_assets()
    wanted, files = [first, "words/ar.js"], set[str]()
    names = r'="/web/[^/]+/([^"]+)"|from "\./([^"]+)"' + (r'|import\("\./([\w-]+\.js)"\)' if later else "")
    while wanted:
        name = wanted.pop()
        files.add(name)
        linked = re.findall(names, assets[name].body.decode())
        parts = [part for found in linked for part in ([found] if isinstance(found, str) else found) if part]
        wanted += [part for part in parts if part not in files]
    return files | ({"chat.css", "theme.css"} if later else set())


def packed(files: set[str]) -> int:
    """Return how many bytes files are as they are sent."""
    _, assets = read_assets()
    return sum(len(assets[name].packed) for name in files)


def cancelling(tracking_url: str | None = None) -> dict[str, Any]:
    """Return the parts of an agent that may cancel orders."""
    orders = FakeOrders()
    tools = make_tools(orders, KeywordRetriever(RETURNS), load_policy(), lambda: TODAY, tracking_url)
    return {"actions": confirmed_actions(orders), "tools": tools}


CANCEL = call("cancel_order", order_id="#AF1", reason="ordered by mistake")


async def test_an_order_that_was_looked_up_comes_as_a_card_with_what_can_be_done(tmp_path: Path) -> None:
    model = scripted(call("get_order", order_id="#AF2"), "Your order #AF2 is on its way.")
    made_of = cancelling(tracking_url="https://track.example/{id}")
    async with serving(tmp_path, model, made_of=made_of) as server:
        thread = (await server.say("ada", "where is #AF2?"))["thread_id"]
        read = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).json()
        [card] = read["messages"][-1]["cards"]
        assert (card["id"], card["title"]) == ("#AF2", "Order #AF2")
        assert card["items"][0]["name"]
        links = [action["url"] for action in card["actions"] if not action["say"]]
        assert links
        assert all(link.startswith("https://track.example/") for link in links)


def test_a_tracking_id_cannot_leave_the_carriers_page_and_is_no_dead_link() -> None:
    facts = {"order_id": "#1", "status": "processed", "parcels": [{"tracking_ids": ["../../@evil.example/?x=<b>"]}]}
    [card] = order_cards(load_policy(), "https://track.example/p/{id}", facts, "en")
    assert [action.url for action in card.actions] == [
        "https://track.example/p/..%2F..%2F%40evil.example%2F%3Fx%3D%3Cb%3E"
    ]
    [plain] = order_cards(load_policy(), None, facts, "en")
    assert list(plain.actions) == []
    assert plain.fields[0].value == "../../@evil.example/?x=<b>"


@pytest.mark.parametrize(("status", "offered"), [("pending", ["Cancel"]), ("processed", []), ("cancelled", [])])
def test_a_card_offers_what_the_rules_allow(status: str, offered: list[str]) -> None:
    [card] = order_cards(load_policy(), None, {"order_id": "#1", "status": status}, "en")
    assert [action.label for action in card.actions] == offered


def test_a_card_that_can_be_acted_on_names_its_items_and_what_left_is_shipped() -> None:
    facts = {
        "order_id": "#1",
        "status": "processed",
        "items": [{"name": "Kettle"}],
        "parcels": [{"tracking_ids": ["5689"]}],
    }
    [card] = order_cards(load_policy(), "https://track.example/{id}", facts, "en")
    assert card.status == "processed"
    assert [item.name for item in without_said(card, "It holds a Kettle.").items] == ["Kettle"]
    [left] = order_cards(load_policy(), None, facts | {"shipped_at": "2026-11-26"}, "en")
    assert left.status == "shipped"
    [left] = order_cards(load_policy(), None, facts | {"shipped_at": "2026-11-26"}, "de")
    assert left.status == "versandt"


def test_a_card_speaks_the_language_of_the_page_and_leaves_out_what_the_reply_says() -> None:
    facts = {
        "order_id": "#1",
        "status": "cancelled",
        "ordered_at": "2026-11-05",
        "items": [{"name": "Kettle"}],
        "total": "5",
    }
    [card] = order_cards(load_policy(), None, facts, "de")
    assert (card.title, card.fields[0].label) == ("Bestellung #1", "Bestellt")
    assert card.fields[0].value == "5. November 2026"
    left = without_said(card, "Sie haben am 5. November 2026 ein Kettle bestellt.")
    assert ([field.label for field in left.fields], list(left.items)) == (["Summe"], [])


def test_records_of_any_connector_become_cards_of_the_fields_it_names() -> None:
    record = {
        "booking_id": "B7",
        "status": "active",
        "since": "2026-11-05T09:00:00",
        "legs": [{"from": "A", "to": "B"}],
        "x": 1,
    }
    [card] = declared_cards({"booking_id": "", "status": "", "since": {"de": "seit"}, "legs": ""}, record, "de")
    assert (card.id, card.title, card.status) == ("B7", "Booking B7", "active")
    assert [(field.label, field.value) for field in card.fields] == [("Seit", "5. November 2026, 09:00")]
    assert [(item.name, item.detail) for item in card.items] == [("A", "B")]
    assert declared_cards({"booking_id": ""}, {"other": 1}, "en") == ()


def test_pictures_of_records_come_from_the_business_alone() -> None:
    legs = [
        {"what": "Kettle", "image": f"{address}/kettle.jpg"}
        for address in ("https://img.shop.example", "https://evil.example")
    ]
    [card] = declared_cards({"id": "", "legs": ""}, {"id": 7, "legs": legs}, "en")
    shown = card_out(card, LinkRule.of(["shop.example"]))
    assert [(item.name, item.picture) for item in shown.items] == [
        ("Kettle", "https://img.shop.example/kettle.jpg"),
        ("Kettle", ""),
    ]
    assert "img-src 'self' data: blob: https://shop.example https://*.shop.example;" in policy((), ["shop.example"])


def test_records_that_the_reply_does_not_name_are_not_shown() -> None:
    drawn = {"list_orders": partial(order_cards, load_policy(), None)}
    listed = json.dumps({"orders": [{"order_id": "#AF1"}, {"order_id": "#AF2"}]})
    talk: list[AnyMessage] = [
        HumanMessage("where?", id="1"),
        call("list_orders"),
        ToolMessage(listed, tool_call_id="c1", name="list_orders"),
        AIMessage("#AF2 has left.", id="2"),
        HumanMessage("thanks", id="3"),
        AIMessage("You are welcome.", id="4"),
    ]
    found = cards_by_reply(talk, drawn, "en")
    assert {reply: [card.id for card in cards] for reply, cards in found.items()} == {"2": ["#AF2"]}
    broken = ToolMessage("not JSON {", tool_call_id="c1", name="list_orders")
    assert cards_by_reply([HumanMessage("?"), broken, AIMessage("#AF2", id="2")], drawn, "en") == {}


async def test_a_yes_counts_only_for_the_question_that_is_open(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted(CANCEL, "Sure.", "Fine."), made_of=cancelling()) as server:
        thread = (await server.say("ada", "cancel #AF1, I ordered it by mistake"))["thread_id"]
        url = f"/v1/threads/{thread}"
        [ask] = (await server.client.get(url, headers=bearer("ada"))).json()["messages"][-1]["asks"]
        [row] = await server.service.parts.actions.ledger.find(thread_id=thread)
        assert (ask["id"], ask["preview"], ask["open"]) == (row.id, row.preview, True)
        yes = {"text": "yes", "thread_id": thread}
        other = await server.client.post("/v1/messages", json=yes | {"answers": ["0"]}, headers=bearer("ada"))
        assert other.status_code == 409
        done = await server.client.post("/v1/messages", json=yes | {"answers": [ask["id"]]}, headers=bearer("ada"))
        assert "is cancelled" in done.json()["reply"]["text"]
        late = await server.client.post("/v1/messages", json=yes | {"answers": [ask["id"]]}, headers=bearer("ada"))
        assert late.status_code == 409
        messages = (await server.client.get(url, headers=bearer("ada"))).json()["messages"]
        assert [a["open"] for m in messages for a in m["asks"]] == [False]


async def test_a_page_need_not_wait_for_the_reply(tmp_path: Path) -> None:
    async with serving(tmp_path, burst_seconds=0.2) as server:
        headers = bearer("ada") | {"Prefer": "respond-async"}
        answer = await server.client.post("/v1/messages", json={"text": "how do returns work?"}, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (202, "waiting")


async def test_who_listens_late_is_told_the_turn_so_far() -> None:
    broadcast = Broadcast()
    broadcast.publish("t", Progress("Searching"))
    broadcast.publish("t", Token("You have "))
    broadcast.publish("t", Token("30 "))
    with broadcast.listening("t", caught_up=True) as late, broadcast.listening("t") as plain:
        broadcast.publish("t", Token("days."))
        assert [late.get_nowait() for _ in range(3)] == [Progress("Searching"), Token("You have 30 "), Token("days.")]
        assert [plain.get_nowait(), plain.empty()] == [Token("days."), True]
    broadcast.end_turn("t")
    with broadcast.listening("t", caught_up=True) as after:
        assert after.empty()


async def test_a_reply_is_wanted_whole_where_somebody_waits_and_nobody_reads_along() -> None:
    broadcast = Broadcast()
    assert not broadcast.wants_whole("t"), "who reads along may be on the way"
    with broadcast.listening("t", pieces=False):
        assert broadcast.wants_whole("t")
        with broadcast.listening("t"):
            assert not broadcast.wants_whole("t")


async def read_until(server: Running, thread: str, last_seen: str, name: str) -> list[tuple[str, Any]]:
    """Return the events of a thread's stream up to the first of this name."""
    row = await server.service.inbox.thread(thread, None)
    read = []
    async with asyncio.timeout(10):
        async for made in thread_events(server.service, row, last_seen):
            read.append((made["event"], json.loads(made["data"])))
            if made["event"] == name:
                return read
    raise AssertionError(f"the stream ended without {name}")


async def test_a_stream_goes_on_after_the_message_that_was_seen(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted("You have 30 days. [1]", "Yes. [1]")) as server:
        thread = (await server.say("ada", "how do returns work?"))["thread_id"]
        whole = await read_until(server, thread, "", "owner")
        assert [data["text"] for name, data in whole if name == "message"] == [
            "how do returns work?",
            "You have 30 days. [1]",
        ]
        await server.say("ada", "are returns free?", thread)
        rest = await read_until(server, thread, whole[1][1]["id"], "owner")
        assert [data["text"] for name, data in rest if name == "message"] == ["are returns free?", "Yes. [1]"]


async def test_the_stream_tells_who_has_taken_the_conversation(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        reply = await server.say("ada", "I want to talk to a person")
        ticket, olga = reply["reply"]["ticket_id"], bearer("olga", "operator")
        handoff = (await read_until(server, reply["thread_id"], "", "owner"))[-1][1]["handoff"]
        assert handoff == {
            "ticket_id": ticket,
            "stage": "pending",
            "operator": None,
            "callback": False,
            "writing": False,
            "read_at": None,
        }
        await server.client.post(f"/v1/tickets/{ticket}/take", headers=olga)
        handoff = (await read_until(server, reply["thread_id"], "", "owner"))[-1][1]["handoff"]
        assert (handoff["stage"], handoff["operator"]) == ("human", "olga")


async def test_a_page_is_told_what_to_show_before_anybody_writes(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        told = (await server.client.get("/v1/chat", params={"locale": "de"})).json()
        assert told == {
            "shop": "Alder & Finch",
            "open_chat": True,
            "voice_seconds": None,
            "disclosure": phrase("disclosure", "de", shop="Test Shop"),
            "greeting": "Guten Tag! Wie können wir Ihnen helfen?",
            "reply_time": "Der Assistent antwortet sofort, unser Team meist innerhalb von vier Stunden.",
            "suggestions": ["Wo ist meine Bestellung?", "Zeigen Sie mir meine Bestellungen."],
            "logo": "/web/now/brand/logo.svg",
            "avatar": "/web/now/brand/logo.svg",
            "sign_in": None,
            "image_mb": 8,
            "link_hosts": ["alderfinch.example"],
        }


async def test_a_visitor_stays_the_same_with_a_token_that_is_still_good(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        first = (await server.client.post("/v1/tokens")).json()["token"]
        visitor = {"Authorization": f"Bearer {first}"}
        said = await server.client.post("/v1/messages", json={"text": "how do returns work?"}, headers=visitor)
        renewed = (await server.client.post("/v1/tokens", headers=visitor)).json()["token"]
        mine = {"Authorization": f"Bearer {renewed}"}
        assert (await server.client.get(f"/v1/threads/{said.json()['thread_id']}", headers=mine)).status_code == 200
        assert (await server.client.post("/v1/tokens", headers=bearer("ada"))).status_code == 403
        assert (await server.client.post("/v1/tokens", headers={"Authorization": "Bearer x"})).status_code == 401

"""Use the command line as a person would, and as one who makes mistakes."""

import asyncio
import json
from pathlib import Path

import pytest

from cli.desk.approval_commands import decide_by_id
from cli.doctor_settings import open_to_other_tokens, still_the_samples
from core.errors import InputError
from core.settings import SAMPLE_BUSINESS, Settings
from graph.opened_stores import open_desk
from tests.desk_fakes import request
from tests.terminal import Terminal, copied_sample, fill_sample_shop
from tools.business.business_folder import read_business

SAMPLE = SAMPLE_BUSINESS / "shop.json"


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    folder = tmp_path_factory.mktemp("shop")
    fill_sample_shop(folder)
    return Terminal(folder)


@pytest.fixture
def empty(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def ask(terminal: Terminal, question: str, *options: str) -> dict[str, object]:
    out, _ = terminal.run("ask", question, "--json", *options)
    answer: dict[str, object] = json.loads(out)
    return answer


def test_a_policy_question_cites_its_article(terminal: Terminal) -> None:
    answer = ask(terminal, "How long do I have to return something?")
    assert "30 days" in str(answer["text"])
    sources = answer["sources"]
    assert isinstance(sources, list)
    assert "returns" in {source["article_id"] for source in sources}


def test_an_order_question_is_answered_from_the_shop(terminal: Terminal) -> None:
    orders = json.loads(terminal.run("orders", "show", "--customer", "ada_brook_1001", "--json")[0])
    shipped = next(order for order in orders if order["parcels"])
    answer = ask(terminal, f"Where is my order {shipped['order_id']}?", "--customer", "ada_brook_1001")
    assert str(shipped["parcels"][0]["tracking_ids"][0]) in str(answer["text"])
    assert "get_order" in str(answer["tools"])


def test_a_foreign_order_is_answered_like_one_that_does_not_exist(terminal: Terminal) -> None:
    shop = json.loads(SAMPLE.read_text())
    mine = shop["users"]["ada_brook_1001"]["orders"]
    foreign = next(number for number in shop["orders"] if number not in mine)
    unknown = "#AF99999"
    answers = [
        str(ask(terminal, f"Where is my order {number}?", "--customer", "ada_brook_1001")["text"]).replace(number, "N")
        for number in (foreign, unknown)
    ]
    assert answers[0] == answers[1]


def test_piped_lines_are_one_conversation(terminal: Terminal) -> None:
    out, _ = terminal.run("chat", text="How long do I have to return something?\n\nI want a human\nhello?\n")
    assert "30 days" in out
    assert "ticket" in out
    assert "was added to ticket" in out


def test_a_thread_is_remembered_by_the_next_command(terminal: Terminal) -> None:
    ask(terminal, "Hello", "--thread", "kept", "--customer", "ada_brook_1001")
    _, error = terminal.run("ask", "Hello", "--thread", "kept", "--customer", "malik_osei_1002", code=1)
    assert "belongs to another customer" in error


@pytest.mark.parametrize("command", [["ask", "hi"], ["chat"], ["export"], ["erase", "--yes"]])
def test_a_customer_whom_nobody_knows_is_noticed(terminal: Terminal, command: list[str]) -> None:
    _, error = terminal.run(*command, "--customer", "nobody_1", text="hi\n", code=1)
    assert "no customer 'nobody_1' in Alder & Finch" in error
    assert "support-agent orders export" in error


def test_a_customer_who_left_the_shop_can_still_be_erased(terminal: Terminal, tmp_path: Path) -> None:
    ask(terminal, "Hello", "--thread", "left", "--customer", "ada_brook_1001")
    shop = json.loads(SAMPLE.read_text())
    gone = shop["users"].pop("ada_brook_1001")
    shop["orders"] = {number: order for number, order in shop["orders"].items() if number not in gone["orders"]}
    (tmp_path / "shop.json").write_text(json.dumps(shop))
    later = f"sqlite:///{tmp_path}/later.db"
    terminal.run("orders", "import", str(tmp_path / "shop.json"), SUPPORT_ORDERS_URL=later)
    out, _ = terminal.run("erase", "--customer", "ada_brook_1001", "--yes", "--json", SUPPORT_ORDERS_URL=later)
    assert json.loads(out)["erased"]["conversations"] > 0
    _, error = terminal.run("erase", "--customer", "ada_brook_1001", "--yes", SUPPORT_ORDERS_URL=later, code=1)
    assert "no customer" in error


def test_a_thread_is_found_by_the_id_that_is_listed_or_its_beginning(terminal: Terminal) -> None:
    name = "4f6e2c1a-9b1d-4c57-8d53-a9f0c2e1b7d4"
    for thread in (name, "prefix-1", "prefix-11"):
        ask(terminal, "Hello there", "--thread", thread)
    assert name in terminal.out("threads", "show")
    for known in (name, name[:12], f"{name[:20]}…", "prefix-1"):
        assert "Hello there" in terminal.out("threads", "show", known)
        assert "offline" in terminal.out("threads", "show", known, "--costs", "--json")
    assert "2 conversations begin" in terminal.run("threads", "show", "prefix", code=1)[1]
    assert "no conversation 'x'" in terminal.run("threads", "show", "x", code=1)[1]


def test_doctor_says_what_is_open_and_what_is_missing(terminal: Terminal, empty: Terminal) -> None:
    out, _ = terminal.run("doctor", "--json")
    assert json.loads(out)["ok"]
    out, _ = empty.run("doctor", "--json", code=1)
    missing = {f["part"]: f["detail"] for f in json.loads(out)["findings"] if not f["ok"]}
    assert set(missing) == {"knowledge", "shop"}
    assert "support-agent ingest" in missing["knowledge"]
    assert "support-agent orders import" in missing["shop"]


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"SUPPORT_PRICES_FILE": "/nope.yaml"}, "prices"),
        ({"SUPPORT_JWT_KEYS": "/nope.json"}, "tokens"),
        ({"SUPPORT_JWT_SECRET": "short"}, "tokens"),
        ({"SUPPORT_TURN_BUDGET": "much"}, "limits"),
        ({"SUPPORT_CODE_SENDER": "pigeon"}, "codes"),
    ],
)
def test_doctor_notices_a_setting_that_would_stop_the_agent(
    empty: Terminal, settings: dict[str, str], part: str
) -> None:
    out, _ = empty.run("doctor", "--json", code=1, **settings)
    wrong = {f["part"] for f in json.loads(out)["findings"] if not f["ok"]}
    assert part in wrong


def test_doctor_prints_no_key_that_stands_where_it_should_not(empty: Terminal) -> None:
    key = "sk-0123456789abcdef0123456789abcdef"
    out, _ = empty.run("doctor", "--json", code=1, SUPPORT_LIMITS=key)
    assert "SUPPORT_LIMITS" in out
    assert key not in out


def test_doctor_notices_files_of_the_business_that_would_stop_the_agent(empty: Terminal, tmp_path: Path) -> None:
    mine = copied_sample(tmp_path / "mine")
    (mine / "policy.yaml").write_text("currency: x")
    (mine / "queues.yaml").write_text("- {name: A}")
    out, _ = empty.run("doctor", "--json", code=1, SUPPORT_BUSINESS=str(mine))
    assert {"policy", "queues", "business"} <= {f["part"] for f in json.loads(out)["findings"] if not f["ok"]}


def test_doctor_says_why_tokens_without_audience_and_issuer_are_dangerous() -> None:
    keys = {"jwt_keys": "https://sign-in.example/keys"}
    hints = " ".join(open_to_other_tokens(Settings.model_validate(keys)))
    assert "SUPPORT_JWT_AUDIENCE" in hints
    assert "SUPPORT_JWT_ISSUER" in hints
    named = keys | {"jwt_audience": "support", "jwt_issuer": "https://sign-in.example"}
    assert open_to_other_tokens(Settings.model_validate(named)) == []
    assert open_to_other_tokens(Settings.model_validate({})) == []


def test_doctor_hints_at_what_is_still_the_sample_shops(tmp_path: Path) -> None:
    address = ["https://help.gearkeep.example/returns"]
    sample = read_business(SAMPLE_BUSINESS)
    hints = " ".join(still_the_samples(sample, own_shop=True, article_urls=address))
    for name in ("Alder & Finch", "SUPPORT_BUSINESS", "link_hosts"):
        assert name in hints
    (tmp_path / "business.yaml").write_text("name: Gearkeep\nlink_hosts: [gearkeep.example]\n")
    assert still_the_samples(read_business(tmp_path), own_shop=True, article_urls=address) == []
    here = ["https://help.alderfinch.example/returns"]
    assert still_the_samples(sample, own_shop=False, article_urls=here) == []


def test_doctor_looks_whose_shop_and_articles_there_are(terminal: Terminal, tmp_path: Path) -> None:
    def hints() -> list[str]:
        found = json.loads(terminal.run("doctor", "--json")[0])["findings"]
        return [finding["detail"] for finding in found if finding["hint"]]

    mine = f"sqlite:///{tmp_path}/mine.db"
    assert hints() == []
    (tmp_path / "shop.json").write_text(SAMPLE.read_text().replace("ada_brook_1001", "ann"))
    terminal.settings["SUPPORT_ORDERS_URL"] = mine
    terminal.run("orders", "import", str(tmp_path / "shop.json"))
    assert any("still those of the sample" in hint for hint in hints())


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (["ask", " "], {}, "empty"),
        (["ask", " ", "--triage"], {}, "empty"),
        (["ask", "x" * 500_000], {}, "at most 8,000"),
        (["ask", "hi"], {"SUPPORT_MODLE": "x"}, "SUPPORT_MODLE is not a setting"),
        (["ask", "hi"], {"SUPPORT_MODEL": "x"}, "set SUPPORT_BASE_URL"),
        (["ask", "hi"], {"SUPPORT_DATA_DIR": "/nonexistent"}, "support-agent ingest"),
        (["ask", "hi"], {"SUPPORT_DATABASE_URL": "redis://x"}, "SUPPORT_DATABASE_URL"),
        (["orders", "import", "nowhere.json"], {}, "nowhere.json"),
        (["ingest", "nowhere"], {}, "nowhere"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    terminal: Terminal, arguments: list[str], settings: dict[str, str], words: str
) -> None:
    _, error = terminal.run(*arguments, code=1, **settings)
    assert words in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1


def test_a_ticket_without_a_waiting_action_cannot_be_approved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUPPORT_DATA_DIR", str(tmp_path))

    async def opened_ticket() -> str:
        desk = open_desk(Settings.from_env())
        ticket = await desk.open_ticket(request("thread"))
        await desk.close()
        return ticket.id

    with pytest.raises(InputError, match="0 actions of this ticket's conversation"):
        decide_by_id(asyncio.run(opened_ticket()), {"type": "approve"}, "mia", as_json=False)

"""Pictures come in by every way, keep their pixels alone, and are looked at by a model or a person."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from PIL import Image, ImageOps

from core.language.fixed_sentences import phrase
from core.pictures import PictureRefused, read_picture
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.intake.attachments import PICTURE
from server.dev_server.run_validation import only_user_messages
from tests.graph_fakes import parts, scripted
from tests.server_fakes import Running, bearer, serving

HEIC = b"\x00\x00\x00\x18ftypheic" + b"\0" * 64
MESSAGES = "/v1/messages"


def drawn(kind: str = "JPEG", size: tuple[int, int] = (80, 40), mode: str = "RGB", **more: Any) -> bytes:
    """Return a picture file."""
    written = io.BytesIO()
    Image.new(mode, size).save(written, kind, **more)
    return written.getvalue()


def block(data: bytes) -> dict[str, Any]:
    """Return a content part as OpenAI's clients write it."""
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(data).decode()}"}}


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
def test_a_picture_keeps_its_pixels_and_nothing_else(kind: str, mode: str) -> None:
    place = Image.Exif()
    place[0x010E] = "taken at 12 Elm Street"
    place[0x0112] = 6  # turned by a quarter
    kept = read_picture(drawn(kind, mode=mode, exif=place))
    data = base64.b64decode(kept["data"])
    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (40, 80), {})
    assert b"Elm" not in data
    assert (kept["width"], kept["height"]) == (40, 80)


def test_a_large_picture_becomes_one_that_models_look_at() -> None:
    assert read_picture(drawn(size=(4_000, 2_000)))["width"] == 1_568


def test_a_jpeg_of_more_scans_than_any_camera_writes_is_refused_before_it_is_read() -> None:
    plain = drawn(size=(64, 64), progressive=True)
    scan = plain[plain.rindex(b"\xff\xda") : -2]
    assert read_picture(plain)["width"] == 64
    with pytest.raises(PictureRefused):
        read_picture(plain[:-2] + scan * 1_000 + plain[-2:])


def test_a_large_picture_is_scaled_before_anything_else_is_done_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[int] = []

    def noted(image: Image.Image) -> Image.Image:
        turned.append(image.width)
        return image

    monkeypatch.setattr(ImageOps, "exif_transpose", noted)
    read_picture(drawn("PNG", (4_000, 3_000)))
    assert turned == [1_568]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (HEIC, "picture_heic"),
        (b"%PDF-1.7 no picture", "picture_unusable"),
        (drawn()[:300], "picture_unusable"),
        (drawn("GIF"), "picture_unusable"),
        (drawn("PNG", (20_000, 3_000), "1"), "picture_unusable"),
        (b"\xff\xd8" + b"\0" * 8_000_001, "picture_unusable"),
    ],
    ids=["heic", "pdf", "broken", "gif", "sixty million pixels", "too many bytes"],
)
def test_what_cannot_be_looked_at_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        read_picture(data)
    assert refused.value.why == why


def agent(*answers: str, sees: bool) -> tuple[SupportAgent, Any]:
    """Return an agent and its model."""
    model = scripted(*answers)
    made = parts(model, sees=sees)
    return SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=1000), made


async def test_a_model_that_sees_is_shown_the_picture() -> None:
    talk, made = agent("You have 30 days. [1]", sees=True)
    reply = await talk.send("t", HumanMessage([{"type": "text", "text": "how do returns work?"}, block(drawn())]))
    assert reply.text == "You have 30 days. [1]"
    shown = made.model.requests[0][-1].content
    assert [part["type"] for part in shown if isinstance(part, dict)] == ["image_url"]
    assert shown[1]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    [kept, *_] = (await talk.state("t")).messages
    assert kept.text == "how do returns work?"
    assert kept.additional_kwargs["pictures"][0]["width"] == 80


async def test_without_a_model_that_sees_a_person_looks_at_it() -> None:
    talk, made = agent(sees=False)
    reply = await talk.send("t", HumanMessage([block(drawn("PNG"))]))
    assert reply.text.startswith(phrase("picture_for_colleague", "en"))
    assert reply.owner == "pending"
    assert made.model.requests == []
    ticket = await made.desk.get_ticket(str(reply.ticket_id))
    assert "picture" in f"{ticket}"
    assert (await talk.state("t")).messages[0].text == PICTURE


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (block(HEIC), "picture_heic"),
        ({"type": "image_url", "image_url": {"url": "https://elsewhere.example/a.png"}}, "picture_unusable"),
        ({"type": "image", "base64": "no base64!", "mime_type": "image/png"}, "picture_unusable"),
    ],
)
async def test_a_picture_of_no_use_is_told_and_nothing_is_fetched(sent: dict[str, Any], told: str) -> None:
    talk, made = agent("never asked", sees=True)
    reply = await talk.send("t", HumanMessage([{"type": "text", "text": "my cup"}, sent]))
    assert reply.text == phrase(told, "en")
    assert made.model.requests == []


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path, made_of={"sees": True}) as running:
        yield running


async def test_a_form_brings_pictures_that_its_owner_and_staff_can_read(server: Running) -> None:
    files = [("images", ("cup.png", drawn("PNG"), "image/png"))]
    sent = await server.client.post(MESSAGES, data={"text": "how do returns work?"}, files=files, headers=bearer("ada"))
    assert sent.status_code == 200, sent.text
    thread = f"/v1/threads/{sent.json()['thread_id']}"
    [asked, _] = (await server.client.get(thread, headers=bearer("ada"))).json()["messages"]
    [image] = asked["images"]
    assert (image["width"], image["height"]) == (80, 40)
    for who in (bearer("ada"), bearer("olga", "operator")):
        got = await server.client.get(image["url"], headers=who)
        assert (got.status_code, got.headers["content-type"], got.content[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert (await server.client.get(image["url"], headers=bearer("eve"))).status_code == 404
    assert (await server.client.get(f"{thread}/images/none.0", headers=bearer("ada"))).status_code == 404


async def test_a_picture_alone_is_a_message_and_a_wrong_one_is_refused(server: Running) -> None:
    alone = await server.client.post(MESSAGES, files=[("images", ("a.jpg", drawn()))], headers=bearer("ada"))
    assert alone.status_code == 200, alone.text
    wrong = await server.client.post(
        MESSAGES, data={"text": "x", "locale": "de"}, files=[("images", ("a.heic", HEIC))], headers=bearer("ada")
    )
    assert (wrong.status_code, wrong.json()["detail"]) == (415, phrase("picture_heic", "de"))
    field = await server.client.post(MESSAGES, data={"text": "x", "other": "y"}, files=[], headers=bearer("ada"))
    assert field.status_code in (415, 422)


async def test_an_operator_sends_pictures_that_the_customer_sees_once(server: Running) -> None:
    olga = bearer("olga", "operator")
    handed = await server.say("ada", "I want to talk to a person")
    thread, ticket = handed["thread_id"], handed["reply"]["ticket_id"]
    for _ in range(2):  # the same reply twice is one
        sent = await server.client.post(
            f"/v1/tickets/{ticket}/reply",
            data={"text": "It goes in here.", "key": "k"},
            files=[("images", ("label.png", drawn("PNG"), "image/png"))],
            headers=olga,
        )
        assert sent.status_code == 200, sent.text
    read = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).json()["messages"]
    [reply] = [said for said in read if said["role"] == "operator"]
    [image] = reply["images"]
    entries = (await server.client.get(f"/v1/desk/conversations/{thread}", headers=olga)).json()["entries"]
    assert [entry["images"] for entry in entries if entry["role"] == "operator"] == [[image]]
    got = await server.client.get(image["url"], headers=bearer("ada"))
    assert (got.status_code, got.content[:2]) == (200, b"\xff\xd8")
    quiet = await server.client.post(
        f"/v1/tickets/{ticket}/reply", data={"text": " "}, files=[("images", ("a.png", drawn("PNG")))], headers=olga
    )
    assert quiet.status_code in (409, 422)
    wrong = await server.client.post(
        f"/v1/tickets/{ticket}/reply", data={"text": "x"}, files=[("images", ("a.heic", HEIC))], headers=olga
    )
    assert wrong.status_code == 415


async def complete(server: Running, content: list[dict[str, Any]], *earlier: dict[str, Any]) -> httpx.Response:
    """Send a message as OpenAI's clients do."""
    body = {"messages": [*earlier, {"role": "user", "content": content}]}
    return await server.client.post("/v1/chat/completions", json=body, headers=bearer("ada"))


async def test_an_openai_client_may_send_pictures_and_its_conversation_goes_on(server: Running) -> None:
    asked = [{"type": "text", "text": "how do returns work?"}, block(drawn("PNG"))]
    first = await complete(server, asked)
    assert first.status_code == 200, first.text
    said = first.json()["choices"][0]["message"]["content"]
    again = await complete(
        server, [block(drawn())], {"role": "user", "content": asked}, {"role": "assistant", "content": said}
    )
    assert again.status_code == 200, again.text
    [thread] = (await server.client.get("/v1/threads", headers=bearer("ada"))).json()["threads"]
    shown = (await server.client.get(f"/v1/threads/{thread['thread_id']}", headers=bearer("ada"))).json()["messages"]
    sent = [(m["text"], [image["width"] for image in m["images"]]) for m in shown if m["role"] == "customer"]
    assert sent == [("how do returns work?", [80]), (PICTURE, [80])]


@pytest.mark.parametrize(
    ("parts_", "status", "why"),
    [
        ([block(HEIC)], 415, phrase("picture_heic", "en")),
        ([{"type": "image_url", "image_url": {"url": "https://elsewhere.example/a.png"}}], 422, "data: URL"),
        (
            [{"type": "image_url", "image_url": {"url": "data:image/png;base64,no base64!"}}],
            415,
            "cannot use this picture",
        ),
        ([block(drawn())] * 5, 422, "at most 4 pictures"),
    ],
    ids=["heic", "address", "no base64", "five"],
)
async def test_an_openai_client_is_told_why_a_picture_is_of_no_use(
    server: Running, parts_: list[dict[str, Any]], status: int, why: str
) -> None:
    refused = await complete(server, [{"type": "text", "text": "my cup"}, *parts_])
    assert (refused.status_code, why in refused.json()["error"]["message"]) == (status, True), refused.text
    assert (await server.client.get("/v1/threads", headers=bearer("ada"))).json()["threads"] == []


async def test_a_picture_of_some_megabytes_fits_into_a_request_of_an_openai_client(server: Running) -> None:
    noise = Image.effect_noise((1_600, 1_600), 100)
    written = io.BytesIO()
    noise.save(written, "PNG")
    assert len(written.getvalue()) > 2_000_000
    assert (await complete(server, [block(written.getvalue())])).status_code == 200


def test_the_development_server_takes_pictures_as_content_parts() -> None:
    sent = [{"role": "user", "content": [{"type": "text", "text": "my cup"}, block(drawn())]}]
    value: dict[str, Any] = {"thread_id": "t", "kwargs": {"input": {"messages": sent}}}
    assert only_user_messages(value, customer_id="ada", owner="customer:ada") is None
    [message] = value["kwargs"]["input"]["messages"]
    assert [part["type"] for part in message["content"]] == ["text", "image_url"]

"""One-time codes leave by the way a setting names, and a setting that cannot work is refused without showing its
password.
"""

import asyncio
import json

import httpx
import pytest

from core.errors import BackendUnavailable, SettingsError
from tools.desk.webhook import signature
from tools.identity.code_senders import ConsoleSender, MailSender, WebhookSender, open_sender


async def mail_server(received: list[str]) -> asyncio.Server:
    """Return a mail server on loopback that takes one message a connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            command = line.strip().upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                while (text := await reader.readline()) != b".\r\n":
                    received.append(text.decode())
            writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
            if command == b"QUIT":
                break
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


@pytest.mark.server
async def test_a_code_goes_out_by_mail() -> None:
    received: list[str] = []
    server = await mail_server(received)
    port = server.sockets[0].getsockname()[1]
    sender = MailSender(f"smtp://127.0.0.1:{port}?from=shop@example.com", business_name="Alder")
    await sender.send(email="ada@example.com", code="123456", minutes=10)
    server.close()
    mail = "".join(received)
    assert "To: ada@example.com" in mail
    assert "123456" in mail
    assert "10 minutes" in mail


@pytest.mark.server
async def test_a_mail_server_that_is_down_is_reported_without_the_code() -> None:
    sender = MailSender("smtp://127.0.0.1:1?from=shop@example.com", business_name="Alder")
    with pytest.raises(BackendUnavailable) as error:
        await sender.send(email="ada@example.com", code="123456", minutes=10)
    assert "SUPPORT_CODE_SENDER" in str(error.value)
    assert "123456" not in str(error.value)


async def test_a_code_is_posted_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204 if len(seen) == 1 else 500)

    real = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **kw: real(transport=httpx.MockTransport(take), **kw))
    sender = WebhookSender("https://shop.example/codes", secret="key")
    await sender.send(email="ada@example.com", code="123456", minutes=10)
    [request] = seen
    body, headers = request.content.decode(), request.headers
    assert json.loads(body) == {"email": "ada@example.com", "code": "123456", "minutes": 10}
    wanted = signature("key", headers["webhook-id"], headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == wanted
    with pytest.raises(BackendUnavailable, match="SUPPORT_CODE_SENDER"):
        await sender.send(email="ada@example.com", code="123456", minutes=10)


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("smtp://ada:hunter2@mail.example", "names no sender"),
        ("https://ada:hunter2@shop.example", "SUPPORT_CODE_WEBHOOK_SECRET"),
        ("pigeon://ada:hunter2@roof", "wanted console"),
    ],
)
def test_a_sender_that_cannot_work_is_refused(where: str, wanted: str) -> None:
    with pytest.raises(SettingsError, match=wanted) as error:
        open_sender(where, secret=None, business_name="Alder")
    assert "hunter2" not in str(error.value)


def test_codes_are_posted_encrypted_only() -> None:
    with pytest.raises(SettingsError, match="https://"):
        open_sender("http://shop.example", secret="key", business_name="Alder")


def test_the_setting_names_the_sender() -> None:
    assert open_sender(None, secret=None, business_name="Alder") is None
    assert isinstance(open_sender("console", secret=None, business_name="Alder"), ConsoleSender)
    mail = open_sender("smtps://mail.example?from=shop@example.com", secret=None, business_name="Alder")
    assert isinstance(mail, MailSender)

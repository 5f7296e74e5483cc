"""Send one-time codes: to the terminal while developing, by e-mail, or through a web service of the business."""

import asyncio
import json
import smtplib
import ssl
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from core.errors import BackendUnavailable, SettingsError
from tools.identity.verification import CodeSender

TIMEOUT_SECONDS = 10.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")
WANTED = "wanted console, smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS, smtps://… or https://…"


class ConsoleSender:
    """Print codes on standard error, for development: whoever reads the terminal is every customer."""

    async def send(self, *, email: str, code: str, minutes: int) -> None:
        """Print the code and for whom it is."""
        sys.stderr.write(f"[one-time code for {email}: {code}, good for {minutes} minutes]\n")
        sys.stderr.flush()


class MailSender:
    """Send codes by e-mail through an SMTP server (RFC 5321), encrypted unless the server is on this machine."""

    def __init__(self, url: str, *, business_name: str) -> None:
        """Take the server, and the sender's address as `?from=`; raises SettingsError where that is missing."""
        parts = urlsplit(url)
        senders = parse_qs(parts.query).get("from")
        if not senders:
            raise SettingsError("SUPPORT_CODE_SENDER names no sender; write …?from=support@example.com at its end")
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "localhost", parts.port or (465 if self._tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender, self._business_name = senders[0], business_name

    async def send(self, *, email: str, code: str, minutes: int) -> None:
        """Hand the mail to the server; raises BackendUnavailable when it is not taken."""
        message = EmailMessage()
        message["Subject"] = f"Your one-time code for {self._business_name}"
        message["From"], message["To"] = self._sender, email
        message.set_content(
            f"Your one-time code for the chat with {self._business_name} is {code}.\n\n"
            f"It is good for {minutes} minutes. "
            "If you did not ask for it, ignore this message and give the code to nobody."
        )
        try:
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException) as error:
            raise BackendUnavailable(
                f"the mail server {self._host}:{self._port} did not take the message ({type(error).__name__}); "
                "check SUPPORT_CODE_SENDER"
            ) from None

    def _deliver(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        with server:
            if not self._tls and self._host not in LOOPBACK:
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)


class WebhookSender:
    """Post codes to the business, which brings them to the customer; signed as in `tools/desk/webhook.py`."""

    def __init__(self, url: str, *, secret: str) -> None:
        self._url, self._secret = url, secret

    async def send(self, *, email: str, code: str, minutes: int) -> None:
        """Post `{"email", "code", "minutes"}`; raises BackendUnavailable when it is not taken."""
        import httpx  # loaded where codes are sent so

        from tools.desk.webhook import signature

        body = json.dumps({"email": email, "code": code, "minutes": minutes})
        uid, stamp = f"code_{uuid4().hex}", str(int(datetime.now(UTC).timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": uid,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._secret, uid, stamp, body),
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.post(self._url, content=body.encode(), headers=headers)
                response.raise_for_status()
        except httpx.HTTPError as error:
            raise BackendUnavailable(
                f"the sender of one-time codes did not take the code ({type(error).__name__}); check "
                f"SUPPORT_CODE_SENDER"
            ) from None


def open_sender(where: str | None, *, secret: str | None, business_name: str) -> CodeSender | None:
    """Return the sender a setting names, or None where none is set.

    Raises:
        SettingsError: it is of no known kind, or what its kind needs is missing; the setting itself may hold a password
            and is not shown.
    """
    match where.partition(":")[0].lower() if where else None:
        case None:
            return None
        case "console":
            return ConsoleSender()
        case "smtp" | "smtps":
            return MailSender(str(where), business_name=business_name)
        case "http" | "https":
            if not secret:
                raise SettingsError(
                    "SUPPORT_CODE_SENDER is an address but SUPPORT_CODE_WEBHOOK_SECRET is not set; set a "
                    "secret the receiver knows"
                )
            if str(where).startswith("http:") and urlsplit(str(where)).hostname not in LOOPBACK:
                raise SettingsError("SUPPORT_CODE_SENDER is not encrypted; use an https:// address")
            return WebhookSender(str(where), secret=secret)
        case _:
            raise SettingsError(f"SUPPORT_CODE_SENDER is of no known kind; {WANTED}")

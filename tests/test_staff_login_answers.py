"""A sign-in service that answers with nonsense lets nobody in, and is told as one that does not answer."""

import json
from typing import Any

import httpx
import pytest

from core.errors import BackendUnavailable, TokenRejected
from server.http.staff_login import StaffLogin
from tests.server_fakes import settings_in

ISSUER = "https://login.example"
DESCRIBED = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
KEPT = {"state": "s", "nonce": "n", "verifier": "v"}


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    "nonsense",
    [b"", b"<html>", b"[]", b"null", b"[" * 100_000, b" " * 2_000_000, b'{"id_token": 5, "keys": 7, "issuer": 3}',
     b'{"id_token": "a.b.c", "keys": [5, null, {}]}'],
)  # fmt: skip
async def test_nonsense_signs_nobody_in(tmp_path: Any, place: str, nonsense: bytes) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == place:
            return httpx.Response(200, content=nonsense)
        told = DESCRIBED if "well-known" in request.url.path else {"id_token": "a.b.c", "keys": []}
        return httpx.Response(200, content=json.dumps(told))

    named = {"staff_login_issuer": ISSUER, "staff_login_client_id": "desk", "staff_login_client_secret": "a-secret"}
    login = StaffLogin(settings_in(tmp_path, **named), transport=httpx.MockTransport(answer))
    with pytest.raises((BackendUnavailable, TokenRejected)):
        await login.finish("code", KEPT, "https://shop.example/callback")

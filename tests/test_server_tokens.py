"""Tokens are verified while the sign-in service is down, can be revoked, and do not live for ever."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from core.errors import BackendUnavailable, TokenRejected
from core.settings import Settings
from server.token_keys import FRESH_SECONDS, RETRY_SECONDS, STALE_SECONDS, RemoteKeys, open_keys
from server.tokens import Tokens, tokens_of

SECRET = "s" * 40
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SOON = int(time.time()) + 20_000  # a whole run of the tests may take an hour on a busy machine


def signed(kid: str = "k1", **changes: Any) -> str:
    return jwt.encode({"sub": "ada", "exp": SOON} | changes, PRIVATE, algorithm="RS256", headers={"kid": kid})


class SignInService:
    """Stand in for the service that publishes the keys, and for the clock."""

    def __init__(self) -> None:
        self.down, self.asked, self.now = False, 0, 1000.0
        self.keys: Mapping[str, Any] = {"k1": PRIVATE.public_key()}
        self.tokens = Tokens(keys=RemoteKeys(self.fetch, clock=lambda: self.now))

    def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("connection refused")
        return self.keys

    async def settled(self) -> None:
        """Wait for what is fetched aside: whoever asks for an unknown key waits for the same fetch."""
        with pytest.raises((TokenRejected, BackendUnavailable)):
            await self.tokens.verify(signed("unknown"))


async def test_while_the_sign_in_service_is_down_valid_tokens_go_on_being_accepted() -> None:
    service = SignInService()
    assert (await service.tokens.verify(signed())).subject == "ada"
    service.down = True
    service.now += FRESH_SECONDS + 5
    for _ in range(5):
        assert (await service.tokens.verify(signed())).subject == "ada"
    await service.settled()
    assert service.asked == 2
    service.now += STALE_SECONDS
    with pytest.raises(BackendUnavailable):
        await service.tokens.verify(signed())


async def test_keys_that_grew_old_are_fetched_aside_and_a_withdrawn_one_is_gone_then() -> None:
    service = SignInService()
    await service.tokens.verify(signed())
    service.keys = {"k2": PRIVATE.public_key()}
    service.now += FRESH_SECONDS + 5
    assert (await service.tokens.verify(signed())).subject == "ada"
    await service.settled()
    assert (await service.tokens.verify(signed("k2"))).subject == "ada"
    with pytest.raises(TokenRejected):
        await service.tokens.verify(signed())


async def test_forged_key_names_do_not_make_the_server_ask_again_and_again() -> None:
    service = SignInService()
    for n in range(20):
        with pytest.raises(TokenRejected):
            await service.tokens.verify(signed(f"forged{n}"))
    assert service.asked == 1
    service.now += RETRY_SECONDS + 1
    service.down = True
    for n in range(20):
        with pytest.raises(BackendUnavailable):
            await service.tokens.verify(signed(f"forged{n}"))
    assert service.asked == 2


async def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    service = SignInService()
    await service.tokens.verify(signed())
    service.keys = {"k2": PRIVATE.public_key()}
    service.now += RETRY_SECONDS + 1
    assert (await service.tokens.verify(signed("k2"))).subject == "ada"


async def _endless(piece: bytes) -> AsyncIterator[bytes]:
    while True:
        yield piece
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("nonsense", [b"", b"<html>", b"[]", b'{"keys": 7}', b"[" * 100_000, b'{"keys": [5, null]}'])
async def test_a_key_set_that_is_none_lets_nobody_in(nonsense: bytes) -> None:
    service = httpx.MockTransport(lambda _: httpx.Response(200, content=nonsense))
    with pytest.raises(BackendUnavailable):
        await open_keys("https://login.example/keys", transport=service).find(signed())


@pytest.mark.parametrize("piece", [b" ", b" " * 100_000])
async def test_a_key_set_without_end_is_given_up(piece: bytes) -> None:
    service = httpx.MockTransport(lambda _: httpx.Response(200, content=_endless(piece)))
    with pytest.raises(BackendUnavailable):
        await open_keys("https://login.example/keys", transport=service, seconds=0.1).find(signed())


async def test_the_keys_at_an_address_verify_a_token() -> None:
    public = {**jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True), "kid": "k1", "use": "sig"}
    service = httpx.MockTransport(lambda _: httpx.Response(200, json={"keys": [public, public | {"kid": "k2"}]}))
    tokens = Tokens(keys=open_keys("https://login.example/keys", transport=service))
    assert (await tokens.verify(signed())).subject == "ada"


@pytest.mark.parametrize("claims", [{"exp": SOON + 90_000}, {"exp": SOON, "iat": SOON - 90_000}])
async def test_a_token_that_would_live_too_long_is_refused(claims: dict[str, int]) -> None:
    tokens = Tokens(secret=SECRET)
    token = jwt.encode({"sub": "ada"} | claims, SECRET, algorithm="HS256")
    with pytest.raises(TokenRejected, match="24 hours"):
        await tokens.verify(token)
    assert (await Tokens(secret=SECRET, max_hours=48).verify(token)).subject == "ada"


async def test_a_revoked_token_is_refused_from_the_moment_its_id_is_listed(tmp_path: Path) -> None:
    listed = tmp_path / "revoked-tokens"
    tokens = tokens_of(Settings.model_validate({"jwt_secret": SECRET, "data_dir": tmp_path}))
    token, other = tokens.issue("ada"), tokens.issue("ada")
    assert (await tokens.verify(token)).subject == "ada"
    listed.write_text(f"# lost phone\n{jwt.decode(token, options={'verify_signature': False})['jti']}\n")
    with pytest.raises(TokenRejected, match="revoked"):
        await tokens.verify(token)
    assert (await tokens.verify(other)).subject == "ada"
    with listed.open("a") as file:
        file.write(jwt.decode(other, options={"verify_signature": False})["jti"])
    os.utime(listed, (1, 1))  # also where the clock of the file's machine stands in the past
    with pytest.raises(TokenRejected, match="revoked"):
        await tokens.verify(other)


async def test_while_the_list_of_revoked_tokens_cannot_be_read_nobody_gets_in(tmp_path: Path) -> None:
    (tmp_path / "revoked").mkdir()
    tokens = Tokens(secret=SECRET, revoked=tmp_path / "revoked")
    with pytest.raises(BackendUnavailable, match="revoked tokens"):
        await tokens.verify(tokens.issue("ada"))

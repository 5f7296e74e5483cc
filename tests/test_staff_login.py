"""Sign staff in at a real OpenID Connect provider on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from core.errors import SettingsError
from server.http.staff_login import roles_of
from tests.server_fakes import Running, serving

pytestmark = pytest.mark.server
provider_package = pytest.importorskip("oidc_provider_mock", reason="oidc-provider-mock is not installed")
LEA = {"preferred_username": "lea.berg", "email": "lea@shop.example"}
CLIENT = {"staff_login_client_id": "desk", "staff_login_client_secret": "a-secret"}


@pytest.fixture
def provider() -> Iterator[str]:
    people = [
        provider_package.User(sub="lea", claims={"groups": ["support", "leads"], **LEA}),
        provider_package.User(sub="olga", claims={"groups": ["support"]}),
        provider_package.User(sub="eve", claims={"groups": ["sales"]}),
    ]
    with provider_package.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


def settings(issuer: str) -> dict[str, Any]:
    named = {
        "staff_login_issuer": issuer,
        "staff_login_roles": "support=operator, leads=lead",
    }
    return CLIENT | named


async def signed_in(server: Running, who: str, **tampered: str) -> str:
    """Sign in as somebody and return what stands behind the # of the page one comes back to."""
    begun = await server.client.get("/v1/staff-login/begin", params={"page": "insight"})
    assert begun.status_code == 303
    async with httpx.AsyncClient(trust_env=False) as browser:  # what a person does at the provider's page
        at_provider = await browser.post(begun.headers["location"], data={"sub": who})
    back = {name: values[0] for name, values in parse_qs(urlsplit(at_provider.headers["location"]).query).items()}
    ended = await server.client.get("/v1/staff-login/callback", params=back | tampered)
    assert ended.status_code == 303, ended.text
    page, _, behind = ended.headers["location"].partition("#")
    assert page == "/insight"
    return behind


async def test_staff_comes_back_signed_in_with_the_highest_role_of_their_groups(tmp_path: Path, provider: str) -> None:
    async with serving(tmp_path, **settings(provider)) as server:
        assert (await server.client.get("/v1/staff-login")).json() == {"name": "your company account"}
        for who, role, name in (("lea", "lead", "lea@shop.example"), ("olga", "operator", "olga")):
            behind = await signed_in(server, who)
            token = behind.removeprefix("token=")
            desk = await server.client.get("/v1/desk", headers={"Authorization": f"Bearer {token}"})
            assert desk.status_code == 200, desk.text
            assert desk.json()["role"] == role
            assert (
                jwt.decode(token, options={"verify_signature": False})["sub"] == name
            )  # by it, what is their own is known


async def test_who_has_no_role_or_comes_from_elsewhere_gets_no_token(tmp_path: Path, provider: str) -> None:
    async with serving(tmp_path, **settings(provider)) as server:
        assert "no%20role" in await signed_in(server, "eve")
        assert "not%20begun" in await signed_in(server, "lea", state="forged")
        assert "did%20not%20take" in await signed_in(server, "lea", code="forged")
        stolen = await server.client.get("/v1/staff-login/callback", params={"state": "s", "code": "c"})
        assert "problem=" in stolen.headers["location"]


async def test_without_a_provider_or_while_it_is_down_nobody_is_led_anywhere(tmp_path: Path) -> None:
    async with serving(tmp_path / "none") as server:
        assert (await server.client.get("/v1/staff-login")).json() == {"name": None}
        assert (await server.client.get("/v1/staff-login/begin")).status_code == 404
    async with serving(tmp_path / "down", **settings("http://127.0.0.1:9")) as server:
        assert (await server.client.get("/v1/staff-login/begin")).status_code == 503


def test_roles_are_read_from_a_setting() -> None:
    assert roles_of("support=operator, leads=lead") == {"operator": {"support"}, "lead": {"leads"}}
    with pytest.raises(SettingsError, match="wanted VALUE=operator"):
        roles_of("support=boss")

"""Sign staff in with an OpenID Connect provider: the authorization code flow with PKCE, and the role from a claim."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
from jwt.exceptions import PyJWTError

from core.errors import BackendUnavailable, NotAllowed, SettingsError, TokenRejected
from core.json_records import parsed_json
from core.safety.bounded_answers import bounded_answer
from core.settings import Settings
from server.records import STAFF, Role
from server.token_keys import MOST_BYTES, signing_keys

ALGORITHMS = ("RS256", "ES256", "PS256")
TIMEOUT = 10.0
STATE_SECONDS = 600
"""How long somebody may take to sign in at the provider."""
LEEWAY_SECONDS = 10


@dataclass(frozen=True)
class Provider:
    """The endpoints of a provider, as its discovery document names them (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, kw_only=True)
class PendingSignIn:
    """A sign-in that has begun: where the browser goes, and what it has to bring back."""

    address: str
    state: dict[str, Any]
    """Kept by the browser in a signed cookie: state, nonce, verifier, when it ends."""


class StaffLogin:
    """Fulfil signing in at one provider, whose endpoints are looked up on first use."""

    def __init__(self, settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Take what settings say, and in tests the transport; raises SettingsError when something is missing."""
        if not settings.staff_login_client_id or not settings.staff_login_client_secret:
            raise SettingsError(
                "SUPPORT_STAFF_LOGIN_ISSUER needs SUPPORT_STAFF_LOGIN_CLIENT_ID and _CLIENT_SECRET; set both"
            )
        self._issuer = str(settings.staff_login_issuer).rstrip("/")
        self._client_id = settings.staff_login_client_id
        self._client_secret = settings.staff_login_client_secret.get_secret_value()
        self._claim = settings.staff_login_role_claim
        self._roles = roles_of(settings.staff_login_roles)
        self._provider: Provider | None = None
        self._transport = transport

    async def begin(self, redirect_uri: str) -> PendingSignIn:
        """Return where to sign in; raises BackendUnavailable when the provider does not answer."""
        provider = await self._known()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "exp": int(time.time()) + STATE_SECONDS}
        return PendingSignIn(address=f"{provider.authorization}?{urlencode(asked)}", state=kept)

    async def finish(self, code: str, kept: Mapping[str, Any], redirect_uri: str) -> tuple[str, Role]:
        """Return who has signed in, and as what.

        Raises:
            TokenRejected: the provider refused the code, or its answer is not for us.
            NotAllowed: whoever signed in has no role here.
            BackendUnavailable: the provider does not answer.
        """
        provider = await self._known()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": kept["verifier"],
        }
        answer = await self._ask("POST", provider.token, data=form, auth=(self._client_id, self._client_secret))
        if answer.status_code != 200:
            raise TokenRejected("the sign-in service did not take the code; begin again")
        keys = _told(await self._ask("GET", provider.keys))
        claims = self._claims(provider, keys, _told(answer), kept["nonce"])
        # The e-mail address first: by it the agent knows which customer account is their own.
        name = next((claims[key] for key in ("email", "preferred_username", "sub") if claims.get(key)), "")
        return str(name)[:255], self._role(claims)

    def _claims(
        self, provider: Provider, keys: Mapping[str, Any], answer: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """Return the claims of an ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""
        token = str(answer.get("id_token", ""))
        try:
            wanted = jwt.get_unverified_header(token).get("kid")
            # Fetched at each sign-in, which are few: a key that was changed counts at once.
            signing = signing_keys(keys)
            fits = [key for key in signing if key.key_id == wanted] or (signing if len(signing) == 1 else [])
            if not fits:
                raise jwt.InvalidKeyError("no key of the provider has signed it")
            claims: dict[str, Any] = jwt.decode(
                token,
                fits[0].key,
                algorithms=list(ALGORITHMS),
                issuer=provider.issuer,
                audience=self._client_id,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub"]},
            )
        except (PyJWTError, ValueError) as error:
            raise TokenRejected(
                f"the sign-in service's answer is not valid ({type(error).__name__}); begin again"
            ) from error
        if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise TokenRejected("the sign-in service's answer is to another question; begin again")
        return claims

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """Return the highest role that the claim's values stand for."""
        found = claims.get(self._claim)
        values = {str(value) for value in (found if isinstance(found, list) else [found])}
        for role in ("admin", "lead", "operator"):
            if values & self._roles.get(role, set()):
                return role
        raise NotAllowed("you are signed in, but have no role here; ask whoever runs this server")

    async def _known(self) -> Provider:
        if self._provider is None:
            answer = await self._ask("GET", f"{self._issuer}/.well-known/openid-configuration")
            try:
                told = _told(answer.raise_for_status())
                provider = Provider(
                    issuer=str(told["issuer"]),
                    authorization=str(told["authorization_endpoint"]),
                    token=str(told["token_endpoint"]),
                    keys=str(told["jwks_uri"]),
                )
            except (httpx.HTTPStatusError, KeyError) as error:
                raise BackendUnavailable(
                    "the sign-in service does not describe itself; check SUPPORT_STAFF_LOGIN_ISSUER"
                ) from error
            if provider.issuer.rstrip("/") != self._issuer:
                raise BackendUnavailable(
                    f"the sign-in service calls itself {provider.issuer}; correct SUPPORT_STAFF_LOGIN_ISSUER"
                )
            self._provider = provider
        return self._provider

    async def _ask(self, method: str, address: str, **how: Any) -> httpx.Response:
        try:
            auth = how.pop("auth", None)
            async with httpx.AsyncClient(
                timeout=TIMEOUT, trust_env=False, auth=auth, transport=self._transport
            ) as client:
                request = client.build_request(method, address, **how)
                return await bounded_answer(client, request, most=MOST_BYTES, seconds=TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BackendUnavailable("the sign-in service does not answer; try again later") from error


def _told(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer; raises BackendUnavailable where it is none."""
    with suppress(ValueError):
        if isinstance(told := parsed_json(answer.content), dict):
            return told
    raise BackendUnavailable("the sign-in service answers with something else than a JSON object; try again later")


def roles_of(setting: str) -> dict[str, set[str]]:
    """Return the claim's values for each role, from `support=operator, leads=lead`; raises SettingsError."""
    found: dict[str, set[str]] = {}
    for pair in filter(None, (part.strip() for part in setting.split(","))):
        value, _, role = (part.strip() for part in pair.rpartition("="))
        if not value or role not in STAFF:
            raise SettingsError(
                f"SUPPORT_STAFF_LOGIN_ROLES says {pair!r}; wanted VALUE=operator, VALUE=lead or VALUE=admin"
            )
        found.setdefault(role, set()).add(value)
    return found

"""Guard the LangGraph server's own API: deny by default, and let customers do nothing but write to own threads.

A customer's token opens own threads for reading and for runs that bring user messages. Everything else that API offers
(resuming, jumping, state, context, other assistants, schedules, the store) is refused. Staff may read threads and
answer requests for approval. Somebody who sits at the machine itself, without any token, is its developer and may do
everything, as long as neither SUPPORT_JWT_SECRET nor SUPPORT_JWT_KEYS is set: with either, a token is always asked for.
"""

from typing import Any, Literal
from urllib.parse import urlsplit

from langgraph_sdk import Auth
from starlette.requests import HTTPConnection

from core.errors import BackendUnavailable, TokenRejected
from core.safety.public_addresses import is_loopback
from core.settings import Settings
from server.dev_server.dev_memory import stored_owner
from server.dev_server.run_validation import answer_of_staff, only_user_messages
from server.records import STAFF
from server.tokens import Tokens, tokens_of

auth = Auth()
Refusal = Auth.exceptions.HTTPException
STUDIO = "smith.langchain.com"
"""Where the page of LangGraph Studio comes from; it talks to this machine from the developer's browser."""
GRAPH = "support_agent"
"""The name of the graph in `langgraph.json`."""
CANCELLING = ("interrupt", "rollback")


# Read when the server loads this file, not at the first request: files must not be read in its event loop.
SETTINGS = Settings.from_env()
TOKENS: Tokens = tokens_of(SETTINGS)


@auth.authenticate
async def authenticate(scope: dict[str, Any], authorization: str | None) -> Auth.types.MinimalUserDict:
    """Return who is asking; raises a 401 for anybody unknown."""
    if authorization is None:
        if _is_developer(HTTPConnection(scope)):
            return _user("developer", "developer")
        raise Refusal(401, "this needs a token; send the header `Authorization: Bearer …`")
    kind, _, token = authorization.partition(" ")
    try:
        who = await TOKENS.verify(token.strip() if kind.lower() == "bearer" else "")
    except TokenRejected as error:
        raise Refusal(401, str(error)) from None
    except BackendUnavailable as error:
        raise Refusal(503, str(error)) from None
    if who.role in STAFF and not who.anonymous:
        return _user(f"operator:{who.subject}", "operator", operator=who.subject)
    return _user(who.owner, "customer", customer_id=who.customer_id or "")


def _user(
    identity: str, role: Literal["developer", "operator", "customer"], **facts: str
) -> Auth.types.MinimalUserDict:
    user: Any = {"identity": identity, "permissions": [role], **facts}
    made: Auth.types.MinimalUserDict = user
    return made


def _is_developer(connection: HTTPConnection) -> bool:
    """Say whether a request without a token comes from this machine, and not from a strange page in its browser."""
    if SETTINGS.jwt_secret is not None or SETTINGS.jwt_keys is not None:
        return False
    peer = connection.client.host if connection.client else ""
    origin = connection.headers.get("origin")
    from_page = urlsplit(origin).hostname or "" if origin else "localhost"
    asked_for = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    return is_loopback(peer) and is_loopback(asked_for) and (is_loopback(from_page) or from_page == STUDIO)


def _role(ctx: Auth.types.AuthContext) -> str:
    """Return the role of who is asking."""
    return next(iter(ctx.permissions), "")


@auth.on
async def deny(ctx: Auth.types.AuthContext, value: Any) -> bool:
    """Refuse whatever nothing below allows."""
    return _role(ctx) == "developer"


@auth.on(resources="assistants", actions=["read", "search"])
async def see_assistants(ctx: Auth.types.AuthContext, value: Any) -> bool:
    """Let everybody see the graph there is; clients ask for it."""
    return True


@auth.on.threads.create
async def create_thread(ctx: Auth.types.AuthContext, value: Auth.types.ThreadsCreate) -> Any:
    """Write a new thread to its owner's name.

    The server forgets its newest threads when it is killed, the memory does not: creating one again under its id brings
    it back, for its owner and for staff. What is stored for somebody else cannot be had that way.
    """
    if _role(ctx) == "developer":
        return True
    owner = await stored_owner(str(value.get("thread_id")))
    if owner is not None:
        if not owner or (_role(ctx) == "customer" and owner != ctx.user.identity):
            raise Refusal(409, "there is a thread of this id; leave thread_id out to begin a new one")
        value.setdefault("metadata", {})["graph_id"] = GRAPH
    elif _role(ctx) == "operator":
        return False
    value.setdefault("metadata", {})["owner"] = owner or ctx.user.identity
    return True if _role(ctx) == "operator" else _own(ctx)


@auth.on(resources="threads", actions=["read", "search"])
async def see_threads(ctx: Auth.types.AuthContext, value: Any) -> Any:
    """Show and find own threads, and all of them for staff."""
    return True if _role(ctx) == "operator" else _own(ctx)


@auth.on.threads.update
async def update_thread(ctx: Auth.types.AuthContext, value: Auth.types.ThreadsUpdate) -> Any:
    """Let customers stop an own run; state and metadata are not theirs to write."""
    if _role(ctx) == "developer":
        return True
    if _role(ctx) == "operator" or value.get("action") not in CANCELLING:
        return False
    return _own(ctx)


@auth.on.threads.create_run
async def create_run(ctx: Auth.types.AuthContext, value: Auth.types.RunsCreate) -> Any:
    """Let customers say something and staff decide something, each in their own name."""
    user: Any = ctx.user
    run: Any = value
    if _role(ctx) == "customer":
        refused = only_user_messages(run, customer_id=user["customer_id"] or None, owner=user.identity)
    elif _role(ctx) == "operator":
        refused = answer_of_staff(run, operator=user["operator"])
    else:
        return True
    if refused:
        raise Refusal(403, refused)
    return _own(ctx) if _role(ctx) == "customer" else True


def _own(ctx: Auth.types.AuthContext) -> Any:
    """Return the filter that leaves what belongs to who is asking; a foreign thread then looks like an unknown one."""
    return True if _role(ctx) == "developer" else {"owner": ctx.user.identity}

"""Find out who is asking, for the routes: from the bearer token, and from nothing else in the request."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.errors import NotAllowed, TokenRejected
from server.records import STAFF, Identity
from server.service import Service

_bearer = HTTPBearer(auto_error=False, description="A JSON Web Token of a customer or an operator.")


async def service_of(request: Request) -> Service:
    """Return the opened parts of the server; a function that is not asynchronous would be sent to a thread."""
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(service_of)]


async def identify(
    service: Serving, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity:
    """Return who is asking; raises TokenRejected."""
    if credentials is None:
        raise TokenRejected("this needs a token; send the header `Authorization: Bearer …`")
    return await service.tokens.verify(credentials.credentials)


async def identify_if_named(
    service: Serving, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity | None:
    """Return who is asking, or None where no token came; raises TokenRejected."""
    return None if credentials is None else await service.tokens.verify(credentials.credentials)


async def customer(who: Annotated[Identity, Depends(identify)]) -> Identity:
    """Return the customer or visitor who is asking; raises NotAllowed for staff."""
    if who.role != "customer":
        raise NotAllowed("this is for customers; sign in as one")
    return who


async def operator(who: Annotated[Identity, Depends(identify)]) -> Identity:
    """Return the member of staff who is asking; raises NotAllowed for customers."""
    if who.role not in STAFF or who.anonymous:
        raise NotAllowed("this is for operators; sign in as one")
    return who


async def lead(who: Annotated[Identity, Depends(operator)]) -> Identity:
    """Return the lead or administrator who is asking; raises NotAllowed for others."""
    if who.role == "operator":
        raise NotAllowed("this is for leads; ask one of them")
    return who


Known = Annotated[Identity | None, Depends(identify_if_named)]
Customer = Annotated[Identity, Depends(customer)]
Operator = Annotated[Identity, Depends(operator)]
Lead = Annotated[Identity, Depends(lead)]

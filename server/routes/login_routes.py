"""Sign staff in with the provider that settings name, and hand the pages a token of this server."""

import secrets
from typing import Annotated, Literal
from urllib.parse import quote

import jwt
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from core.errors import NotAllowed, NotFound, TokenRejected
from server.http.staff_login import STATE_SECONDS, StaffLogin
from server.identity import Serving
from server.schemas.api_schemas import failures
from server.schemas.desk_schemas import StaffLoginOut
from server.service import Service

router = APIRouter(prefix="/v1/staff-login", tags=["operators"])
COOKIE = "support_staff_login"
SHIFT_MINUTES = 480.0
"""How long a sign-in counts; then staff signs in again, at the provider."""
PAGES = {"desk": "/desk", "insight": "/insight"}
Page = Annotated[Literal["desk", "insight"], Query()]


@router.get("", response_model=StaffLoginOut, responses=failures(503))
async def describe_login(service: Serving) -> StaffLoginOut:
    """Say whether staff can sign in with a provider, and what it is called."""
    return StaffLoginOut(name="your company account" if service.staff_login else None)


@router.get("/begin", response_class=RedirectResponse, status_code=303, responses=failures(404, 422, 503))
async def begin(request: Request, service: Serving, page: Page = "desk") -> Response:
    """Lead a browser to the provider."""
    login = _login(service)
    begun = await login.begin(_callback(request))
    answer = RedirectResponse(begun.address, status_code=303, headers={"Cache-Control": "no-store"})
    kept = service.tokens.sign_state(begun.state | {"page": page})
    secure = request.url.scheme == "https"
    answer.set_cookie(
        COOKIE, kept, max_age=STATE_SECONDS, httponly=True, samesite="lax", secure=secure, path=router.prefix
    )
    return answer


@router.get("/callback", response_class=RedirectResponse, status_code=303, responses=failures(404, 422, 503))
async def callback(
    request: Request,
    service: Serving,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Take a browser back from the provider: to its page, with a token behind the #, or with what went wrong."""
    login = _login(service)
    page = "/desk"
    try:
        kept = service.tokens.read_state(request.cookies.get(COOKIE, ""))
        page = PAGES.get(str(kept.get("page")), page)
        if not state or not secrets.compare_digest(state, str(kept.get("state", ""))):
            raise TokenRejected("this sign-in was not begun in this browser; begin again")
        name, role = await login.finish(code, kept, _callback(request))
        target = f"{page}#token={service.tokens.issue(name, role=role, minutes=SHIFT_MINUTES)}"
    except jwt.PyJWTError:
        target = f"{page}#problem={quote('the sign-in took too long; begin again')}"
    except (TokenRejected, NotAllowed) as error:
        target = f"{page}#problem={quote(str(error))}"
    answer = RedirectResponse(
        target, status_code=303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
    answer.delete_cookie(COOKIE, path=router.prefix)
    return answer


def _login(service: Service) -> StaffLogin:
    if service.staff_login is None:
        raise NotFound("staff signs in with tokens here; set SUPPORT_STAFF_LOGIN_ISSUER for a provider")
    return service.staff_login


def _callback(request: Request) -> str:
    return str(request.url_for("callback"))

"""Let customers write, read their conversations and rate them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from sse_starlette import EventSourceResponse

from core.errors import BackendUnavailable, NotFound, Refused
from graph.operator import rate_outcome
from server.event_streams import EndlessStream
from server.identity import Customer, Serving, identify
from server.inbox.thread_notes import note_typing, own_threads, rate_reply
from server.records import STAFF, Identity
from server.routes.message_intake import Key, json_only, message_out, reply_to, take_in
from server.routes.picture_forms import MESSAGE_BODY, Written, written
from server.schemas.api_schemas import (
    ACTING,
    FOLLOWING,
    READING,
    STREAM,
    WRITING,
    MessageIn,
    MessageOut,
    OwnThreadOut,
    OwnThreadsOut,
    RatingIn,
    ReplyRatingIn,
    ThreadOut,
    failures,
)
from server.service import Service
from server.views.conversation_view import find_picture, view
from server.views.thread_events import thread_events
from tools.actions.action import OVER
from tools.desk.reports import TicketLine

router = APIRouter(prefix="/v1", tags=["customers"])
ReplyId = Annotated[str, Path(min_length=1, max_length=255)]
SHOWN_WORDS = 120
"""Characters of a conversation's first message in the list of them."""
Prefer = Annotated[str | None, Header(max_length=100, description="`respond-async` does not wait for the reply.")]


async def check_question(service: Service, who: Identity, thread_id: str, action_ids: Sequence[str]) -> None:
    """Raise Refused unless these actions are what the conversation asked about last: a yes is for no other."""
    shown = await view(service, await service.inbox.thread(thread_id, who.owner))
    asked = shown.messages[-1].asks if shown.messages else []
    if [ask.id for ask in asked if ask.open] != list(action_ids):
        raise Refused("this question is no longer open; read the newest message and answer that")


@router.post(
    "/messages",
    response_model=MessageOut,
    openapi_extra={"requestBody": MESSAGE_BODY},
    responses={
        **WRITING,
        **failures(409),
        200: {
            "description": "The message with its reply; as a stream of events when asked for.",
            "content": {STREAM: {}},
        },
        202: {"model": MessageOut, "description": "Accepted and kept; the reply takes longer than this request lasts."},
    },
)
async def send_message(
    who: Customer,  # before the body: who may not write is not told what would have fitted
    sent: Annotated[Written[MessageIn], Depends(written)],
    service: Serving,
    request: Request,
    response: Response,
    key: Key = None,
    prefer: Prefer = None,
) -> Any:
    """Accept a message, keep it, and answer it.

    Once accepted it is answered or goes to a person, whatever happens to the request or the server. With `Accept:
    text/event-stream` the events are `accepted`, `disclosure` (first message of a thread), `progress`, `token`, and
    last `reply`, which is the whole reply and counts. With `Prefer: respond-async` (RFC 7240) the answer is 202 as soon
    as the message is kept. Pictures (JPEG, PNG, WebP) come in a form (`multipart/form-data`) as `images`, the other
    fields beside them; of others 415 says why.
    """
    body = sent.body
    if body.answers:
        await check_question(service, who, str(body.thread_id), body.answers)
    accepted = await take_in(
        service,
        who,
        body.text,
        thread_id=str(body.thread_id) if body.thread_id else None,
        key=key,
        channel=body.channel,
        locale=body.locale,
        pictures=sent.pictures,
    )
    if prefer == "respond-async":
        response.status_code = 202
        return message_out(await service.inbox.outcome(accepted.message_id, who.owner), None)
    return await reply_to(service, who, accepted, body.locale, request, response)


@router.get("/messages/{message_id}", response_model=MessageOut, responses=READING)
async def read_message(message_id: UUID, who: Customer, service: Serving) -> MessageOut:
    """Say what has become of an own message."""
    return message_out(await service.inbox.outcome(str(message_id), who.owner), None)


@router.get("/threads/{thread_id}", response_model=ThreadOut, responses=READING)
async def read_thread(thread_id: UUID, who: Customer, service: Serving) -> ThreadOut:
    """Show an own conversation."""
    return await view(service, await service.inbox.thread(str(thread_id), who.owner))


@router.get(
    "/threads/{thread_id}/images/{image_id}",
    response_class=Response,
    responses={**READING, 200: {"description": "The picture.", "content": {"image/jpeg": {}}}},
)
async def read_image(
    thread_id: UUID,
    image_id: Annotated[str, Path(max_length=100)],
    who: Annotated[Identity, Depends(identify)],
    service: Serving,
) -> Response:
    """Return a picture of an own conversation, or of any to staff."""
    await service.inbox.thread(str(thread_id), None if who.role in STAFF and not who.anonymous else who.owner)
    data = await find_picture(service, str(thread_id), image_id)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.get(
    "/threads/{thread_id}/events",
    response_class=EventSourceResponse,
    responses=FOLLOWING,
)
async def follow_thread(thread_id: UUID, who: Customer, service: Serving, request: Request) -> EventSourceResponse:
    """Follow an own conversation, in this or any other process.

    `message` brings each message, again when it changed; `waiting` those without an answer yet; `progress` and `token`
    show the turn that runs, from its beginning, unless its sender alone waited for the whole; `owner` says who answers.
    A reader that was cut off sends the `Last-Event-ID` it saw, and gets what came since.
    """
    row = await service.inbox.thread(str(thread_id), who.owner)
    seen = request.headers.get("last-event-id", "")
    return EndlessStream(service.tokens, who, thread_events(service, row, seen), service.streams)


@router.get("/threads", response_model=OwnThreadsOut, responses=READING)
async def list_threads(who: Customer, service: Serving) -> OwnThreadsOut:
    """List own conversations, those with the newest words first."""
    found = await own_threads(service.inbox, who.owner)
    tickets: Mapping[str, TicketLine] = {}
    with suppress(BackendUnavailable):  # the conversations are there all the same
        tickets = await service.desk.reads.lines([one.id for one in found])
    listed = [
        OwnThreadOut(thread_id=one.id, first_words=one.first_words[:SHOWN_WORDS], last_at=one.last_at) for one in found
    ]
    for one in listed:
        if ticket := tickets.get(one.thread_id):
            one.ticket_id, one.state, one.operator = ticket.id, ticket.stage, ticket.operator
    return OwnThreadsOut(threads=listed)


@router.post("/threads/{thread_id}/typing", status_code=204, responses=WRITING)
async def note_typing_in_thread(thread_id: UUID, who: Customer, service: Serving) -> None:
    """Tell people at the desk that the customer is writing in an own conversation; repeated while that is so."""
    await note_typing(service.inbox, str(thread_id), who.owner)


@router.post("/threads/{thread_id}/stop", status_code=204, responses=ACTING)
async def stop_thread(thread_id: UUID, who: Customer, service: Serving) -> None:
    """Stop the reply that is being written in an own conversation; what was written of it stays."""
    thread = str(thread_id)
    await service.inbox.thread(thread, who.owner)
    if any(action.state not in OVER for action in await service.parts.actions.ledger.find(thread_id=thread)):
        raise Refused("a change is asked about or being made here; answer that with yes or no instead")
    turn_id = await service.leases.stop(thread)
    if turn_id is None:
        raise Refused("nothing is being written in this conversation; there is nothing to stop")
    service.worker.stop(turn_id)


@router.post(
    "/threads/{thread_id}/replies/{reply_id}/rating",
    status_code=204,
    dependencies=[Depends(json_only)],
    responses=WRITING,
)
async def rate_one_reply(
    thread_id: UUID, reply_id: ReplyId, body: ReplyRatingIn, who: Customer, service: Serving
) -> None:
    """Keep whether a single reply of an own conversation helped; the newest word counts."""
    shown = await view(service, await service.inbox.thread(str(thread_id), who.owner))
    if not any(said.id == reply_id and said.role != "customer" for said in shown.messages):
        raise NotFound("there is no such reply in this conversation; use the id of one of its messages")
    await rate_reply(service.inbox, str(thread_id), reply_id, helpful=body.helpful)
    service.broadcast.changed(str(thread_id))


@router.post("/threads/{thread_id}/rating", status_code=204, dependencies=[Depends(json_only)], responses=WRITING)
async def rate_thread(thread_id: UUID, body: RatingIn, who: Customer, service: Serving) -> None:
    """Keep what the customer thought of an own conversation, with its newest ticket too; the newest rating counts."""
    thread = str(thread_id)
    await service.inbox.rate(thread, who, body.score, body.comment)
    if ticket_id := await service.desk.reads.newest_of(thread):
        graph, desk = service.agent.graph, service.parts.desk
        async with service.leases.holding(thread):
            await rate_outcome(graph, desk, ticket_id, stars=body.score, comment=body.comment)

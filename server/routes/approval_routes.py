"""Let operators decide on actions that are above the agent's limits."""

from fastapi import APIRouter, Depends, Path

from core.errors import InputError, NotFound, Refused
from server.identity import Operator, Serving
from server.routes.message_intake import json_only
from server.schemas.api_schemas import ACTING, READING, ActionOut, ActionsOut, Decision
from server.service import Service
from tools.actions.action import Action

router = APIRouter(prefix="/v1/approvals", tags=["operators"])
ActionId = Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


@router.get("", response_model=ActionsOut, responses=READING)
async def list_approvals(who: Operator, service: Serving) -> ActionsOut:
    """List what waits for approval, oldest first."""
    ledger = service.parts.actions.ledger
    await ledger.expire_due()
    return ActionsOut(
        actions=[ActionOut.model_validate(action) for action in await ledger.find(states=("awaiting_approval",))]
    )


@router.get("/{action_id}", response_model=ActionOut, responses=READING)
async def read_approval(who: Operator, service: Serving, action_id: str = ActionId) -> ActionOut:
    """Show an action, decided or not."""
    return ActionOut.model_validate(await known(service, action_id))


@router.post("/{action_id}", response_model=ActionOut, dependencies=[Depends(json_only)], responses=ACTING)
async def decide(body: Decision, who: Operator, service: Serving, action_id: str = ActionId) -> ActionOut:
    """Approve, reject or change an action; the conversation goes on with the decision, which counts once.

    Whoever comes second is told whose decision it was.
    """
    action = await known(service, action_id)
    decision = {"type": body.decision, "message": body.note, "edited_action": {"args": body.args or {}}}
    decided = await service.parts.actions.decide(action.id, decision, by=who.subject)
    if decided.decided_by != who.subject:
        whose = f"{decided.decided_by} was first" if decided.decided_by else "it is no longer open"
        raise Refused(f"Nothing was changed: {whose}, and the action is {decided.state}.")
    async with service.leases.holding(action.thread_id) as token:
        await service.agent.decide(action.thread_id, {"decisions": []}, operator=who.subject, turn_token=token)
    return ActionOut.model_validate(await service.parts.actions.ledger.get(decided.id))


async def known(service: Service, action_id: str) -> Action:
    """Return an action; raises NotFound."""
    try:
        return await service.parts.actions.ledger.get(action_id)
    except InputError:
        raise NotFound("there is no such action; the list of approvals names those that wait") from None

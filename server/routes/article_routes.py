"""Let operators write drafts of articles, and leads review, edit and release them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path as FilePath

from fastapi import APIRouter, Depends, Path

from ingest.article_folder import publish_folder
from ingest.drafts import Draft, change_draft, discard_draft, drafts, propose_article, release_draft
from server.identity import Lead, Operator, Serving
from server.routes.message_intake import json_only
from server.schemas.api_schemas import ACTING, READING, WRITING
from server.schemas.desk_schemas import DraftIn, DraftsOut, ProposalIn, ProposalOut, ReleasedOut
from server.service import Service

router = APIRouter(prefix="/v1/desk/articles", tags=["operators"])
Name = Path(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")


@router.get("", response_model=DraftsOut, responses=READING)
async def list_drafts(who: Operator, service: Serving) -> DraftsOut:
    """List the drafts that wait for review, the newest first."""
    return DraftsOut(drafts=await asyncio.to_thread(drafts, service.settings.proposals_dir))


@router.post("", response_model=ProposalOut, dependencies=[Depends(json_only)], responses=WRITING)
async def write_draft(body: ProposalIn, who: Operator, service: Serving) -> ProposalOut:
    """Write a draft; nothing is indexed before a lead releases it."""
    folder, today = service.settings.proposals_dir, datetime.now(UTC).date()
    made = await asyncio.to_thread(propose_article, folder, question=body.question, answer=body.answer, today=today)
    return ProposalOut(draft=str(made))


@router.put("/{name}", response_model=Draft, dependencies=[Depends(json_only)], responses=ACTING)
async def edit_draft(body: DraftIn, who: Operator, service: Serving, name: str = Name) -> Draft:
    """Change the title and the text of a draft."""
    folder = service.settings.proposals_dir
    return await asyncio.to_thread(change_draft, folder, name, title=body.title, text=body.text)


@router.post("/{name}/release", response_model=ReleasedOut, responses=ACTING)
async def release(who: Lead, service: Serving, name: str = Name) -> ReleasedOut:
    """Release a draft: with the folder of a business it is an article from now on, and the index is published anew."""
    return await asyncio.to_thread(_release, service, name, who.subject)


@router.delete("/{name}", status_code=204, responses=ACTING)
async def discard(who: Lead, service: Serving, name: str = Name) -> None:
    """Delete a draft."""
    await asyncio.to_thread(discard_draft, service.settings.proposals_dir, name)


def _release(service: Service, name: str, by: str) -> ReleasedOut:
    settings = service.settings
    # Without the folder of a business nobody knows what else the index was made of: it is left as it is.
    articles = FilePath(settings.business) / "articles" if settings.business else None
    today = datetime.now(UTC).date()
    article = release_draft(settings.proposals_dir, name, by=by, today=today, into=articles)
    if articles:
        publish_folder(settings, articles)
    return ReleasedOut(article=str(article), published=articles is not None)

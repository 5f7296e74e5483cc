"""Look after the personal data of the conversation memory: checkpoints, transcripts, summaries and case files."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import BaseCheckpointSaver

from core.errors import ThreadDamaged
from core.privacy.personal_data import Person, PersonalStore
from core.storage.secure_delete import secure_delete
from graph.memory.erasure_markers import mark_erased_postgres
from graph.memory.sqlite_saver import SqliteSaver
from graph.memory.threads import delete_old, list_threads, thread_ids, transcript


class PersonalMemory(PersonalStore):
    """Fulfil `PersonalStore` for conversations."""

    name = "conversations"
    tables: Sequence[str] = (
        "checkpoints",
        "writes",
        "messages",
        "thread_tokens",
        "erased_threads",
        "checkpoint_blobs",
        "checkpoint_writes",
        "left_messages",
    )

    def __init__(self, saver: BaseCheckpointSaver[Any], url: str) -> None:
        self._saver, self._url = saver, url

    async def threads_of(self, customer_id: str) -> set[str]:
        """Return the conversations of a customer, those of an open chat in which they proved who they are included."""
        return {thread.id for thread in await list_threads(self._saver) if thread.customer_id == customer_id}

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return what was said in each conversation, oldest first."""
        speakers = {"human": "customer", "ai": "agent", "tool": "tool"}
        found: list[dict[str, Any]] = []
        for thread_id in sorted(person.threads):
            try:
                said = [m for m in await transcript(self._saver, thread_id) if m.text.strip()]
            except ThreadDamaged as error:
                found.append({"thread_id": thread_id, "said": [], "problem": str(error)})
                continue
            lines = [
                {"speaker": "customer" if isinstance(m, HumanMessage) else speakers.get(m.type, m.type), "text": m.text}
                for m in said
            ]
            found += [{"thread_id": thread_id, "said": lines}] if lines else []
        return found

    async def erase(self, person: Person) -> int:
        """Delete the conversations; a turn that was under way cannot bring one back."""
        held = set(await thread_ids(self._saver))
        for thread_id in sorted(person.threads):
            if isinstance(self._saver, SqliteSaver):
                await self._saver.aerase_thread(thread_id, time.time())
                continue
            if (pool := getattr(self._saver, "conn", None)) is not None:
                await mark_erased_postgres(pool, thread_id, time.time())
            await self._saver.adelete_thread(thread_id)
        return len(held & person.threads)

    async def expire(self, before: datetime) -> int:
        """Delete conversations nobody has written in since."""
        return len(await delete_old(self._saver, before=before))

    async def compact(self) -> None:
        """Leave nothing in the file."""
        if isinstance(self._saver, SqliteSaver):
            await self._saver.acompact()
        elif self._url.startswith("postgres"):
            await secure_delete(self._url, tables=tuple(self.tables))

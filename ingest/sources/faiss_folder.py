"""Read the articles out of a FAISS folder that langchain-community wrote, without running what its pickle holds."""

import pickle
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from core.errors import DocumentError
from ingest.documents_read import Document, Skipped
from ingest.sources.markdown_articles import plain_values


class _Held:
    """Take the place of a pickled object and keep only its fields."""

    fields: dict[str, Any]

    def __new__(cls, *_: object, **__: object) -> "_Held":
        """Make it without calling what the pickle would have called."""
        held = super().__new__(cls)
        held.fields = {}
        return held

    def __setstate__(self, state: object) -> None:
        if isinstance(state, dict):
            inner = state.get("__dict__")
            self.fields |= inner if isinstance(inner, dict) else state


_ALLOWED = {
    ("langchain_community.docstore.in_memory", "InMemoryDocstore"),
    ("langchain.docstore.in_memory", "InMemoryDocstore"),
    ("langchain_core.documents.base", "Document"),
    ("langchain_core.documents", "Document"),
    ("langchain.schema.document", "Document"),
    ("langchain.schema", "Document"),
}


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        """Return the stand-in for a class we expect, and nothing else."""
        if (module, name) in _ALLOWED:
            return _Held
        if (module, name) == ("builtins", "set"):
            return set
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def read_langchain_pickle(data: bytes, *, source: str) -> Iterator[Document | Skipped]:
    """Yield one document per entry of an `index.pkl`; its vectors are not needed, as passages are embedded anew.

    Raises:
        DocumentError: it is no such file, or asks for anything but documents.
    """
    try:
        content = _Restricted(BytesIO(data)).load()
    except Exception as error:  # noqa: BLE001 - a crafted pickle can raise anything; none of it is ours
        raise DocumentError(f"is no index.pkl that may be read ({error}); ingest the articles themselves") from None
    store = content[0] if isinstance(content, tuple) and len(content) == 2 else None
    entries = store.fields.get("_dict") if isinstance(store, _Held) else None
    if not isinstance(entries, dict):
        raise DocumentError("holds no document store; ingest the articles themselves")
    for key, entry in entries.items():
        fields = entry.fields if isinstance(entry, _Held) else {}
        text, metadata = fields.get("page_content"), fields.get("metadata") or {}
        where = f"{source} entry {key}"
        if not isinstance(text, str) or not text.strip() or not isinstance(metadata, dict):
            yield Skipped(where, "has no text; remove it or ingest the articles themselves")
            continue
        values = plain_values(metadata)
        yield Document(
            id=str(key),
            title=values.get("title") or values.get("source") or str(key),
            pieces=(text,),
            url=values.get("url", ""),
            source=where,
            metadata={name: value for name, value in values.items() if name not in ("title", "url")},
        )

"""Take the pictures out of a message: they are kept beside its words, read anew, without metadata."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage

from core.message_marks import marked, marks
from core.pictures import MOST_PICTURES, Picture, PictureRefused, read_picture
from graph.context_window.prompts import text_of

PICTURE = "[picture]"
"""What stands in a conversation for a picture without words."""
UNSEEN = "the customer sent a picture, which the model cannot see"


def picture_of(block: Any) -> str | None:
    """Return the base64 or address of a picture block as OpenAI (`image_url`) or LangChain (`image`) writes it, or
    None.
    """
    if not isinstance(block, Mapping):
        return None
    if block.get("type") == "image_url":
        named = block.get("image_url")
        return str(named.get("url", "") if isinstance(named, Mapping) else named or "")
    if block.get("type") == "image" or (
        block.get("type") == "file" and str(block.get("mime_type", "")).startswith("image/")
    ):
        return str(block.get("base64") or block.get("data") or block.get("url") or "")
    return None


def has_picture(message: HumanMessage) -> bool:
    """Say whether a message carries a picture, read or not."""
    return bool(marks(message).get("pictures")) or any(picture_of(block) is not None for block in _blocks(message))


def pictured(message: HumanMessage, pictures: Sequence[Picture]) -> HumanMessage:
    """Return a message with pictures that were read already."""
    text = text_of(message) if text_of(message).strip() else PICTURE
    kwargs = marked(message, pictures=list(pictures))
    return message.model_copy(update={"content": text, "additional_kwargs": kwargs})


def without_blocks(message: HumanMessage) -> tuple[HumanMessage, str | None]:
    """Return a message with its pictures beside its words, and the key of what to say where one of them is no use.

    Sound stays where it is; a picture is never fetched from an address.
    """
    sent = [found for block in _blocks(message) if (found := picture_of(block)) is not None]
    if not sent:
        return message, None
    pictures: list[Picture] = []
    refused: str | None = None if len(sent) <= MOST_PICTURES else "picture_unusable"
    for written in sent[:MOST_PICTURES]:
        try:
            pictures.append(read_picture(decoded_picture(written)))
        except PictureRefused as no:
            refused = no.why
    rest = [block for block in _blocks(message) if picture_of(block) is None]
    spoken = any(not isinstance(block, str) and block.get("type") != "text" for block in rest)
    words = message.model_copy(update={"content": rest})
    if spoken:
        return words.model_copy(update={"additional_kwargs": marked(message, pictures=pictures)}), refused
    return pictured(words, pictures), refused


def decoded_picture(written: str) -> bytes:
    """Return the bytes of base64 or of a `data:` URL; raises PictureRefused."""
    try:
        return base64.b64decode(written.partition(",")[2] if written.startswith("data:") else written, validate=True)
    except (binascii.Error, ValueError):
        raise PictureRefused("picture_unusable") from None


def _blocks(message: AnyMessage) -> list[Any]:
    return message.content if isinstance(message.content, list) else []

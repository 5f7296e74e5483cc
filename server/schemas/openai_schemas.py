"""Define the part of OpenAI's chat protocol that this server speaks (platform.openai.com/docs/api-reference/chat)."""

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MODEL = "support-agent"


class Tolerant(BaseModel):
    """Accept the many fields clients send that mean nothing here, such as the temperature."""

    model_config = ConfigDict(extra="ignore")


class InputAudio(Tolerant):
    """A recording as base64; its format is told by its content."""

    data: str


class ImageUrl(Tolerant):
    """A picture as a `data:` URL."""

    url: str


class Part(Tolerant):
    """One part of a message; text is read, recordings are heard, and pictures are kept."""

    type: str
    text: str | None = None
    input_audio: InputAudio | None = None
    image_url: ImageUrl | None = None

    @property
    def words(self) -> str:
        """The text of the part, or what stands for its recording or picture."""
        if self.input_audio is not None:
            return f"[voice {hashlib.sha256(self.input_audio.data.encode()).hexdigest()}]"
        if self.image_url is not None:
            return f"[picture {hashlib.sha256(self.image_url.url.encode()).hexdigest()}]"
        return (self.text or "").replace("\x00", "")


class ChatMessage(Tolerant):
    """One message of the conversation as the client has it."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def parts(self) -> list[Part]:
        """What the message consists of."""
        if isinstance(self.content, list):
            return self.content
        return [Part(type="text", text=self.content)]

    @property
    def words(self) -> str:
        """The text of the message, by which its conversation is known."""
        return "\n".join(part.words for part in self.parts)


class ChatRequest(Tolerant):
    """Ask for the next reply of a conversation; what the client says the agent said earlier is not believed."""

    model: str = Field(MODEL, max_length=200)
    messages: list[ChatMessage] = Field(min_length=1, max_length=2000)
    stream: bool | None = False
    stream_options: dict[str, Any] | None = None


class ChatUsage(BaseModel):
    """Count tokens."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatReply(BaseModel):
    """The text of a reply."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class ChatChoice(BaseModel):
    """The one reply there is."""

    index: int = 0
    message: ChatReply
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class ChatCompletion(BaseModel):
    """Answer with a whole reply."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage


class ModelCard(BaseModel):
    """Name the one model there is."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "shop"


class ModelList(BaseModel):
    """List the models."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class ChatFailure(BaseModel):
    """A failure in the protocol's form."""

    error: dict[str, Any]

"""Name every failure this project can report.

    SupportError
    ├── Refused                  an answer that is "no"; its text is fit for the customer
    │   ├── NoTicket             there is no ticket of that number
    │   └── NotIdentified        it is not known whose account this is about
    ├── InputError               what a caller handed in cannot be used
    │   ├── MessageRejected
    │   ├── ThreadForbidden
    │   ├── DocumentError
    │   ├── OrderFileError
    │   ├── ConversationFileError
    │   ├── NotFound
    │   ├── KeyReused
    │   ├── TokenRejected
    │   └── NotAllowed
    ├── SettingsError
    ├── KnowledgeError           the published index
    │   ├── IndexNotFound
    │   ├── IndexMismatch
    │   ├── IndexCorrupt
    │   └── IndexBusy
    ├── ModelError               the endpoint behind chat, embeddings or transcription
    │   ├── ModelUnavailable
    │   └── ModelRejected
    │       └── RequestRefused
    ├── BackendUnavailable       the systems of the business or the ticket desk
    │   └── OutcomeUnknown       a change was sent and nobody said what came of it
    ├── Busy                     more came than is taken at a time; says when to try again
    ├── ThreadDamaged            a stored conversation that is not what was written; nothing of it is used
    └── LeaseLost                a worker goes on with a turn that was given to another

A refusal is part of a conversation and may be shown to the model and the customer. Everything else is a fault: it
propagates to an entry point, which prints its one line. A message says what came, what was wanted and what to do.
"""


class SupportError(Exception):
    """Report a failure that this project understands."""


class Refused(SupportError):
    """Answer a request with a no, in words fit for the customer."""


class NoTicket(Refused):
    """Refuse work on a ticket that does not exist."""


class NotIdentified(Refused):
    """Refuse what belongs to an account while it is not known whose conversation this is."""


class InputError(SupportError):
    """Report input that cannot be used."""


class MessageRejected(InputError):
    """Report a customer message that is empty, too long or not text."""


class ThreadForbidden(InputError):
    """Report a thread that does not belong to the customer who asked for it."""


class DocumentError(InputError):
    """Report a source document that cannot be read."""


class OrderFileError(InputError):
    """Report a shop export with a broken row."""


class NotFound(InputError):
    """Report something that does not exist or belongs to somebody else, which look the same."""


class KeyReused(InputError):
    """Report an Idempotency-Key that came before with something else."""


class TokenRejected(InputError):
    """Report a request without a valid token."""


class NotAllowed(InputError):
    """Report a request that the role of its token may not make."""


class ConversationFileError(InputError):
    """Report a conversation file, a suite or a folder of results that cannot be used."""


class SettingsError(SupportError):
    """Report a setting that is unknown, missing or out of range."""


class SchemaMismatch(SupportError):
    """A database is of a newer program, or of an older one and may not be changed by opening it."""


class KnowledgeError(SupportError):
    """Report a published index that cannot serve."""


class IndexNotFound(KnowledgeError):
    """Report that nothing was published yet."""


class IndexMismatch(KnowledgeError):
    """Report an index that was built with another embedding model."""


class IndexCorrupt(KnowledgeError):
    """Report an index whose files do not match its manifest."""


class IndexBusy(KnowledgeError):
    """Report that another ingest holds the index."""


class ModelError(SupportError):
    """Report a failed request to a model endpoint."""


class ModelUnavailable(ModelError):
    """Report an endpoint that is down, slow or limiting; trying later may help."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the endpoint asked to be left alone, or None."""


class ModelRejected(ModelError):
    """Report a request the endpoint will never accept, such as a wrong key or an unknown model."""


class RequestRefused(ModelRejected):
    """Report a kind of request that the endpoint does not take, such as one with tools; another kind may do."""


class BackendUnavailable(SupportError):
    """Report a system of the business or a ticket desk that does not answer."""


class OutcomeUnknown(BackendUnavailable):
    """Report a change that was sent to the business and may or may not have happened; look before sending it again."""


class Busy(SupportError):
    """Report that more came than is taken at a time."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds after which trying again makes sense."""


class ThreadDamaged(SupportError):
    """Report a stored conversation that is not what was written."""


class LeaseLost(SupportError):
    """Report a turn that was given to another worker."""

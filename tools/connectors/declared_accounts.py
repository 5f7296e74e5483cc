"""Find the account of a customer who is not signed in by a read of a connector, which no model may call."""

from dataclasses import dataclass

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.language.fixed_sentences import phrase
from tools.connectors.declared_calls import Call, at
from tools.context import Context

DETAILS = ("email", "first_name", "last_name", "zip")
"""What a customer may be asked for; the arguments of a lookup are among these."""


@dataclass(frozen=True)
class DeclaredAccount:
    """An account that a lookup found."""

    id: str
    email: str


@dataclass(frozen=True)
class DeclaredAccounts:
    """Fulfil `tools.identity.verification.Accounts` with a read."""

    call: Call
    customer: str
    """Path of the customer's id in its result."""
    email: str
    """Path of the address that codes go to."""

    async def find_customer(self, *, email: str) -> DeclaredAccount | None:
        """Return the account of an e-mail address, or None; raises BackendUnavailable."""
        return await self._found({"email": email})

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> DeclaredAccount | None:
        """Return the account of a person at a postcode, or None; raises BackendUnavailable."""
        return await self._found({"first_name": first_name, "last_name": last_name, "zip": zip_code})

    async def get_customer(self, customer_id: str) -> DeclaredAccount:
        """Return an account by its id; raises Refused where the lookup takes none, and BackendUnavailable."""
        found = await self._found({self.customer.rpartition(".")[2]: customer_id})
        if found is None:
            raise Refused(phrase("sign_in", "en"))
        return found

    async def _found(self, details: dict[str, str]) -> DeclaredAccount | None:
        takes = self.call.arguments.schema["properties"]
        if not details.keys() <= takes.keys():
            return None
        try:
            result = await self.call.ask(details, Context())
        except Refused:
            return None
        except OutcomeUnknown as error:
            raise BackendUnavailable(str(error)) from None
        if isinstance(result, list):  # more than one account would be nobody's
            result = result[0] if len(result) == 1 else None
        found = at(result, self.customer)
        return DeclaredAccount(str(found), str(at(result, self.email) or "")) if found else None

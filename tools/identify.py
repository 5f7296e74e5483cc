"""Let the model hand over who the customer says they are; the graph checks it, the model learns only what
comes of it.
"""

from langchain_core.tools import tool

IDENTIFY = "identify"


@tool(IDENTIFY, parse_docstring=True)
async def identify(email: str = "", first_name: str = "", last_name: str = "", zip: str = "") -> str:
    """Find the account of a customer who is not known yet. Use it when a tool asks for who they are, with the
    customer's own words.

    Args:
        email: The e-mail address the customer wrote, or an empty text.
        first_name: The first name the customer wrote; needed where no e-mail address is given.
        last_name: The last name the customer wrote; needed where no e-mail address is given.
        zip: The postcode the customer wrote; needed where no e-mail address is given.
    """
    return ""  # the graph answers it before any tool runs

"""Keep the fixed texts that stand in a conversation for a model: notes of tool results, and who the customer is."""

NOT_RUN = "Not run:"
"""A call was not run, because its arguments were made up or put in by somebody else."""
MISFIT = "Those arguments do not fit the tool:"
NOT_DONE_YET = "not done yet"
"""Status of a write that is only proposed, in the result of its call."""
NOTES = (NOT_RUN, MISFIT)


ASK_WHO = (
    "Please tell me your e-mail address, or your first name, last name and postcode, so that I can find your account."
)
"""What an open chat is told before its account is known."""
CODE_CORRECT = "[one-time code: correct]"
CODE_NOT_CORRECT = "[one-time code: not correct]"
"""Stand in the conversation where the customer typed a code; the code itself stands nowhere."""
VERIFIED = "The customer is verified now. Go on with what they asked for."
"""What the model reads once it is known whose account it is."""

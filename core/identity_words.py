"""Keep the few words by which graph, tools and offline model recognise talk about who the customer is."""

ASK_WHO = (
    "Please tell me your e-mail address, or your first name, last name and postcode, so that I can find your account."
)
"""What an open chat is told before its account is known."""
CODE_CORRECT = "[one-time code: correct]"
CODE_NOT_CORRECT = "[one-time code: not correct]"
"""Stand in the conversation where the customer typed a code; the code itself stands nowhere."""
VERIFIED = "The customer is verified now. Go on with what they asked for."
"""What the model reads once it is known whose account it is."""

"""A chat model without an endpoint: rules, examples and quotations; it generates nothing.

One public name, `model.OfflineChatModel`: nobody outside imports anything else. It must never state what no passage
or tool result says, and never call a write that the customer did not ask for. An intent is added in
reading/intents.py (how it is recognised) and answering/ (what is said).
"""

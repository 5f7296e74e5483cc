"""A chat model without an endpoint: rules, examples and quotations; it generates nothing.

It knows articles, records that tools found, a yes or a no, and a person; what customers of a trade ask for is read and
done by a subclass of `planner.Planner` beside that trade's tools. Two public names, `model.OfflineChatModel` and
`planner.Planner`: only such a subclass imports anything else. It must never state what no passage or tool result says,
and never call a write that the customer did not ask for.
"""

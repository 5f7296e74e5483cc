"""Answer without an endpoint: a chat model of rules, examples and quotations that generates nothing."""

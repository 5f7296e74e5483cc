"""The ticket desk: tickets, queues, hours, service levels, and where they are kept or sent.

What support people work with. The pages that show it are for server/ and web/.
"""

"""Commands about the shop of a business that has one.

What only a business with the connector `shop` has.
"""

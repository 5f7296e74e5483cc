"""What the offline model reads and answers where a shop is connected: orders, goods, changes of both.

A subclass of the offline model's planner, and what it needs. Outside, only `shop_planner` is imported. An intent is
added in reading/order_intents.py (how it is recognised), reading/shop_examples.py (what it sounds like) and answering/
(what is said), and named in `shop_planner`.
"""

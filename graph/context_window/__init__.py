"""What the model sees: instructions, history, summary, case file, what is known of the customer.

Whatever decides which text goes into a request.
"""

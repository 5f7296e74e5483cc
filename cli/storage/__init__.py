"""Copy, restore and upgrade the stores, and give out or erase what they hold of a person.

As cli/.
"""

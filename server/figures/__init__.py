"""How it is going: what came of conversations, added up for leads.

Reading and adding up; figures and export are made of one list of conversations.
"""

"""What the newest message asks for: language, requests, items, slots, in the light of the dialogue.

Reading only; what is said in return is for answering/.
"""

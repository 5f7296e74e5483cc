"""What the newest message asks for: language, requests, in the light of the dialogue.

Reading only; what is said in return is for answering/.
"""

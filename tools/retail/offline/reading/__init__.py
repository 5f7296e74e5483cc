"""What a message asks of a shop: which change or look-up, of which order and items, in the light of the dialogue.

Reading only; what is said in return is for answering/.
"""

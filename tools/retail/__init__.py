"""One trade, web shops: records, policy, reads, writes and the wording of both.

Whatever says order, parcel or return; nothing outside this folder and the example shop does.
"""

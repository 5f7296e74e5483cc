"""What authors of procedures work with: checks, charts, test skeletons, mutations, drafts and imports.

Nothing here runs in a conversation.
"""

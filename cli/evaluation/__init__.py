"""Commands under `support-agent eval`.

As cli/.
"""

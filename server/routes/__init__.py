"""The routes of the HTTP API and the pages, one file an audience.

Reading requests and writing answers; what they show is put together in views/.
"""

"""Requests and answers of the HTTP API as models; the OpenAPI document is made from these.

Shapes only.
"""

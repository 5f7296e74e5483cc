"""Chat models at OpenAI-compatible endpoints: requests, retries, fallback, prices, and what an answer has to look like.

Whatever speaks to a chat endpoint or stands around a chat model. What a reply may say is for graph/verification.
"""

"""The bridge to LangChain: our index as its VectorStore, and its FAISS folders read without running them.

The only room that knows langchain-community.
"""

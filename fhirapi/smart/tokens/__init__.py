"""Tokens: the endpoint, what is issued, and how a token is looked into or ended."""

"""Accounts, access keys, and which patients an account may see."""

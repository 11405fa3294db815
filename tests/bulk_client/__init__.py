"""A bulk client that others wrote, SMART Fetch, in an environment of its own.

https://docs.smarthealthit.org/cumulus/fetch/ - what it needs contradicts what the product needs.
"""

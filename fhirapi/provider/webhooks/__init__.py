"""Tells partners' servers of changes: which record changed, never what is in it.

hooks.py     made, listed, given a new secret, deleted
queueing.py  a webhook is a place in the change feed: what comes behind it is queued
sending.py   what is queued is sent, signed, again and again for about a day

Access is asked when the changes are queued, as the feed asks it: nothing that writes knows of
webhooks, so nothing that writes can forget them.
"""

"""Measurements of the hot path. ``make bench`` runs them all; figures are quoted as ratios.

floor.py    a bare Django application: what this stack could do at best
wire.py     the load generator and the servers
read.py     GET Patient with a token, audit included, against the floor
search.py   the searches that apps send, each against its floor
token.py    the token endpoint
signatures.py   the cryptography of a service token, for its floor
token_check.py  what share of a read the token check takes
load.py     files of others, against plain COPY
"""

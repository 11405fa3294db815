"""What apps have asked of us, for their developers: route, status, time, error; nothing personal.

A request leaves a few references in memory (``collector.py``); one thread a process makes rows of
them about once a second (``entry.py``, ``routes.py``) and writes them together. Unlike the audit
trail it may lose some: after a crash, or while the database is away.
"""

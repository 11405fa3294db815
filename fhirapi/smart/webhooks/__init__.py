"""Tells apps when access that they had has ended: queued in the transaction that ends it.

Triggers on grants and accounts queue the event, so that nothing that ends access can forget to
(migration 0020). ``deliver.py`` sends it, signed, until the app has it or a day has passed.
"""

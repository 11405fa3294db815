"""The demo: people, access keys and apps to try the product with; exists only where asked for.

``install`` brings a database with the synthetic population to the state that ``demo.json``
describes, however often it runs; ``close`` locks it all again. Every secret is made once an
installation and kept in ``$DATA_DIR/demo-secrets.json``. Begin with ``document.py``.
"""

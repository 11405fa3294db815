"""The Partner program: who applies for what, how it is reviewed and by when, what it opens.

45 CFR 170.404 (API condition and maintenance of certification). Begin with ``steps.py``.
"""

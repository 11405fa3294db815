"""Who may do what.

``access``         what scopes open: the one decision
``authorization``  a person lets an app in
``tokens``         the token endpoint, and what is issued, looked into and ended
``clients``        apps: registered, and how they show who they are
``people``         accounts' links to records, access keys, and whom an account may see
``published``      what everybody may read

Begin with ``models.py`` and ``access/decision.py``.
"""

"""Changes to the store that somebody asked for: all of a request's, or none.

change.py       what is asked: create, update, patch, delete, each of them with a condition or not
conditions.py   which resource a conditional change means
deeds.py        a change on its way: what it finds, what it makes
references.py   references: to what is written together, by search, to what must be there
placing.py      whose data a resource is
transaction.py  from changes to rows, within one transaction
perform.py      that transaction: again where two met, and what the audit trail says of a refusal

REST, batch and transaction Bundles and the Provider Access API all write through ``perform``.
"""

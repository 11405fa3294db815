"""What others made, from files on disk into the store: ``manage.py load``.

sources.py      files, in the order in which they are best read, cut into pieces
reading.py      a piece's text: resources one by one, with what their Bundle says of them
references.py   references within a Bundle, conditional ones, and those of resources with new ids
conditions.py   what ``Type?query`` means
creating.py     entries that are stored only where nothing meets their condition
placing.py      whose data each resource is
rejects.py      what cannot be stored, and why
storing.py      new, replaced, skipped or rejected
piece.py        a piece in one transaction, its progress with it
run.py          all pieces on all cores; what had to wait for others; where an earlier run stopped

Nothing here repeats content in a text: a reject names file, place, type and id, and the reason.
"""

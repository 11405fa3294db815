"""Whole populations in: files of others, asked for by an app, stored by any number of workers.

After SMART's proposal: https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md

asked.py      what a kick-off asks for: a manifest of input files
hosts.py      from where files may come
uploads.py    files that an app sends here itself
kickoff.py    a request becomes an ``ImportJob``
fetching.py   an input file is taken whole, and cut into parts; only then is anything stored
permitted.py  what of it the app may write, asked as for any other write
storing.py    a part in one transaction: ``fhirapi.intake`` stores, what refers ahead waits
finish.py     what waited, and the files that tell what was rejected
jobs.py       what can happen to a job
status.py     how far it is, its manifest and its files
tasks.py      all this as tasks of the queue

A part is stored by whoever finishes it first: its row says so in the same transaction.
"""

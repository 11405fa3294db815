"""From the text of a query to the bytes of a Bundle.

query.py   text -> SearchQuery
criteria.py, value.py   what a resource must fulfil -> a condition
plan.py    SearchQuery -> SQL
page.py    the cursor between two pages
run.py     rows -> bytes
"""

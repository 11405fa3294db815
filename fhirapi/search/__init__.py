"""From the text of a query to the bytes of a Bundle.

query.py   text -> SearchQuery
plan.py    SearchQuery -> SQL
page.py    the cursor between two pages
run.py     rows -> bytes
"""

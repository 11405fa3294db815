"""From the text of a query to the bytes of a Bundle.

query.py   text -> SearchQuery
criteria.py, value.py, by_content.py   what a resource must fulfil -> a condition
start.py   which rows are looked at first
plan.py    SearchQuery -> SQL
page.py    the cursor between two pages
run.py     rows -> bytes
"""

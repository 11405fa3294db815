"""Records as tables: Parquet files that DuckDB and Spark read. Knows no request, job or database.

https://sql-on-fhir.org/ - the vocabulary is that of SQL on FHIR's ViewDefinition.

view_definitions/  which views there are, as data: a row a patient, an observation, a claim's item
columns.py         the kinds of columns that they are made of
view.py            the shape of a declaration
fhirpath.py        the part of FHIRPath that their paths use, read
following.py       ... and followed: from a resource to values
flatten.py         from a resource to the rows of a view
stored.py          from FHIR's values to those of a table: dates, decimals
parquet.py         files of rows, and of whole resources, by pyarrow
available.py       ... which need not be installed
published.py       the declarations as ViewDefinition resources
"""

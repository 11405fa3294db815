"""What exists: resource types and search parameters, declared once, as data.

Index, search, CapabilityStatement, scopes and documentation are made from these rows and from
nothing else. To add a type, add a row to the file of its area.
"""

"""Rows and SQL: loading, reading and deriving. Knows neither HTTP nor scopes."""

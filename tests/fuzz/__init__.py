"""Attacks on every address of a running product: ``make fuzz``, and a short form in the suite."""

"""Lists of patients: those that are kept from the records, and those that providers make."""

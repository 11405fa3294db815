"""The vendor guide's addresses: a thin translation onto the standard ones, never a second way."""

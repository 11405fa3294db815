"""A person lets an app in: the authorize request, what was consented, launches, codes."""

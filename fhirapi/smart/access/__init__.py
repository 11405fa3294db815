"""What a token opens: scopes, the one decision, both told in words. All pure but ``granted``."""

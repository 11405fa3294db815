"""Apps: how they are registered, how they show who they are, and from where they may call."""

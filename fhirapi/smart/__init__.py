"""Who may do what: clients, access keys, grants, tokens, and the one access decision."""

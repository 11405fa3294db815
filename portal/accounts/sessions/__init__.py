"""Where an account is signed in, and for how long that lasts."""

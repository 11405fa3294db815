"""What may stand in for the PIN: an authenticator app, its recovery codes, passkeys."""

"""Apps of others, as the browser tests meet them: pages on a loopback address of their own."""

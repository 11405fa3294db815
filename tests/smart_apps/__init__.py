"""Apps of others, as the browser tests meet them: their pages, on a loopback address of their own."""

"""Commands for those who work on the product; nothing that runs it needs them."""

"""What everybody may read without a token: discovery, brands, style."""

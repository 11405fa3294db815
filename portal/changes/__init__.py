"""What changes: the changelog as a page, what is going to end, feeds of both."""

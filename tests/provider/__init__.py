"""The Provider Access API."""

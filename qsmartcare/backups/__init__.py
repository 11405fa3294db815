"""What `manage.py backup` and `manage.py restore` do, with PostgreSQL's own programs."""

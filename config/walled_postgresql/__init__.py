"""Django's PostgreSQL, which tells the database before each question who asks (see `base.py`)."""

"""Django's SQLite, but whoever wants to write waits for its turn attentively (see `base.py`)."""

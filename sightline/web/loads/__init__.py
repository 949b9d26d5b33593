"""What agencies sent, and what could not be read."""

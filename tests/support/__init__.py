"""What the tests stand on: an environment, temporary databases."""

"""Find a child."""

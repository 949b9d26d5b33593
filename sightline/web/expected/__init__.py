"""What should have come, and did not."""

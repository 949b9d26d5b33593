"""What is to be erased, what may not be, and the two people whom it takes."""

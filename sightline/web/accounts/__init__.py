"""How a worker comes in: what allauth may do here, and the demonstration's own door."""

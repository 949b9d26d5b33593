"""Who has seen a child, why I see what I see, unusual reading and its review, and what is one's own."""

"""One record: what was said, who says so, when it was known, what has changed."""

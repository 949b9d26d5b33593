"""Signs: what one looks at, why one sees it, and what one answers."""

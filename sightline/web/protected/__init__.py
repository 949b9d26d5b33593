"""Protected locations and safe contact on pages, and what was stopped on its way out."""

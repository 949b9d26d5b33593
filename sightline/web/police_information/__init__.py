"""Police information about missing and exploited children: looked at by a worker and a manager."""

"""The registry: which groups the partnership has, who chairs them, when they met, as it was and as known on any day.

For: what is declared of groups, priorities and strategies, together with what the partnership recorded since; what is
flagged. Not for: agendas, minutes, attendance (forums), nor anything about a child.
"""

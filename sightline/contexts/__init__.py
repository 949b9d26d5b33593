"""Contexts: places where things happen to children, and who is beside a child: brothers and sisters, children who were
there, parents, adults at home.

For: what a pattern may rest on besides a child's own entries, and places as something to act on. Worked out from entries
and from what senders told of families; rebuilt at will.
Not for: records about people. Nobody gets a record because of a place, and no list is kept of who knows whom: links are
found when they are asked for, and fade (`definitions/…/links`). Not for who somebody is (`identity`), nor for patterns
(`signals`).
"""

"""What `make bench` runs: figures measured on this machine, against targets. A missed target is exit code 1.

For: knowing what a load, a child's page and a page during a load cost. Not for: correctness (that is `tests`).
"""

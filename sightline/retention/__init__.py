"""What is erased, and what may not be: requests that two people agree on, schedules of how long, legal holds.

For: who asked that somebody be erased, who agreed, what waits; which records have had their time; what is held.
Not for: the erasing itself, which touches every stage (`jobs.erasing`); keys (`vault`); the schedules (`definition`).
"""

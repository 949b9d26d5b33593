"""The day's lists: whom a meeting talks of today, who brings what, what was decided and who does it."""

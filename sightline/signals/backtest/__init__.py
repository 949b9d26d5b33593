"""The back-test: what the rules would have shown, when, to whom, and what that was worth.

    city = reading.city(folder, definition)          what agencies sent in an invented city, and what is true in it
    arm = replay.replay(city, rules, days)            every alert, in the order in which it would have been told
    found = measuring.measured(city, arms)            lead time, storylines seen, look-alikes silent, load, yield

For: figures about rules. Not for: what stands about a child now (`signals.queries`). Nothing here writes to the database:
what agencies sent is replayed, arrival by arrival, through the same pure engine that the live system asks.
"""

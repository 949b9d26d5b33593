"""The story runner: lives a practice scenario in a scratch database, through the doors that everybody uses.

For: reading stories (`reading`), living them (`living`), answering what they expect (`asking`), saying how it went
(`report`), and which catalogue rows they prove (`coverage`). Not for: rules of any kind. What a story shows is what the
system does.
"""

"""Is this the same person? Source identities, the links that join them into a person, family, addresses.

For: what each sender holds of somebody, with its history; joining and separating, each with its reason and decider;
finding somebody. Entries belong to source identities; a person is a view over links, so joining moves nothing.
Not for: what happened to them (`chronology`).
"""

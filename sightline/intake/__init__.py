"""What agencies send, as received: provenance, validation, quarantine.

For: one inbox for files and messages; reading formats; turning a supplier's row into a notification by a declared
mapping; keeping what cannot be understood, with its reason, for a person.
Not for: who it is about (`identity`), nor the chronology; `jobs.receive` strings those together.
"""

"""What leaves for somebody outside: decisions to share or not to, and packs (disclosure, subject access, review).

For: deciding on the record whether to share; putting a pack together line by line, each with why it stands, is redacted
or is withheld; a second person's release through the gate; the file that leaves, built from nothing.
Not for: who inside may see what (`sharing`), messages between workers (`messages`), protected values (`identity`).
"""

"""Who is told what: an outbox written with what caused it, and the inboxes that it reaches.

For: telling a worker, the holders of a role or an agency that something happened, in a sentence of codes and counts;
delivering it, saying that it was read, and telling somebody else where nobody answers.
Not for: what it is about (that is opened through the gate, where it stands), nor for mail: nothing leaves the system.
"""

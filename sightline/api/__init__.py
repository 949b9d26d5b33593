"""The machine door: notifications from agencies' own systems, and the contract that describes them (OpenAPI 3.1).

For: who asks (a token an agency's system), the shape of bodies and answers, the same answer to the same request.
Not for: what a notification means (`intake.bodies`), nor what is done with it (`jobs.receive`). A concern is never
lost: what cannot be understood is kept raw for a person, and the sender is told so, with every fault. An answer never
says whether anybody was known.
"""

"""How alike two people's details are: what is compared, by which keys candidates are found, what each agreement is worth.

For: folding what senders told into a `Likeness`; the keys by which others like it are found; comparing and scoring
(Fellegi-Sunter, with a model's weights); training, bulk runs and publishing of models.
Not for: who somebody is. That follows from what a person or the bands decide about a pair (`identity`).

Plain tables in, scored pairs out: nothing here knows Django or who may see what.
"""

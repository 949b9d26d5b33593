"""My work: what do I do next?"""

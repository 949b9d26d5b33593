"""The child's page: what does everybody know, and what does it add up to?"""

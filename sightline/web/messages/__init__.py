"""Messages: what was I told, and what is still with nobody?"""

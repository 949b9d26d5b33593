"""Are these two one person?"""

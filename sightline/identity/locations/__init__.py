"""What stands behind protected locations: how they are kept, whom they are near, how they are masked, and kept out of the
index; and how somebody may safely be reached. Others use `identity.protected` and `identity.release`.
"""

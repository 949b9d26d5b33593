"""This is an emergency: open what is held about one child now, reach what is kept to others, ring; and look at it afterwards."""

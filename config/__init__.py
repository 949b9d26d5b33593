"""How a deployment is set up, read from the environment. No rules: those are in sightline/."""

"""Who has which child in a team, for whoever manages it."""

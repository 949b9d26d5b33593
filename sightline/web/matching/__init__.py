"""How well matching does, whether it may join by itself, and the model in force. Counts and weights: never a child."""

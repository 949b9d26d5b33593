"""The registry: the partnership on a day, one group and its history, agencies, priorities and strategies, what changed."""

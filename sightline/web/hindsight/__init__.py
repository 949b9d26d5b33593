"""What hindsight would have shown: for whoever reviews or audits, and nobody else."""

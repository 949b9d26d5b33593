"""What set-up and `make check` run."""

"""What the programs of this directory share."""

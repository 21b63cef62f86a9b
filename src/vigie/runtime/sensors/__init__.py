"""What is looked at beside the probes: the code, the memory of the whole tree, the hour, the way out."""

"""The monitor's local door: commands come in as wishes, what happens goes out."""

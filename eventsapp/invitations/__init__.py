"""What was promised to whom in which calendar (iTIP)."""

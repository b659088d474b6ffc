"""What is kept of people for how long, what of it is theirs to take or to erase, and the proof."""

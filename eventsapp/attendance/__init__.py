"""Who came: gestures of phones at the door, figures drawn from them, and what a session took to hold."""

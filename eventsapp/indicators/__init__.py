"""What came of it, in figures."""

"""Breakfasts: who sits with whom, so that people meet whom they have not met."""

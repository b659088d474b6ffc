"""Hosting: what the place that receives an event is asked, and what it answers."""

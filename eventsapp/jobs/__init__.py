"""The worker's door: every recurring job, and the process that runs them."""

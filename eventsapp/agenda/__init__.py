"""What, where, when: activities and their dated events."""

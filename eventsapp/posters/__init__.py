"""Posters, flyers and square pictures of an event, and the words that messaging apps carry."""

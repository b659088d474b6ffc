"""Letters: a row in the outbox, carried unread."""

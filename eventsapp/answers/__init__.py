"""What comes back: answers of calendars, mails that never arrive, words of people."""

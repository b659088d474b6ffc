"""eventsapp plans neighbourhood activities, registers families and keeps their calendars right."""

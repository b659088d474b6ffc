"""Calendar text, pure: dataclasses in, iCalendar octets out (RFC 5545, 5546, 7986).

Nothing here knows the database, the web, the language of the reader or the hour: the same
entry always gives the same octets, which is what subscribed calendars need.
"""

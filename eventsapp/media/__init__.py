"""Images that people give us: made anew from their points, kept in the database, forgotten when unused."""

"""« Par e-mail, chaque lundi »: a letter with the week's events, for whoever asked for it and proved it."""

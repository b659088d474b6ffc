"""Who may do what: grants and one page of questions."""

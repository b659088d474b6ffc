"""School Saturdays: which association goes to which school, on which date, about what."""

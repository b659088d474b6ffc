"""Trail days: mixed teams of households, and the timetable of their stages."""

"""What courses, enrolments and people are: the rules and the stores that several functions share."""

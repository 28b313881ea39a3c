"""What follows from an edit of a course for the students in it; called with the courses' changes, not by people."""

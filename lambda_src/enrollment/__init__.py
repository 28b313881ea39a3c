"""The enrollment function: enrolments of students, and rosters of courses."""

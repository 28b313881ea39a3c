"""Run-time data: what an interactive package has saved of a student. One item for each student, course and lesson."""

"""Resume positions: where a student continues a lesson. One small item for each student, course and lesson."""

"""Files of lessons: forms to upload them, and (signed) addresses to read them."""

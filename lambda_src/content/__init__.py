"""Files of lessons: forms to upload them, and (signed) URLs to read them."""

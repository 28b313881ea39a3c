"""What the platform costs, and what breaks first: `make cost STUDENTS=100000` prints it, docs/cost.md explains it."""

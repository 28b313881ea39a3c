"""What rosters show of people: names and addresses, and who is hidden."""

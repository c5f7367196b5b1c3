"""What is checked: the case, the student's answers, and how precisely they were given."""

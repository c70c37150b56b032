"""What is agreed: roles, country rules, bilateral procedures and citations, kept as data with one reader."""
